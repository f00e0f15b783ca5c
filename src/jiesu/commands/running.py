"""What commands share: where they print, and work on the running system."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from jiesu.embedded.running import attach
from jiesu.settings import load_settings

__all__ = ["BY", "Json", "err", "out", "with_kernel", "with_uow"]

T = TypeVar("T")

#: Who did it, in the security trail. No user name can hold a space.
BY = "command line"

out = Console()
err = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def with_kernel(work: Callable[[Any], Awaitable[T]]) -> T:
    """Run work on an open kernel of the running system."""
    from jiesu.kernel import on_kernel

    return asyncio.run(on_kernel(attach(load_settings()), work))


def with_uow(work: Callable[[Any, Any], Awaitable[T]]) -> T:
    """Run work on the kernel in one transaction of the running system."""

    async def within(kernel: Any) -> T:
        async with kernel.db.begin() as uow:
            return await work(kernel, uow)

    return with_kernel(within)
