"""Moving every encrypted value under the current key, a batch at a time, beside whoever else is at work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jiesu.custody.sealed_tables import SealedTable, sealed_tables
from jiesu.db.uow import Database
from jiesu.errors import Conflict
from jiesu.kit.crypto import KeyRing

__all__ = ["KeyNeeded", "Pace", "Progress", "Rotation", "census", "check_unused"]


class KeyNeeded(Conflict):
    zh = "密钥“{key}”还不能停用：{why}。请先运行 jiesu keys rotate。"
    en = "The key “{key}” cannot be retired yet: {why}. Run jiesu keys rotate first."


@dataclass(frozen=True)
class Pace:
    """Rows in a transaction, and seconds of rest after it."""

    rows: int = 200
    rest: float = 0.05


@dataclass(frozen=True)
class Progress:
    """How far a table is."""

    table: str
    done: int
    left: int


@dataclass(frozen=True)
class Rotation:
    """One run: everything that does not lie under the ring's current key and cipher is encrypted and hashed anew.

    Rows say under which key they lie, so it may be stopped anywhere and begun again. Rows that somebody has locked are
    passed over and visited again, until none is left.
    """

    db: Database
    ring: KeyRing
    pace: Pace = Pace()
    tell: Callable[[Progress], None] = lambda _: None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self) -> int:
        """How many rows were written."""
        return sum([await self._table(table) for table in sealed_tables()])

    async def _table(self, table: SealedTable) -> int:
        rows = 0
        while left := await self._left(table):
            moved = await self._pass(table, left)
            rows += moved
            if not moved:
                await self.sleep(1)
        return rows

    async def _left(self, table: SealedTable) -> int:
        async with self.db.begin() as uow:
            return await table.stale(uow.session, self.ring.mark)

    async def _pass(self, table: SealedTable, left: int) -> int:
        """Once through the table, in the order of its key."""
        done, after = 0, None
        while rows := await self._batch(table, after):
            done, after = done + len(rows), getattr(rows[-1], table.key)
            self.tell(Progress(table.name, done, left))
            await self.sleep(self.pace.rest)
        return done

    async def _batch(self, table: SealedTable, after: Any) -> Sequence[Any]:
        async with self.db.begin() as uow:
            rows = await table.claim(uow.session, self.ring.mark, after, self.pace.rows)
            if rows:
                await table.rewrite(uow.session, rows, self.ring)
        return rows


async def census(db: Database) -> dict[str, int]:
    """How many values lie under each key and cipher (`k1:aes:`), and `plain`."""
    found: dict[str, int] = {}
    for table in sealed_tables():
        async with db.begin() as uow:
            for mark, count in (await table.under(uow.session)).items():
                found[mark] = found.get(mark, 0) + count
    return found


async def check_unused(db: Database, ring: KeyRing, key: str) -> None:
    """Raises KeyNeeded while the key writes or hashes, or a row lies under it."""
    if key in (ring.current, ring.search):
        raise KeyNeeded("key", key=key, why="新数据还在用它 new values use it")
    needed = sum(count for mark, count in (await census(db)).items() if mark.partition(":")[0] == key)
    if needed:
        raise KeyNeeded("key", key=key, why=f"{needed} 处数据用它加密 values lie under it")
