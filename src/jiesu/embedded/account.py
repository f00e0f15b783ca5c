"""The system account that PostgreSQL runs under: ourselves, or an unprivileged one when we are root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiesu.embedded.errors import CannotStart

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Account", "current_name", "server_account"]


@dataclass(frozen=True)
class Account:
    """An entry of the system's user list."""

    uid: int
    gid: int

    def can(self, *command: str | Path) -> bool:
        """Whether the command succeeds when this account runs it; False also when it cannot even reach the program."""
        try:
            done = subprocess.run(
                [str(word) for word in command],
                user=self.uid,
                group=self.gid,
                extra_groups=[],
                cwd="/",
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )
        except OSError:
            return False
        return done.returncode == 0

    def own(self, path: Path) -> None:
        """Hand the file or folder over, with all that is in it."""
        os.chown(path, self.uid, self.gid, follow_symlinks=False)
        if path.is_dir() and not path.is_symlink():
            for entry in path.iterdir():
                self.own(entry)


def server_account(cluster: Path) -> Account | None:
    """Who must run the server on this data folder; None: we ourselves.

    PostgreSQL refuses to run as root. Then it runs as the owner of the data, and at first as `nobody`.
    Raises CannotStart when the data belong to somebody whom we cannot become.
    """
    version = cluster / "PG_VERSION"
    owner = version.stat().st_uid if _visible(version) else None
    if os.geteuid() == 0:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
        return Account(entry.pw_uid, entry.pw_gid)
    if owner not in (None, os.geteuid()):
        raise CannotStart(
            f"数据目录 {cluster} 属于另一个用户(编号 {owner})。请用该用户运行,或用 JIESU_DATA_DIR 另选目录。",
            f"The data in {cluster} belong to user number {owner}: run as that user, or choose another JIESU_DATA_DIR.",
        )
    return None


def current_name() -> str:
    """Our name in the system's user list; PostgreSQL admits us by it."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise CannotStart(
            f"系统用户表中没有编号 {os.geteuid()},内置 PostgreSQL 无法运行。请设置 JIESU_DATABASE_URL 使用外部数据库。",
            f"User number {os.geteuid()} has no entry in the system's user list, which the embedded PostgreSQL needs: "
            "set JIESU_DATABASE_URL to use a server.",
        ) from None


def _visible(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        raise CannotStart(
            f"无权读取 {path.parent},它属于另一个用户。请用该用户运行,或用 JIESU_DATA_DIR 另选目录。",
            f"{path.parent} belongs to another user: run as that user, or choose another JIESU_DATA_DIR.",
        ) from None
