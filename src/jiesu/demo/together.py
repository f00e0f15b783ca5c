"""Both halves of a play at once, in two processes: for a first start in half the time."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from contextlib import suppress
from datetime import datetime
from multiprocessing.connection import Connection

from jiesu.demo.simulation import Played, Script, Seen, conclude, play_half, prepare
from jiesu.demo.stage import Perform
from jiesu.demo.summary import Summary
from jiesu.kernel import Kernel
from jiesu.settings import Settings

__all__ = ["HalfMissing", "simulate_together"]


class HalfMissing(RuntimeError):
    """The process that played the other half died; its half is not there, ours is."""


async def simulate_together(kernel: Kernel, perform: Perform, script: Script, seen: Seen) -> Summary:
    """As `simulate`, with the second half in a process of its own. `perform` is a module's own function.

    Raises OnlyInDemo, HalfMissing.
    """
    began = time.monotonic()
    await prepare(kernel, script)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    arguments = (kernel.settings, perform, script, theirs, os.getpid())
    other = context.Process(target=_play_other_half, args=arguments, daemon=True)
    other.start()
    theirs.close()
    played = await play_half(kernel, perform, script, 0, seen)
    try:
        played += await asyncio.to_thread(ours.recv)
    except EOFError as gone:
        raise HalfMissing("The second half of the history could not be played; its error is above.") from gone
    await asyncio.to_thread(other.join)
    return await conclude(kernel, script, played, time.monotonic() - began)


def _play_other_half(settings: Settings, perform: Perform, script: Script, result: Connection, parent: int) -> None:
    with suppress(KeyboardInterrupt):
        result.send(asyncio.run(_half(settings, perform, script, parent)))


async def _half(settings: Settings, perform: Perform, script: Script, parent: int) -> Played:
    kernel = await Kernel(settings).open()

    def seen(_: datetime) -> None:
        if os.getppid() != parent:
            raise SystemExit(1)  # nobody waits for it: roll back

    try:
        return await play_half(kernel, perform, script, 1, seen)
    finally:
        await kernel.close()
