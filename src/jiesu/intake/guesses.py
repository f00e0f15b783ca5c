"""Guessing query codes and survey links is slowed: wrong ones are counted in rows, which no flush of Redis forgets."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from jiesu.db.uow import Database, UnitOfWork
from jiesu.errors import DomainError, TooMany
from jiesu.intake.models import WrongCode
from jiesu.intake.policy import CALM, SIEGE, Tally, open_from, seconds_until
from jiesu.kit.addresses import telling
from jiesu.kit.crypto import KeyRing, fingerprint
from jiesu.kit.numbers import normalise_number
from jiesu.surveys.answers import SurveyUnknown
from jiesu.surveys.models import Survey
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketNotFound

__all__ = ["Guesses", "TooManyGuesses", "besieged", "code_matches"]

#: For how long a wrong code counts, against a number and against an address.
REMEMBERED, REMEMBERED_FOR_ADDRESS = timedelta(hours=24), timedelta(hours=1)
#: So many wrong codes of everybody's within this time are no typing mistakes.
MANY, LATELY = 600, timedelta(minutes=10)


class TooManyGuesses(TooMany):
    zh = "查询码输错的次数太多，为保护您的信息暂停查询。请{wait_zh}后再试，或到就近的退役军人服务站查询。"
    en = "Too many wrong codes; we stopped to protect your data. Try again in {wait_en}, or ask at a service station."


def code_matches(keys: KeyRing, code: str, code_hash: str | None) -> bool:
    """Whether it is the query code with that hash; compared in constant time, also where there is no ticket."""
    given = keys.code_hash(code.strip().upper())
    return hmac.compare_digest(given, code_hash or "") and code_hash is not None


@dataclass(frozen=True)
class Guesses:
    """Looks at the codes that come from one address.

    Works in transactions of its own, so that what was counted stays counted when the request is refused: call it before the
    request's first statement.
    """

    db: Database
    keys: KeyRing
    #: Of the client, as the server saw it.
    address: str | None

    async def check(self, number: str, code: str) -> None:
        """Raises TicketNotFound for an unknown number and a wrong code alike, TooManyGuesses for any while one must wait."""
        known = normalise_number(number)
        if known is None:  # guesses at nothing
            raise TicketNotFound("number")
        target = self.keys.code_hash(f"guess:{known}")
        await self._raise(lambda uow: self._code(uow, known, code, target))

    async def check_link(self, token: str) -> None:
        """Raises SurveyUnknown, TooManyGuesses for wrong links; the right one, of 128 bits, never waits."""
        await self._raise(lambda uow: self._link(uow, token))

    async def _raise(self, judge: Any) -> None:
        async with self.db.begin() as uow:
            refusal: DomainError | None = await judge(uow)
        if refusal is not None:
            raise refusal

    async def _code(self, uow: UnitOfWork, number: str, code: str, target: str) -> DomainError | None:
        """Locks the number, so that guesses sent at once are counted one after the other."""
        await uow.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(target, 0))))
        if (wait := await self.wait(uow, target)) is not None:
            return wait
        code_hash = await uow.session.scalar(select(Ticket.code_hash).where(Ticket.number == number))
        if not code_matches(self.keys, code, code_hash):
            await self.count(uow, target)
            return TicketNotFound("number")
        mine = and_(WrongCode.target_hash == target, WrongCode.address_hash.is_not_distinct_from(self.address_hash))
        await uow.session.execute(delete(WrongCode).where(mine))
        return None

    async def _link(self, uow: UnitOfWork, token: str) -> DomainError | None:
        known = await uow.session.scalar(select(Survey.id).where(Survey.token_hash == fingerprint(token)))
        if known is not None:
            return None
        if (wait := await self.wait(uow)) is not None:
            return wait
        await self.count(uow)
        return SurveyUnknown("token")

    async def count(self, uow: UnitOfWork, target: str | None = None) -> None:
        """A wrong code, for the number `target` where it was for one."""
        await uow.session.execute(delete(WrongCode).where(WrongCode.at < uow.now - REMEMBERED))
        uow.add(WrongCode(target_hash=target, address_hash=self.address_hash, at=uow.now))
        await uow.session.flush()

    async def wait(self, uow: UnitOfWork, target: str | None = None) -> TooManyGuesses | None:
        """What is to be told to who must wait before the next code, else None."""
        by_number = false() if target is None else WrongCode.target_hash == target
        by_address = false() if self.address_hash is None else WrongCode.address_hash == self.address_hash
        same_place = WrongCode.address_hash.is_not_distinct_from(self.address_hash)
        recent = WrongCode.at > uow.now - REMEMBERED_FOR_ADDRESS
        conditions = (and_(by_number, same_place), by_number, and_(by_address, recent))
        limits = SIEGE if await besieged(uow) else CALM
        tallies = await _tallies(uow, conditions, or_(by_number, by_address))
        until = open_from(zip(tallies, limits, strict=True))
        if until is None or until <= uow.now:
            return None
        return TooManyGuesses(seconds=seconds_until(until, uow.now))

    @property
    def address_hash(self) -> str | None:
        """Keyed hash of the place that people there share; None where it tells nobody apart."""
        place = telling(self.address)
        return None if place is None else self.keys.code_hash(f"address:{place}")


async def besieged(uow: UnitOfWork, moments: InstrumentedAttribute[datetime] = WrongCode.at) -> bool:
    """Whether more comes in, of wrong codes unless something else is named, than people mistype or forget."""
    lately = select(moments).where(moments > uow.now - LATELY).limit(MANY).subquery()
    return await uow.session.scalar(select(func.count()).select_from(lately)) == MANY


async def _tallies(
    uow: UnitOfWork, conditions: tuple[ColumnElement[bool], ...], any_of_them: ColumnElement[bool]
) -> list[Tally]:
    """How often each condition holds and when it last did, in one query."""
    columns = [
        column
        for condition in conditions
        for column in (func.count().filter(condition), func.max(WrongCode.at).filter(condition))
    ]
    query = select(*columns).where(any_of_them, WrongCode.at > uow.now - REMEMBERED)
    row: Any = (await uow.session.execute(query)).one()
    return [Tally(row[place], row[place + 1]) for place in range(0, len(row), 2)]
