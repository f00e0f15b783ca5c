"""`jiesu up` as a person meets it: start, second start, kill, refusals, two side by side."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

pytestmark = pytest.mark.timeout(240)

SECRET = "5e" * 32


class Run:
    """One `jiesu up` on its own port."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.port = port
        self.printed = ""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("JIESU_")}
        given = {"JIESU_DATA_DIR": str(data_dir), "JIESU_PORT": str(port), "JIESU_SECRET_KEY": SECRET}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jiesu.cli", "up"],
            env=kept | given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ready(self) -> bool:
        """Wait until it says how to stop it; False if it ends before."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed += line
            if "Ctrl-C" in line:
                return self.answers()
        return False

    def answers(self) -> bool:
        reply = httpx.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=10, trust_env=False)
        return reply.status_code == httpx.codes.OK

    def end(self, number: signal.Signals | None = signal.SIGINT) -> tuple[int, str]:
        """Send the signal (None: it ends by itself); the exit code and all it printed."""
        if number is not None and self.process.poll() is None:
            self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        return self.process.returncode, self.printed + rest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def up(data_dir: Path) -> Iterator[type[Run]]:
    yield Run
    for process in psutil.process_iter(["cmdline", "environ"]):
        if str(data_dir) in str((process.info["environ"] or {}).get("JIESU_DATA_DIR")):
            process.kill()


def test_it_starts_stops_cleanly_starts_again_and_survives_a_kill(up: type[Run], data_dir: Path):
    port = free_port()
    first = up(data_dir, port)
    assert first.ready(), first.end()
    children = psutil.Process(first.process.pid).children(recursive=True)
    code, printed = first.end()
    assert code == 0
    assert f"http://127.0.0.1:{port}" in printed
    assert "数据已保存" in printed
    assert psutil.wait_procs(children, timeout=5)[1] == []

    second = up(data_dir, port)
    assert second.ready(), second.end()
    children = psutil.Process(second.process.pid).children(recursive=True)
    second.end(signal.SIGKILL)
    assert psutil.wait_procs(children, timeout=20)[1] == []

    third = up(data_dir, port)
    assert third.ready(), third.end()
    assert third.end(signal.SIGTERM)[0] == 0


def test_a_taken_port_or_data_directory_is_refused_with_a_remedy_and_two_run_side_by_side(
    up: type[Run], data_dir: Path
):
    port = free_port()
    first = up(data_dir, port)
    assert first.ready(), first.end()
    code, printed = up(data_dir / "other", port).end(None)
    assert code == 1
    assert f"PORT={port + 1} make run" in printed
    code, printed = up(data_dir, free_port()).end(None)
    assert code == 1
    assert "JIESU_DATA_DIR" in printed
    beside = up(data_dir / "other", free_port())
    assert beside.ready(), beside.end()
    assert first.answers()
    assert beside.end()[0] == 0
    assert first.end()[0] == 0
