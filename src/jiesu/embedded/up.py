"""`jiesu up`: all of Jiesu on one machine, from an empty folder to a page that answers."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from jiesu.embedded.command import Command
from jiesu.embedded.errors import CannotStart, Stopped
from jiesu.embedded.places import log_file, tail
from jiesu.embedded.ports import ensure_port_is_free
from jiesu.embedded.postgres import EmbeddedPostgres
from jiesu.embedded.prepare import child_environment, jiesu, prepare_data
from jiesu.embedded.redis import EmbeddedRedis
from jiesu.embedded.report import Report
from jiesu.embedded.running import Note, clear_leftovers, main_lock, write_note
from jiesu.embedded.supervise import Supervisor

if TYPE_CHECKING:
    from types import FrameType

    from jiesu.settings import Settings

__all__ = ["run_up"]

#: seconds that the web server may take until it answers
PATIENCE = 90.0
#: deaths in a row before the first answer that make waiting pointless
HOPELESS = 3
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_up(settings: Settings, *, demo: bool) -> int:
    """Start everything, say where it is, keep it alive until Ctrl-C or SIGTERM, stop it cleanly.

    Servers whose URLs the settings give are used, the others are started. Call from the main thread. Returns the exit
    code: 0 after a stop that was asked for, 1 when something could not start.
    """
    report = Report()
    lock = main_lock(settings.data_dir)
    try:
        lock.take()
        ensure_port_is_free(settings.host, settings.port)
        return _Up(msgspec.structs.replace(settings, demo=demo), report).run()
    except CannotStart as problem:
        report.refuse(problem)
        return 1
    finally:
        lock.release()


class _Up:
    """One run: settings that fill up with URLs, and the services that were started."""

    def __init__(self, settings: Settings, report: Report) -> None:
        self.settings = settings
        self.report = report
        self.stop = threading.Event()
        self.supervisor = Supervisor(report.died)
        self.commands: list[Command] = []
        self.noted: list[int] = []

    def run(self) -> int:
        before = {number: signal.signal(number, self._signalled) for number in _STOP_SIGNALS}
        try:
            self._start()
            while not self.stop.wait(0.5):
                self.supervisor.look()
                self._note()
        except Stopped:
            pass
        finally:
            self.report.stopping()
            self.supervisor.stop()
            self.report.stopped()
            for number, handler in before.items():
                signal.signal(number, handler)
        return 0

    def _start(self) -> None:
        began = time.monotonic()
        clear_leftovers(self.settings.data_dir)
        self._start_servers()
        prepare_data(self.settings, self.report, self.stop)
        with self.report.step("启动网页与后台任务", "web server and workers"):
            self._start_command("serve")
            self._start_command("work")
            self._note()
            self._wait_until_ready()
        self.report.ready(self.settings, self._places(), time.monotonic() - began)
        if self.settings.demo:
            self.report.sign_ins(self._get("/api/v1/demo/users") or [])
        self.report.waiting(self.settings.data_dir)

    def _start_servers(self) -> None:
        data = self.settings.data_dir
        if self.settings.database_url is None:
            with self.report.step("启动数据库", "PostgreSQL"):
                postgres = EmbeddedPostgres(data)
                self.supervisor.start(postgres)
            self._learn(database_url=postgres.url(), owner_database_url=postgres.url(role="owner"))
        if self.settings.redis_url is None:
            with self.report.step("启动消息队列", "Redis"):
                redis = EmbeddedRedis(data)
                self.supervisor.start(redis)
            self._learn(redis_url=redis.url())

    def _learn(self, **urls: str) -> None:
        self.settings = msgspec.structs.replace(self.settings, **urls)
        if self.stop.is_set():
            raise Stopped

    def _start_command(self, name: str) -> None:
        log = log_file(self.settings.data_dir, name)
        command = Command(name, jiesu(name), env=child_environment(self.settings), log=log)
        self.commands.append(command)
        self.supervisor.start(command)

    def _wait_until_ready(self) -> None:
        give_up = time.monotonic() + PATIENCE
        while self._get("/health/ready") is None:
            if self.stop.wait(0.1):
                raise Stopped
            self.supervisor.look()
            dying = [c for c in self.commands if self.supervisor.deaths(c.name) >= HOPELESS]
            if dying or time.monotonic() > give_up:
                log = (dying or self.commands)[0].log
                raise CannotStart(f"服务没有就绪:\n{tail(log)}", f"Jiesu did not become ready; the log is {log}.")

    def _get(self, path: str) -> Any:
        """The JSON of a page of ours, or True for other content; None unless it answers 200."""
        try:
            reply = httpx.get(f"http://{self.settings.host}:{self.settings.port}{path}", timeout=5, trust_env=False)
        except httpx.HTTPError:
            return None
        if reply.status_code != httpx.codes.OK:
            return None
        return reply.json() if "json" in reply.headers.get("content-type", "") else True

    def _places(self) -> list[tuple[str, str, str]]:
        """(name, where, log) of all that runs, without passwords."""
        s = self.settings
        rows = [
            ("网页 serve", f"http://{s.host}:{s.port}", "serve"),
            ("后台 work", f"{s.worker_processes} × {s.worker_threads}", "work"),
            ("PostgreSQL", _without_password(s.database_url), "postgres"),
            ("Redis", _without_password(s.redis_url), "redis"),
        ]
        return [(name, where, f"log/{log}.log") for name, where, log in rows]

    def _note(self) -> None:
        """Write down who runs, whenever that has changed."""
        pids = [command.pid for command in self.commands if command.pid]
        s = self.settings
        if pids != self.noted and s.database_url and s.redis_url:
            write_note(s.data_dir, Note(s.database_url, s.owner_database_url, s.redis_url, s.demo), pids)
            self.noted = pids

    def _signalled(self, _number: int, _frame: FrameType | None) -> None:
        if self.stop.is_set():
            self.supervisor.kill()
            os._exit(130)
        self.stop.set()


def _without_password(url: str | None) -> str:
    return re.sub(r":[^:@/]*@", ":…@", (url or "").replace("+psycopg", ""))
