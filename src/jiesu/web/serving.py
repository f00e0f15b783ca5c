"""Granian as we run it: before the web server stops, the live streams end, which would otherwise hold it up for ever."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from typing import Any

from granian.server import MPServer

__all__ = ["StreamingServer", "before_the_stop"]

#: Sent by the main process to each of its workers. SIGTERM itself is Granian's.
FAREWELL = signal.SIGUSR1


class StreamingServer(MPServer):
    """Says farewell to its workers first."""

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        """SIGTERM or SIGINT."""
        for worker in self.wrks:
            with contextlib.suppress(ProcessLookupError, TypeError):
                os.kill(worker.inner.pid, FAREWELL)
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]


def before_the_stop(end: Callable[[], None]) -> None:
    """Call `end` in this worker when the server is about to stop. Tests run the application without one."""
    with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
        asyncio.get_running_loop().add_signal_handler(FAREWELL, end)
