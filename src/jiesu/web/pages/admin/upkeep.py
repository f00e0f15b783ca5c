"""What an installation needs of its administrator now, counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import exists, func, select

from jiesu.accounts.lockout import waiting_names
from jiesu.accounts.models import Account, StaffRow
from jiesu.db.backlog import read_backlog
from jiesu.db.jobs import DeadLetter
from jiesu.db.uow import UnitOfWork
from jiesu.escalation.posts import manned_units
from jiesu.intake.access import SEND_CODE
from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.tell import SEND_MESSAGE
from jiesu.rules import Rules

__all__ = ["LATE", "MESSAGES", "Upkeep", "upkeep", "vacant_units"]

#: Kinds of jobs that hand something to the SMS gateway.
MESSAGES = frozenset({SEND_MESSAGE, SEND_CODE})
#: Work that is due is done within seconds; what waits longer tells that no worker runs, or too few.
LATE = timedelta(minutes=2)
#: The State Council publishes the next year's holidays in October or November.
EXPECTED = 11


class Upkeep(NamedTuple):
    """Counts, and dates; zero and None mean that nothing is to be done."""

    messages_failed: int
    work_failed: int
    #: how long the work that has been due longest has waited, where that is too long
    late: timedelta | None
    vacant: int
    units: int
    #: the coming year, while its holidays are not entered, and whether they should be published by now
    unpublished: int | None
    expected: bool
    without_post: int
    initial_password: int
    locked: int


async def upkeep(uow: UnitOfWork, rules: Rules) -> Upkeep:
    """Everything the first page tells; reads only by index, or small tables."""
    today = uow.now.astimezone(SHANGHAI).date()
    backlog = await read_backlog(uow.session, uow.now)
    longest = timedelta(seconds=max(backlog.oldest.values()))
    kinds = await uow.session.execute(select(DeadLetter.kind, func.count()).group_by(DeadLetter.kind))
    dead: dict[str, int] = {row[0]: row[1] for row in kinds}
    messages = sum(number for kind, number in dead.items() if kind in MESSAGES)
    posts = exists().where(StaffRow.account_id == Account.id, StaffRow.active)
    names = (await uow.session.scalars(select(Account.username))).all()
    waiting = await waiting_names(uow, rules.keys, names)
    return Upkeep(
        messages_failed=messages,
        work_failed=sum(dead.values()) - messages,
        late=longest if longest > LATE else None,
        vacant=len(await vacant_units(uow, rules)),
        units=len(rules.organisation.units),
        unpublished=today.year + 1 if rules.calendar.is_provisional(date(today.year + 1, 1, 1)) else None,
        expected=today.month >= EXPECTED,
        without_post=await _count(uow, Account.active, ~posts),
        initial_password=await _count(uow, Account.active, Account.must_change_password),
        locked=sum(wait.until > uow.now for wait in waiting.values()),
    )


async def vacant_units(uow: UnitOfWork, rules: Rules) -> frozenset[str]:
    """Units whose duty post nobody holds: what reaches them is told to the unit above."""
    return frozenset(rules.organisation.units) - await manned_units(uow)


async def _count(uow: UnitOfWork, *conditions: object) -> int:
    query = select(func.count()).select_from(Account).where(*conditions)  # type: ignore[arg-type]
    return await uow.session.scalar(query) or 0
