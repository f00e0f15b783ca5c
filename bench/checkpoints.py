"""What checkpoints and verifying cost when the trail is long: the first, one of an ordinary hour, and both ways to verify.

`python bench/checkpoints.py [CHAINS] [ENTRIES]`: so many tickets' chains (1,000,000) of so many entries (3), made by the owner.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
from stand import Stand

from jiesu.audit.chain import GENESIS, seal
from jiesu.audit.checkpoints import signer_of, take_checkpoint
from jiesu.audit.verify import verify
from jiesu.kernel import Kernel

#: Chains that grow in an hour of a busy day.
HOUR = 2000
AT = datetime(2026, 11, 2, 1, tzinfo=UTC)


@contextmanager
def timed(what: str):
    began = time.perf_counter()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {time.perf_counter() - began:.2f} s, this process at most {peak:.0f} MB", flush=True)  # noqa: T201


def grow(url: str, chains: range, entries: range, heads: dict[int, str]) -> None:
    """So many entries for each chain, sealed as the application seals them."""
    columns = "COPY trail (ticket_id, seq, at, kind, data, previous, hash) FROM STDIN"
    data = {"by": {"kind": "system"}, "text": "x"}
    with psycopg.connect(url, options="-c jiesu.scope=system") as connection, connection.cursor().copy(columns) as copy:
        for chain in chains:
            for seq in entries:
                previous = heads.get(chain, GENESIS)
                heads[chain] = seal(previous, chain, seq, AT, "NoteAdded", data)
                row = (chain, seq, AT, "NoteAdded", '{"by": {"kind": "system"}, "text": "x"}', previous, heads[chain])
                copy.write_row(row)


async def measure(stand: Stand, chains: int, entries: int) -> None:
    url = stand.settings.owner_database_url.replace("+psycopg", "")
    heads: dict[int, str] = {}
    with timed(f"made {chains:,} chains of {entries}"):
        grow(url, range(1, chains + 1), range(1, entries + 1), heads)
    kernel = await Kernel(stand.settings).open()
    signer = signer_of(stand.settings)
    with timed("the first checkpoint"):
        async with kernel.db.begin() as uow:
            await take_checkpoint(uow, signer)
    grow(url, range(1, HOUR + 1), range(entries + 1, entries + 2), heads)
    heads.clear()
    with timed(f"a checkpoint after {HOUR:,} chains grew"):
        async with kernel.db.begin() as uow:
            await take_checkpoint(uow, signer)
    for since in (1, 0):
        with timed(f"verify since checkpoint {since}"):
            async with kernel.db.sessions() as session:
                count = 0
                async for fault in verify(session, signer, since=since):
                    count += "no chain" not in fault.fault
        print(f"  faults: {count}", flush=True)  # noqa: T201
    await kernel.close()


if __name__ == "__main__":
    sizes = [int(argument) for argument in sys.argv[1:]]
    with Stand() as stand:
        asyncio.run(measure(stand, *(sizes + [1_000_000, 3][len(sizes) :])))
