"""`jiesu retention run`: erasing what has been kept long enough, a batch at a time, never what is on hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, not_, select

from jiesu.attachments.store import FileStore
from jiesu.audit import trail
from jiesu.audit.trail_keys import TrailKey
from jiesu.custody.erase import erase_outreach, erase_personal, erase_receptions, erase_words
from jiesu.custody.events import RetentionRun
from jiesu.custody.policy import RetentionPolicy, months_before
from jiesu.db.uow import Database, UnitOfWork
from jiesu.tickets.events import SYSTEM, DataErased
from jiesu.tickets.hold import Hold
from jiesu.tickets.models import Ticket

__all__ = ["BATCH", "Outcome", "Retention", "due"]

#: Tickets in a transaction.
BATCH = 100
_ON_HOLD = exists().where(Hold.ticket_id == Ticket.id, Hold.lifted_at.is_(None))
_HAS_WORDS = exists().where(TrailKey.ticket_id == Ticket.id)


@dataclass(frozen=True)
class Outcome:
    """Tickets whose personal data, and whose texts of the trail, were erased or are due; and those that a hold keeps."""

    personal: int
    words: int
    held: int


@dataclass(frozen=True)
class _Limits:
    """The moments before which a ticket must have ended."""

    personal: datetime
    words: datetime

    @classmethod
    def of(cls, policy: RetentionPolicy, now: datetime) -> _Limits:
        return cls(months_before(now, policy.personal), months_before(now, policy.trail))

    @property
    def old_persons(self) -> ColumnElement[bool]:
        return and_(Ticket.erased_at.is_(None), Ticket.ended_at < self.personal)

    @property
    def old_words(self) -> ColumnElement[bool]:
        return and_(Ticket.ended_at < self.words, _HAS_WORDS)


async def due(db: Database, policy: RetentionPolicy) -> Outcome:
    """What a run would erase now, and what it would have to leave."""
    async with db.begin() as uow:
        limits = _Limits.of(policy, uow.now)
        return Outcome(
            personal=await _count(uow, and_(limits.old_persons, not_(_ON_HOLD))),
            words=await _count(uow, and_(limits.old_words, not_(_ON_HOLD))),
            held=await _count(uow, and_(limits.old_persons | limits.old_words, _ON_HOLD)),
        )


async def _count(uow: UnitOfWork, which: ColumnElement[bool]) -> int:
    return await uow.session.scalar(select(func.count()).select_from(Ticket).where(which)) or 0


@dataclass(frozen=True)
class Retention:
    """Erasing what is due: every ticket says so in its trail, the run in the security trail. May be stopped and repeated."""

    db: Database
    policy: RetentionPolicy
    files: FileStore
    by: str
    tell: Callable[[int], None] = lambda _: None
    batch: int = BATCH

    async def run(self) -> Outcome:
        """Raises nothing that a further run would not put right."""
        held = (await due(self.db, self.policy)).held
        first = await self._through(lambda limits: limits.old_persons)
        second = await self._through(lambda limits: limits.old_words)
        outcome = Outcome(first.personal, first.words + second.words, held)
        async with self.db.begin() as uow:
            before = _Limits.of(self.policy, uow.now).personal
            contacts = await erase_outreach(uow, before)
            bookings = await erase_receptions(uow, before)
            await uow.record(
                RetentionRun(
                    by=self.by,
                    policy=self.policy.version,
                    personal=outcome.personal,
                    words=outcome.words,
                    held=outcome.held,
                    contacts=contacts,
                    bookings=bookings,
                )
            )
        return outcome

    async def _through(self, which: Callable[[_Limits], ColumnElement[bool]]) -> Outcome:
        """Batch after batch in the order of keys; a ticket that somebody has locked is left for the next run."""
        personal = words = after = 0
        while True:
            async with self.db.begin() as uow:
                limits = _Limits.of(self.policy, uow.now)
                claimed = await _claim(uow, which(limits), after, self.batch)
                free = await _free(uow, claimed)
                done, files = await _erase(uow, limits, self.policy, free)
            for place in files:
                self.files.remove(place)
            if not claimed:
                return Outcome(personal, words, 0)
            personal, words, after = personal + done.personal, words + done.words, claimed[-1]
            self.tell(len(free))


async def _claim(uow: UnitOfWork, which: ColumnElement[bool], after: int, limit: int) -> Sequence[int]:
    old = select(Ticket.id).where(which, not_(_ON_HOLD), Ticket.id > after).order_by(Ticket.id).limit(limit)
    return (await uow.session.scalars(old.with_for_update(skip_locked=True, of=Ticket))).all()


async def _free(uow: UnitOfWork, tickets: Sequence[int]) -> Sequence[int]:
    """Those still without a hold now that they are locked: one may have come while they were looked for."""
    query = select(Ticket.id).where(Ticket.id.in_(tickets), not_(_ON_HOLD)).order_by(Ticket.id)
    return (await uow.session.scalars(query)).all()


async def _erase(
    uow: UnitOfWork, limits: _Limits, policy: RetentionPolicy, tickets: Sequence[int]
) -> tuple[Outcome, Sequence[str]]:
    query = select(Ticket.id, limits.old_persons, limits.old_words).where(Ticket.id.in_(tickets)).order_by(Ticket.id)
    parts = (await uow.session.execute(query)).all()
    persons, words = [key for key, old, _ in parts if old], [key for key, _, old in parts if old]
    files = await erase_personal(uow, persons) if persons else []
    await erase_words(uow, words)
    await trail.read_heads(uow, tickets)
    for key, personal, spoken in parts:
        await uow.record(DataErased(ticket_id=key, by=SYSTEM, personal=personal, words=spoken, policy=policy.version))
    return Outcome(len(persons), len(words), 0), files
