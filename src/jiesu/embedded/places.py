"""Where the embedded servers keep their sockets, locks and logs."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING

from jiesu.embedded.errors import AlreadyRunning, CannotStart

if TYPE_CHECKING:
    from jiesu.embedded.account import Account

__all__ = ["Lock", "log_file", "socket_dir", "tail"]

#: not $TMPDIR: a socket's path may have 107 bytes, and must be the same for every process
_SHORT = Path("/tmp")  # noqa: S108 - the folder made in it is private and checked
_LOG_LIMIT = 10 * 1024 * 1024


class Lock:
    """A data directory used by one process at a time; the system releases it when the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises AlreadyRunning when another process holds it. Repeatable."""
        if self._file is not None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            where = self._path.parent
            raise AlreadyRunning(
                f"数据目录 {where} 正被另一个 jiesu 使用。请先停止它,或用 JIESU_DATA_DIR 另选目录。",
                f"Another jiesu uses {where}: stop it first, or choose another JIESU_DATA_DIR.",
            ) from None
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def held_elsewhere(self) -> bool:
        """Whether some other process holds it right now."""
        if self._file is not None or not self._path.exists():
            return False
        try:
            self.take()
        except AlreadyRunning:
            return True
        self.release()
        return False


def socket_dir(data_dir: Path, name: str, account: Account | None = None) -> Path:
    """A short private folder, the same for one data directory and user; CannotStart if a stranger made it."""
    seed = f"{os.geteuid()}:{data_dir.resolve()}"
    path = _SHORT / f"jiesu-{hashlib.sha256(seed.encode()).hexdigest()[:16]}-{name}"
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    ours = {os.geteuid(), account.uid if account else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
        raise CannotStart(f"{path} 不属于本程序,请删除它。", f"{path} is not ours: remove it.")
    if account:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)
    return path


def log_file(data_dir: Path, name: str) -> Path:
    """`log/NAME.log`, the last one set aside once it has grown past 10 MB."""
    path = data_dir / "log" / f"{name}.log"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return path


def tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log, to show with a failure."""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) if path.exists() else ""
