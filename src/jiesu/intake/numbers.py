"""Giving out the day's ticket numbers without making filings wait for each other."""

from __future__ import annotations

import asyncio
from datetime import date

from sqlalchemy.dialects.postgresql import insert

from jiesu.db.uow import Database, UnitOfWork
from jiesu.intake.models import NumberBlock
from jiesu.kit.numbers import format_number

__all__ = ["Numbers", "draw_number"]

#: How many numbers a process takes at a time; a stop leaves at most so many unused.
BLOCK = 20


class Numbers:
    """One process's stock of numbers. A number is never given out twice; some are never given out."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = asyncio.Lock()
        self._day: date | None = None
        self._next = self._end = 0

    async def take(self, day: date) -> str:
        """The next number of the local `day`. Call it before the transaction's first statement: it uses its own."""
        async with self._lock:
            if day != self._day or self._next == self._end:
                self._end = await self._reserve(day) + 1
                self._next = self._end - BLOCK
                self._day = day
            self._next += 1
            return format_number(day, self._next - 1)

    async def _reserve(self, day: date) -> int:
        statement = insert(NumberBlock).values(day=day, given=BLOCK)
        statement = statement.on_conflict_do_update(
            index_elements=[NumberBlock.day], set_={"given": NumberBlock.given + BLOCK}
        )
        async with self._db.begin() as uow:
            return (await uow.session.scalars(statement.returning(NumberBlock.given))).one()


async def draw_number(uow: UnitOfWork, day: date) -> str:
    """One more number of the day, within this transaction: others wait until it ends, so only for what is rare."""
    drawn = insert(NumberBlock).values(day=day, given=1)
    drawn = drawn.on_conflict_do_update(index_elements=[NumberBlock.day], set_={"given": NumberBlock.given + 1})
    return format_number(day, (await uow.session.scalars(drawn.returning(NumberBlock.given))).one())
