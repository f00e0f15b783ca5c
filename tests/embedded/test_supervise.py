"""Supervision: who dies is started again, later each time, and nobody outlives the end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from jiesu.embedded.command import Command
from jiesu.embedded.errors import CannotStart
from jiesu.embedded.ports import ensure_port_is_free
from jiesu.embedded.running import Note, attach, clear_leftovers, main_lock, write_note
from jiesu.embedded.supervise import PAUSES, STEADY, Supervisor
from jiesu.settings import load_settings

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


HOLD = """
import sys, time
from pathlib import Path
from jiesu.embedded.running import main_lock
lock = main_lock(Path(sys.argv[1]))
lock.take()
print("held", flush=True)
time.sleep(60)
"""


class Mortal:
    """A service that is alive until told otherwise."""

    name = "mortal"

    def __init__(self) -> None:
        self.starts = 0
        self.living = False

    def start(self) -> None:
        self.starts += 1
        self.living = True

    def stop(self) -> None:
        self.living = False

    kill = stop

    def alive(self) -> bool:
        return self.living


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    give_up = time.monotonic() + seconds
    while not holds() and time.monotonic() < give_up:
        time.sleep(0.02)
    return holds()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_each_death_in_a_row_waits_longer_and_a_steady_life_is_forgiven():
    now, told, service = [0.0], [], Mortal()
    supervisor = Supervisor(lambda _name, pause: told.append(pause), clock=lambda: now[0])
    supervisor.start(service)
    for _ in range(3):
        service.living = False
        supervisor.look()
        assert not service.living
        now[0] += told[-1]
        supervisor.look()
        assert service.living
    assert told == list(PAUSES[:3])
    now[0] += STEADY
    service.living = False
    supervisor.look()
    assert told[-1] == PAUSES[0]
    assert service.starts == 4


def test_a_command_is_restarted_and_its_output_logged_with_its_name(tmp_path: Path):
    env = {**os.environ, "WORD": "诉求"}
    talk = "import os, time; print(os.environ['WORD'], flush=True); time.sleep(60)"
    command = Command("work", [sys.executable, "-c", talk], env=env, log=tmp_path / "work.log")
    command.start()
    first = command.pid
    assert eventually(lambda: "work | 诉求" in text_of(tmp_path / "work.log"))
    command.kill()
    assert not command.alive()
    command.start()
    assert command.alive()
    assert command.pid != first
    command.stop()
    assert not command.alive()


def test_a_command_that_ignores_the_request_is_killed_with_all_it_started(tmp_path: Path):
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"print(subprocess.Popen({SLEEP!r}).pid, flush=True); time.sleep(60)"
    )
    log = tmp_path / "x.log"
    command = Command("x", [sys.executable, "-c", stubborn], env=os.environ, log=log, grace=0.2)
    command.start()
    assert eventually(lambda: "| " in text_of(log))
    grandchild = psutil.Process(int(log.read_text().split("| ")[1]))
    command.stop()
    assert not command.alive()
    assert eventually(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)


def test_children_of_a_killed_master_are_ended_at_the_next_start(tmp_path: Path):
    orphan = subprocess.Popen(SLEEP, start_new_session=True)
    note = Note("postgresql+psycopg://a@/b", None, "redis://c", demo=False)
    write_note(tmp_path, note, [orphan.pid])
    assert clear_leftovers(tmp_path, grace=0.1) == 1
    orphan.wait(5)
    assert not psutil.pid_exists(orphan.pid)
    assert clear_leftovers(tmp_path) == 0


def test_a_recycled_process_id_is_left_alone(tmp_path: Path):
    (tmp_path / "running.json").write_text(
        f'{{"database_url": "d", "owner_database_url": null, "redis_url": "r", "demo": false,'
        f' "children": [[{os.getpid()}, 1.0]]}}'
    )
    assert clear_leftovers(tmp_path) == 0


def test_a_second_terminal_finds_the_servers_of_a_running_up(tmp_path: Path):
    note = Note("postgresql+psycopg://a@/b", "postgresql+psycopg://o@/b", "redis://c", demo=True)
    write_note(tmp_path, note, [])
    settings = load_settings({}, data_dir=tmp_path)
    assert attach(settings) == settings
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    found = attach(settings)
    holder.kill()
    holder.communicate()
    assert (found.database_url, found.redis_url, found.demo) == (note.database_url, note.redis_url, True)
    assert not main_lock(tmp_path).held_elsewhere()


def test_a_taken_port_is_named_with_the_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=f"PORT={port + 1} make run"):
            ensure_port_is_free("127.0.0.1", port)
    ensure_port_is_free("127.0.0.1", port)
