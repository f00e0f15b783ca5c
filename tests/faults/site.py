"""A whole installation in a scratch folder: real servers and real child processes, to be killed and started again."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg

from jiesu.embedded.cluster import SUPERUSER
from jiesu.embedded.command import Command
from jiesu.embedded.postgres import EmbeddedPostgres
from jiesu.embedded.prepare import child_environment, jiesu
from jiesu.embedded.redis import EmbeddedRedis
from jiesu.kit.clock import FastClock, SystemClock
from jiesu.settings import load_settings

__all__ = ["Site", "free_port", "until"]

#: Seconds: what a worker took is handed out again so soon, or the tests would wait for a minute each time.
LEASE = 2


class Site:
    """PostgreSQL (durable), Redis, a web server and workers. Use it from the main thread: children end with it.

    `fast_clock` as the setting of that name has it; without one all run on the machine's clock.
    """

    def __init__(self, folder: Path, *, workers: int = 1, fast_clock: str | None = None) -> None:
        self.postgres = EmbeddedPostgres(folder / "var")
        self.redis = EmbeddedRedis(folder / "var")
        self.settings = load_settings(
            {"PATH": os.environ["PATH"]},
            data_dir=str(folder / "var"),
            database_url=self.postgres.url(),
            owner_database_url=self.postgres.url(role="owner"),
            redis_url=self.redis.url(),
            port=free_port(),
            lease_seconds=LEASE,
            outside_lease_seconds=LEASE,
            demo=True,
            fast_clock=fast_clock,
        )
        self._number = workers
        self._make_commands()

    def _make_commands(self) -> None:
        self.web = self._command("serve")
        self.workers = [self._command("work", f"work-{number}") for number in range(self._number)]

    @property
    def worker(self) -> Command:
        """The first, in most tests the only one."""
        return self.workers[0]

    def now(self) -> datetime:
        """The present moment of the installation."""
        given = self.settings.fast_clock
        return FastClock.parse(given).now() if given else SystemClock().now()

    def slow_down(self) -> None:
        """From now on its clock runs as fast as any other; web server and workers start anew, in order."""
        for command in (self.web, *self.workers):
            command.stop()
        clock = f"{self.now().isoformat()}@{time.time()}*1"
        self.settings = msgspec.structs.replace(self.settings, fast_clock=clock)
        self._make_commands()

    def open(self) -> None:
        """Start the servers on an organisation without tickets."""
        self.postgres.start()
        self.redis.start()
        self.run("migrate")
        self.run("units", "import", str(self.settings.config_dir / "units.csv"), "--if-empty")

    def close(self) -> None:
        """End everything."""
        for command in (self.web, *self.workers):
            command.kill()
        self.redis.stop()
        self.postgres.remove()

    def mend(self) -> None:
        """Everything runs and the web server answers, whatever was broken before."""
        for server in (self.postgres, self.redis):
            if not server.alive():
                server.restart()
        for command in (self.web, *self.workers):
            if not command.alive():
                command.start()
        until(lambda: self.health() == "ok", "the web server is ready", 30)

    def client(self, *, timeout: float = 15) -> httpx.Client:
        """A client of the API, loopback only."""
        base = f"http://{self.settings.host}:{self.settings.port}"
        return httpx.Client(base_url=base, timeout=timeout, trust_env=False)

    def health(self) -> str | None:
        """`status` of /health/ready; None when nobody answers."""
        try:
            with self.client() as client:
                return str(client.get("/health/ready").json()["status"])
        except httpx.HTTPError:
            return None

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the superuser reads."""
        with self.connect() as connection:
            return connection.execute(query.encode()).fetchall()

    def undone(self) -> int:
        """Jobs that are due, and those that failed and are tried again a little later."""
        return self.count(f"SELECT count(*) FROM job WHERE run_at <= '{self.now().isoformat()}' OR tries > 0")

    def left(self) -> list[tuple[Any, ...]]:
        """Some of the jobs that `undone` counts: kind, tries, when due, when handed out last."""
        due = f"run_at <= '{self.now().isoformat()}' OR tries > 0"
        return self.rows(f"SELECT kind, tries, run_at, sent_at FROM job WHERE {due} ORDER BY run_at LIMIT 10")

    def count(self, query: str) -> int:
        """The one number a query yields."""
        return int(self.rows(query)[0][0])

    def connect(self, *, autocommit: bool = True) -> psycopg.Connection[Any]:
        """A connection as the superuser, who also sees what others are doing."""
        url = self.postgres.url(role="owner").replace("+psycopg", "").replace("jiesu_owner", SUPERUSER)
        return psycopg.connect(url, autocommit=autocommit)

    def run(self, *words: str) -> str:
        """Run a command of ours to its end; its output. Fails when the command does."""
        env = child_environment(self.settings, owner=True)
        done = subprocess.run(jiesu(*words), env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"jiesu {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def _command(self, name: str, log_name: str = "") -> Command:
        log = self.settings.data_dir / "log" / f"{log_name or name}.log"
        return Command(name, jiesu(name), env=child_environment(self.settings), log=log)


def until(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Wait for a condition; fails saying what did not come."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
