"""`jiesu work` with several processes: each tells its figures, a dead one is replaced, none is left behind."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import httpx
import msgspec
import psutil
import pytest

from jiesu.embedded.command import Command
from jiesu.embedded.prepare import child_environment, jiesu

#: Seconds that a process may take to start on a busy machine.
PATIENCE = 40.0


@pytest.fixture
def port() -> int:
    """A free one whose next is free too."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            found = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", found + 1))
            except (OSError, OverflowError):
                continue
            return found


@pytest.fixture
def two(committed_kernel, port, tmp_path) -> Iterator[Command]:
    """`jiesu work` with two processes."""
    wanted = msgspec.structs.replace(committed_kernel.settings, worker_processes=2, metrics_port=port)
    command = Command("work", jiesu("work"), env=child_environment(wanted), log=tmp_path / "work.log")
    command.start()
    yield command
    command.kill()


def scraped(port: int) -> str:
    """What the process on that port tells, once it answers."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5, trust_env=False).text
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError(f"nobody answers on {port}")


def listener(command: Command, port: int) -> psutil.Process:
    family = psutil.Process(command.pid).children(recursive=True)
    return next(p for p in family if any(c.laddr and c.laddr.port == port for c in p.net_connections()))


def test_each_process_tells_its_figures_and_a_dead_one_is_replaced(two, port):
    for number in (port, port + 1):
        text = scraped(number)
        assert "jiesu_relay_seconds_since_round" in text
        assert 'jiesu_jobs_due{priority="urgent"} 0.0' in text
    first = listener(two, port + 1)
    family = psutil.Process(two.pid).children(recursive=True)
    first.kill()
    first.wait(10)
    assert "jiesu_jobs_due" in scraped(port + 1)
    assert listener(two, port + 1).pid != first.pid
    family += psutil.Process(two.pid).children(recursive=True)
    two.stop()
    _, left = psutil.wait_procs(family, timeout=PATIENCE)
    assert left == []


def test_processes_end_with_the_one_that_started_them(two, port):
    scraped(port)
    family = psutil.Process(two.pid).children(recursive=True)
    psutil.Process(two.pid).kill()
    _, left = psutil.wait_procs(family, timeout=PATIENCE)
    assert left == []
