"""A relay without a worker and a worker without a relay, each a process of its own, so that each one's cost is seen."""

from __future__ import annotations

import asyncio
import signal
import threading

import workers.main  # noqa: F401  (registers the handlers)
from jiesu.kernel import Kernel
from jiesu.logs import configure_logs
from jiesu.settings import Settings
from workers.process import Process
from workers.relay import Relay

__all__ = ["run_relay", "run_worker_only"]


class _WorkerOnly(Process):
    async def _open(self) -> None:
        self._kernel.set_result(await Kernel(self._settings).open())


class _RelayOnly(Process):
    """Sends through the same broker and actors, and starts no thread that works."""

    def relay(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        kernel = await Kernel(self._settings).open()
        relay = Relay(kernel, self._send)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, relay.stop)
        await relay.run()


def run_relay(settings: Settings) -> None:
    """Relay until SIGTERM."""
    configure_logs("warning")
    _RelayOnly(settings).relay()


def run_worker_only(settings: Settings) -> None:
    """Work until SIGTERM."""
    configure_logs("warning")
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    process = _WorkerOnly(settings)
    process.start()
    done.wait()
    process.stop()
