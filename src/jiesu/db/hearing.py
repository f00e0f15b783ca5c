"""Hearing what commits announce: LISTEN on a connection of its own, for ever, without ever looking by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import psycopg
import structlog
from sqlalchemy import URL

__all__ = ["hear"]

log = structlog.get_logger(__name__)

#: Seconds until a lost connection is tried again.
AGAIN = 1.0


async def hear(url: URL, channel: str, heard: Callable[[Sequence[str]], None], *, name: str) -> None:
    """Call `heard` with what was said on the channel, until cancelled; reconnects for ever. The server knows us by `name`.

    It is called with nothing whenever a connection begins: what was said before it nobody heard.
    """
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                address, autocommit=True, application_name=name
            ) as connection:
                await connection.execute(f"LISTEN {channel}")
                heard([])
                await _until_it_breaks(connection, heard)
        except psycopg.Error as error:
            log.warning("notifications are not heard", channel=channel, error=str(error).strip())
            await asyncio.sleep(AGAIN)


async def _until_it_breaks(connection: psycopg.AsyncConnection, heard: Callable[[Sequence[str]], None]) -> None:
    """Asleep until the socket speaks: the driver's own waiting looks ten times a second."""
    loop, spoken = asyncio.get_running_loop(), asyncio.Event()
    descriptor = connection.fileno()
    loop.add_reader(descriptor, spoken.set)
    try:
        while await spoken.wait():
            spoken.clear()
            connection.pgconn.consume_input()
            said = []
            while notice := connection.pgconn.notifies():
                said.append(notice.extra.decode())
            if said:
                heard(said)
    finally:
        loop.remove_reader(descriptor)
