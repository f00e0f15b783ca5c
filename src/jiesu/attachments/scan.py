"""clamd, spoken to over its socket: a file goes there in pieces (INSTREAM), a verdict comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from urllib.parse import urlsplit

__all__ = ["ScannerAway", "is_infected"]

#: Seconds to connect, and for the verdict on 20 MB.
CONNECT, VERDICT = 5, 120


class ScannerAway(Exception):
    """clamd did not answer, or not with a verdict."""


async def is_infected(address: str, pieces: Iterable[bytes]) -> bool:
    """Ask the clamd at `tcp://host:port` or `unix:///path`. Raises ScannerAway."""
    try:
        async with asyncio.timeout(CONNECT):
            reader, writer = await _connect(address)
        try:
            async with asyncio.timeout(VERDICT):
                return _verdict(await _exchange(reader, writer, pieces))
        finally:
            writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise ScannerAway(f"{address}: {type(error).__name__}") from error


async def _connect(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        return await asyncio.open_unix_connection(parts.path)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pieces: Iterable[bytes]) -> bytes:
    """Each piece behind its length in four bytes; a length of zero ends the file."""
    writer.write(b"zINSTREAM\0")
    for piece in pieces:
        if piece:
            writer.write(len(piece).to_bytes(4, "big") + piece)
            await writer.drain()
    writer.write(bytes(4))
    await writer.drain()
    return await reader.readuntil(b"\0")


def _verdict(answer: bytes) -> bool:
    said = answer.rstrip(b"\0\n")
    if said.endswith(b" FOUND"):
        return True
    if said.endswith(b" OK"):
        return False
    raise ScannerAway(said.decode(errors="replace")[:200])
