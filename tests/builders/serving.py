"""`jiesu serve` as a process of its own, and one of them for many tests, emptied before each."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from contextlib import suppress

import httpx
import pytest
from redis import Redis

from jiesu.embedded.prepare import child_environment
from jiesu.settings import Settings, load_settings
from tests.builders.servers import Where

__all__ = ["Served", "serve", "start_over"]


class Served:
    """A running web server on a database of its own, which a test may stop and start again."""

    def __init__(self, settings: Settings, database: str) -> None:
        self.settings = settings
        self.database = database
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "jiesu.cli", "serve"]
        self.process = subprocess.Popen(command, env=child_environment(self.settings))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def serve(settings: Settings, where: Where, database: str) -> Served:
    """A server on a new database of that name, once it answers."""
    where.clone(database)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = settings.environment() | {"JIESU_DATABASE_URL": where.url(database), "JIESU_PORT": str(port)}
    env |= {"JIESU_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    server = Served(load_settings(env), database)
    _answers(server.settings.public_url)
    return server


def start_over(server: Served, where: Where, keep: frozenset[str]) -> None:
    """Forget what the last test left in the server's database, but for these tables, and in its Redis."""
    where.empty(server.database, keep)
    with Redis.from_url(str(server.settings.redis_url)) as redis:
        redis.flushdb()


def _answers(url: str) -> None:
    with httpx.Client() as client:
        for _ in range(300):
            with suppress(httpx.TransportError):
                if client.get(f"{url}/health/ready").is_success:
                    return
            time.sleep(0.1)
    pytest.fail("the server did not come up")
