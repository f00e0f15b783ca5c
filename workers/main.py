"""`jiesu work`: as many worker processes as the settings say, each started again when it dies."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from multiprocessing.context import SpawnProcess

import msgspec
import structlog

import workers.access
import workers.attachments
import workers.checkpoints
import workers.clocks
import workers.documents
import workers.listings
import workers.messages
import workers.outreach
import workers.prepared
import workers.proactive
import workers.questions
import workers.rates
import workers.reports
import workers.surveys  # noqa: F401  (each registers its handlers)
from jiesu.logs import configure_logs
from jiesu.settings import Settings
from workers.process import work_until

__all__ = ["run_worker", "settings_of"]

log = structlog.get_logger(__name__)

#: Seconds between looks at the processes, and what they are given to finish what is in hand.
LOOK, GRACE = 1.0, 30.0


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT. Call from the main thread."""
    if settings.worker_processes == 1:
        work_until(threading.Event(), settings)
    else:
        _Pool(settings).run()


def settings_of(settings: Settings, index: int) -> Settings:
    """What differs between processes: each tells its figures on a port of its own."""
    port = settings.metrics_port
    return msgspec.structs.replace(settings, metrics_port=None if port is None else port + index)


class _Pool:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._done = threading.Event()
        self._processes: list[SpawnProcess] = []

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._done.set())
        self._processes = [self._start(index) for index in range(self._settings.worker_processes)]
        while not self._done.wait(LOOK):
            for index, process in enumerate(self._processes):
                if not process.is_alive():
                    log.warning("worker died", index=index, exit_code=process.exitcode)
                    self._processes[index] = self._start(index)
        self._stop()

    def _start(self, index: int) -> SpawnProcess:
        process = multiprocessing.get_context("spawn").Process(
            target=_work, args=(settings_of(self._settings, index),), name=f"worker {index}"
        )
        process.start()
        return process

    def _stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(GRACE)
            process.kill()


def _work(settings: Settings) -> None:
    """The whole life of one process; it ends with its parent, by whatever death that dies."""
    configure_logs(settings.log_level)
    done = threading.Event()
    threading.Thread(target=_mourn, args=(done,), name="parent", daemon=True).start()
    work_until(done, settings)


def _mourn(done: threading.Event) -> None:
    """Wait for the parent's end."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        done.set()
