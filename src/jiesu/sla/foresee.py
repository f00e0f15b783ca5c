"""What another calendar would do to the deadlines that run: looked at before it is published, changing nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from sqlalchemy import select, tuple_

from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.kit.calendar import Calendars
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.models import ClockState, Deadline
from jiesu.sla.recompute import ends_of

__all__ = ["Foreseen", "Shift", "foresee"]

#: So many deadlines are reckoned for a look, the first due first; of more it is said that there are more.
MOST, CHUNK = 5000, 500
#: So many pairs of dates are shown.
SHOWN = 20


class Shift(NamedTuple):
    """So many deadlines go from one moment to another."""

    old: datetime
    new: datetime
    number: int


class Foreseen(NamedTuple):
    """What would move, by the days it moves between, the most first. Which tickets these are is nobody's business here."""

    later: int
    earlier: int
    shifts: Sequence[Shift]
    #: whether every deadline that a change could reach was looked at
    whole: bool


async def foresee(uow: UnitOfWork, calendars: Calendars, first: date) -> Foreseen:
    """Reckon the running deadlines that end on the first changed day or after it; those before it cannot move.

    Of everybody's tickets, and told in numbers alone. A date that would move into the past stands, as it will.
    """
    since = max(datetime.combine(first, time(), SHANGHAI), uow.now)
    place = tuple_(Deadline.due_at, Deadline.id)
    running = select(Deadline).where(Deadline.state == ClockState.RUNNING, Deadline.due_at >= since)
    found: Counter[tuple[datetime, datetime]] = Counter()
    last, looked = (since, 0), 0
    async with uow.scoped(Scope.SYSTEM):
        while looked < MOST:
            query = running.where(place > last).order_by(Deadline.due_at, Deadline.id).limit(CHUNK)
            rows = (await uow.session.scalars(query)).all()
            for row, end in (await ends_of(uow, calendars, rows)).items():
                if end.due_at != row.due_at and end.due_at > uow.now:
                    found[row.due_at, end.due_at] += 1
            looked += len(rows)
            if len(rows) < CHUNK:
                break
            last = (rows[-1].due_at, rows[-1].id)
    shifts = [Shift(old, new, number) for (old, new), number in found.most_common(SHOWN)]
    later = sum(number for (old, new), number in found.items() if new > old)
    return Foreseen(later, found.total() - later, shifts, len(rows) < CHUNK)
