"""Granian as we run it: told to stop, it serves on while balancers learn of it, ends the live streams, finishes what it has, and goes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from granian.server import MPServer

__all__ = ["GRACE", "StreamingServer", "before_the_stop"]

#: Sent by the main process to each of its workers. SIGTERM itself is Granian's.
FAREWELL = signal.SIGUSR1
#: Seconds that requests in hand may take after the last was taken.
GRACE = 30


class StreamingServer(MPServer):
    """Says farewell to its workers first, and gives balancers `drain` seconds to send people elsewhere."""

    drain: int = 0

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        """SIGTERM or SIGINT; a second one stops at once."""
        for worker in self.wrks:
            with contextlib.suppress(ProcessLookupError, TypeError):
                os.kill(worker.inner.pid, FAREWELL)
        wait, self.drain = self.drain, 0
        stop = super().signal_handler_interrupt
        if wait:
            later = threading.Timer(wait, stop)
            later.daemon = True
            later.start()
        else:
            stop(*args, **kwargs)  # type: ignore[no-untyped-call]


def before_the_stop(end: Callable[[], None]) -> None:
    """Call `end` in this worker when the server is about to stop. Tests run the application without one."""
    with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
        asyncio.get_running_loop().add_signal_handler(FAREWELL, end)
