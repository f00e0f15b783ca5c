"""A test stand: durable embedded PostgreSQL, Redis, and our own processes, all in a scratch folder that goes again."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import psutil

from jiesu.embedded.command import Command
from jiesu.embedded.postgres import EmbeddedPostgres
from jiesu.embedded.prepare import child_environment, jiesu
from jiesu.embedded.redis import EmbeddedRedis
from jiesu.settings import Settings, load_settings

__all__ = ["Stand", "free_port", "until_ready"]

#: Seconds within which the web server must answer.
PATIENCE = 60.0


class Stand:
    """Use it from the main thread, as a context manager: the children end with it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jiesu-bench-", dir="/tmp"))
        self.folder.chmod(0o711)
        self.postgres = EmbeddedPostgres(self.folder)
        self.redis = EmbeddedRedis(self.folder)
        self.settings = load_settings(
            {key: value for key, value in os.environ.items() if key.startswith("JIESU_BENCH_")},
            data_dir=str(self.folder),
            database_url=self.postgres.url(),
            owner_database_url=self.postgres.url(role="owner"),
            redis_url=self.redis.url(),
            port=free_port(),
            demo=True,
        )

    def __enter__(self) -> Stand:
        self.postgres.start()
        self.redis.start()
        self._run("migrate")
        self._run("units", "import", str(self.settings.config_dir / "units.csv"), "--if-empty")
        return self

    def __exit__(self, *_: object) -> None:
        self.redis.stop()
        self.postgres.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def running(self, name: str, *, web_workers: int = 1) -> Iterator[psutil.Process]:
        """`jiesu serve` or `jiesu work` for the length of the block; serve answers when the block begins."""
        settings = msgspec.structs.replace(self.settings, web_workers=web_workers)
        command = Command(name, jiesu(name), env=child_environment(settings), log=self.folder / "log" / f"{name}.log")
        command.start()
        try:
            if name == "serve":
                until_ready(settings)
            yield psutil.Process(command.pid)
        finally:
            command.stop()

    def _run(self, *words: str) -> None:
        env = child_environment(self.settings, owner=True)
        subprocess.run(jiesu(*words), env=env, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command


def until_ready(settings: Settings) -> None:
    """Wait until the web server answers. Raises TimeoutError."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        try:
            url = f"http://{settings.host}:{settings.port}/health/ready"
            if httpx.get(url, timeout=5, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise TimeoutError(f"jiesu serve did not become ready within {PATIENCE} s")


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
