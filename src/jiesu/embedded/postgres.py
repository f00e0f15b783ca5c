"""A PostgreSQL of our own under the data directory, reached through a private Unix socket only."""

from __future__ import annotations

import contextlib
import shutil
import signal
import time
from importlib import resources
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from jiesu.embedded.account import server_account
from jiesu.embedded.cluster import (
    SUPERUSER,
    admit_us,
    make_cluster,
    own_programs,
    place_cluster,
    reachable_programs,
)
from jiesu.embedded.errors import CannotStart
from jiesu.embedded.places import Lock, log_file, socket_dir, tail
from jiesu.embedded.process import end, spawn

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

__all__ = ["EmbeddedPostgres"]

#: seconds; crash recovery may take long
_PATIENCE = 120.0
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One server per data directory. `durable=False` is for tests: a kill loses nothing, a power cut everything."""

    name = "PostgreSQL"

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir.absolute()
        #: psql, pg_dump, pgbench and the like, for our own use
        self.bin = own_programs()
        self.log = log_file(self.data_dir, "postgres")
        self._durable = durable
        self._lock = Lock(self.data_dir / "postgres.lock")
        self._account = server_account(self.data_dir / "postgres")
        self._sockets = socket_dir(self.data_dir, "pg", self._account)
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start (on first use after initdb) with both roles and the database `jiesu`; clears away what a crash left.

        Call from the main thread. Raises AlreadyRunning, CannotStart.
        """
        self._lock.take()
        socket_dir(self.data_dir, "pg", self._account)
        _clear_leftover((self.data_dir / "postgres").resolve())
        cluster = place_cluster(self.data_dir, self._account)
        programs = reachable_programs(self.bin, self._account)
        make_cluster(cluster, programs, self._account, log=self.log, durable=self._durable)
        admit_us(cluster, self._account)
        self._launch(programs, cluster)
        self._execute("postgres", resources.files("jiesu.embedded").joinpath("roles.sql").read_text())
        self.ensure_database("jiesu")

    def stop(self) -> None:
        """Roll back what is open, write everything down, end. Repeatable."""
        if self._child is not None:
            end(self._child, signal.SIGINT, grace=30)
            self._child = None
            shutil.rmtree(self._sockets, ignore_errors=True)
        self._lock.release()

    def remove(self) -> None:
        """Stop, and delete the data wherever they are; for tests."""
        self.stop()
        place = self.data_dir / "postgres"
        shutil.rmtree(place.resolve(), ignore_errors=True)
        if place.is_symlink():
            place.unlink()

    def kill(self) -> None:
        """End it as a crash would."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def restart(self) -> None:
        """Stop it if it runs, and start it on the same data and URL."""
        if self._child is not None:
            end(self._child, signal.SIGINT, grace=30)
        self.start()

    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def url(self, database: str = "jiesu", role: Literal["app", "owner"] = "app") -> str:
        """SQLAlchemy URL as the application (owns nothing) or as the owner (migrations)."""
        return f"postgresql+psycopg://jiesu_{role}@/{quote(database)}?host={self._sockets}"

    def ensure_database(self, name: str) -> None:
        """Create the database for the owner unless it exists, and set what the application may do in it."""
        with self._connect("postgres") as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER jiesu_owner").format(sql.Identifier(name)))
        self._execute(name, resources.files("jiesu.embedded").joinpath("privileges.sql").read_text())

    def drop_database(self, name: str) -> None:
        """Drop the database if it exists, whoever is connected."""
        with self._connect("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _launch(self, programs: Path, cluster: Path) -> None:
        chosen = _SETTINGS | {"unix_socket_directories": str(self._sockets)} | ({} if self._durable else _NOT_DURABLE)
        options = [word for key, value in chosen.items() for word in ("-c", f"{key}={value}")]
        for pause in (0.5, 2.0, 5.0, None):
            with self.log.open("ab") as out:
                argv = [programs / "postgres", "-D", cluster, *options]
                self._child = spawn(argv, out=out, account=self._account, cwd=cluster, orphaned=signal.SIGINT)
            if self._answers():
                return
            if pause is not None:  # the backends of a killed server need a moment to notice and go
                time.sleep(pause)
        raise CannotStart(
            f"PostgreSQL 没有启动,详见 {self.log}:\n{tail(self.log)}",
            f"PostgreSQL did not start; the lines above are from {self.log}.",
        )

    def _answers(self) -> bool:
        give_up = time.monotonic() + _PATIENCE
        while self.alive() and time.monotonic() < give_up:
            with contextlib.suppress(psycopg.OperationalError), self._connect("postgres"):
                return True
            time.sleep(0.05)
        return False

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(host=str(self._sockets), dbname=database, user=SUPERUSER, autocommit=True)

    def _execute(self, database: str, script: str) -> None:
        with self._connect(database) as connection:
            connection.execute(script.encode())


def _clear_leftover(cluster: Path) -> None:
    """End a server that outlived its master on these data (we hold their lock), and forget a dead one's pid file."""
    pid_file = cluster / "postmaster.pid"
    if not pid_file.exists():
        return
    with contextlib.suppress(psutil.NoSuchProcess, ValueError, IndexError):
        process = psutil.Process(int(pid_file.read_text().splitlines()[0]))
        if process.name().startswith("postgres") and process.cwd() == str(cluster):
            process.send_signal(signal.SIGINT)
            _, alive = psutil.wait_procs([process], timeout=30)
            for stubborn in alive:
                stubborn.kill()
    pid_file.unlink(missing_ok=True)
