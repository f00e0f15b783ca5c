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
from dramatiq.brokers.redis import RedisBroker

import workers.clocks
import workers.messages
import workers.surveys  # noqa: F401  (each registers its handlers)
from jiesu.errors import DomainError
from jiesu.kernel import Kernel
from jiesu.kit.config import ConfigMistake
from jiesu.settings import Settings
from workers.actor import HANDLERS, perform
from workers.broker import QUEUES, make_broker
from workers.relay import Relay

__all__ = ["Process", "run_worker"]

log = structlog.get_logger(__name__)


class Process:
    """The worker of one process; `start` and `stop` are called from the main thread."""

    def __init__(self, settings: Settings) -> None:
        if settings.redis_url is None:
            remedy = "give redis://host:6379/0, or use `jiesu up`, which starts its own"
            raise ConfigMistake("environment", "JIESU_REDIS_URL", None, remedy)
        self._settings = settings
        self._broker: RedisBroker = make_broker(settings.redis_url)
        self._actors = {queue: self._actor(queue) for queue in QUEUES}
        self._worker = dramatiq.Worker(self._broker, worker_threads=settings.worker_threads, worker_timeout=200)
        self._kernel: Future[Kernel] = Future()
        self._relay: Relay | None = None
        self._relaying: Any = None

    def _actor(self, queue: str) -> dramatiq.Actor[[str, list[int]], Any]:
        async def work(kind: str, ids: list[int]) -> None:
            await perform(await asyncio.wrap_future(self._kernel), kind, ids)

        return dramatiq.actor(actor_name=queue, queue_name=queue, broker=self._broker, throws=(DomainError,))(work)

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
        self._relay = Relay(kernel, self._send)
        self._kernel.set_result(kernel)

    async def _relay_on(self) -> None:
        if self._relay is not None:
            await self._relay.run()

    async def _send(self, kind: str, ids: Sequence[int]) -> None:
        actor = self._actors[HANDLERS[kind].queue]
        await asyncio.to_thread(actor.send, kind, list(ids))

    def _on_loop(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def stop(self) -> None:
        """Finish what is in hand and go; what is left stays promised in its rows."""
        if self._relay is not None:
            self._loop.call_soon_threadsafe(self._relay.stop)
            self._relaying.result(timeout=30)
        self._worker.stop()
        self._broker.close()


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    process = Process(settings)
    process.start()
    log.info("worker ready")
    done.wait()
    process.stop()
    log.info("worker stopped")
