"""One worker process: Dramatiq's threads, the actors' event loop, and a relay beside them."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import dramatiq
import structlog
from dramatiq.asyncio import get_event_loop_thread

from jiesu.audit.checkpoints import promise_checkpoint
from jiesu.audit.configuration import note_configuration
from jiesu.db.jobs import Priority
from jiesu.desk.reports.announce import promise_reports
from jiesu.errors import DomainError
from jiesu.kernel import Kernel
from jiesu.kit.config import ConfigMistake
from jiesu.kit.memory import keep_for_good
from jiesu.settings import Settings
from jiesu.statistics.fold import promise_folding
from jiesu.statistics.freeze import promise_freezing
from jiesu.tracing import start_tracing, stop_tracing
from workers import metrics
from workers.actor import perform
from workers.broker import PATIENCE, QUEUES, make_broker
from workers.relay import Handed, Relay

__all__ = ["Process", "work_until"]

log = structlog.get_logger(__name__)


class Process:
    """The worker of one process; `start` and `stop` are called from the main thread."""

    def __init__(self, settings: Settings) -> None:
        if settings.redis_url is None:
            remedy = "give redis://host:6379/0, or use `jiesu up`, which starts its own"
            raise ConfigMistake("environment", "JIESU_REDIS_URL", None, remedy)
        self._settings = settings
        self._broker = make_broker(settings.redis_url)
        self._actors = {priority: self._actor(priority, queue) for priority, queue in QUEUES.items()}
        self._worker = dramatiq.Worker(self._broker, worker_threads=settings.worker_threads, worker_timeout=PATIENCE)
        self._kernel: Future[Kernel] = Future()
        self._relay: Relay | None = None
        self._relaying: Any = None

    def _actor(self, priority: Priority, queue: str) -> dramatiq.Actor[[str, list[int]], Any]:
        async def work(kind: str, ids: list[int]) -> None:
            await perform(await asyncio.wrap_future(self._kernel), kind, ids)

        return dramatiq.actor(
            actor_name=queue, queue_name=queue, priority=int(priority), broker=self._broker, throws=(DomainError,)
        )(work)

    def start(self) -> None:
        """Open the kernel on the actors' event loop, then begin to work and to relay."""
        self._worker.start()
        loop = get_event_loop_thread()
        if loop is None:
            raise RuntimeError("Dramatiq started without its event loop.")
        self._loop = loop.loop
        self._on_loop(self._open())
        self._relaying = asyncio.run_coroutine_threadsafe(self._relay_on(), self._loop)

    async def _open(self) -> None:
        kernel = await Kernel(self._settings).open()
        async with kernel.db.begin() as uow:
            await promise_checkpoint(uow)
            await promise_freezing(uow)
            await promise_folding(uow)
            await promise_reports(uow, kernel.rules)
            await note_configuration(uow, self._settings.config_dir)
        self._relay = Relay(kernel, self._send)
        if self._settings.metrics_port is not None:
            metrics.serve(kernel, self._loop, self._settings.metrics_host, self._settings.metrics_port)
        self._kernel.set_result(kernel)

    async def _relay_on(self) -> None:
        if self._relay is not None:
            await self._relay.run()

    async def _send(self, messages: Sequence[Handed]) -> None:
        await asyncio.to_thread(self._send_all, messages)

    def _send_all(self, messages: Sequence[Handed]) -> None:
        for message in messages:
            self._actors[message.priority].send(message.kind, message.ids)

    def _on_loop(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def stop(self) -> None:
        """Finish what is in hand and go; what is left stays promised in its rows."""
        if self._relay is not None:
            self._loop.call_soon_threadsafe(self._relay.stop)
            self._relaying.result(timeout=30)
        self._worker.stop()
        self._broker.close()


def work_until(done: threading.Event, settings: Settings) -> None:
    """Work until told, or until SIGTERM or SIGINT. Call from the main thread."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    start_tracing("jiesu-work", settings.otlp_endpoint)
    process = Process(settings)
    process.start()
    keep_for_good()
    log.info("worker ready")
    done.wait()
    process.stop()
    stop_tracing()
    log.info("worker stopped")
