"""How the open tickets stand, from one pass over them: by unit and status, by lateness, by category and place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, literal, select, tuple_

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import (
    HOLDER,
    NONE,
    Cut,
    Lateness,
    condition,
    lateness_bounds,
    place_digits,
    place_of,
    soon,
)
from jiesu.rules import Rules
from jiesu.tickets.models import FIRST_LEVEL, Ticket

__all__ = ["Cell", "Standing", "standing"]

#: First-level category and place, `none` for what has none.
Cell = tuple[str, str]
SOON, LATER = "due_24h", "later"


@dataclass
class Standing:
    """Counts of open tickets. `by_unit`: unit that has it → urgency (a Lateness, `due_24h`, `later`) → how many."""

    by_unit: dict[str, Counter[str]] = field(default_factory=dict)
    by_status: Counter[str] = field(default_factory=Counter)
    by_cell: Counter[Cell] = field(default_factory=Counter)

    def of(self, units: Collection[str] | None = None) -> Counter[str]:
        """Urgency → how many, of these units (None: all)."""
        total: Counter[str] = Counter()
        for unit, counted in self.by_unit.items():
            if units is None or unit in units:
                total.update(counted)
        return total


async def standing(uow: UnitOfWork, rules: Rules, staff: Staff, unit: str) -> Standing:
    """Of what is open in the unit's subtree and the person may see."""
    urgency = _urgency(rules, uow.now).label("urgency")
    place = place_of(place_digits(rules, unit)).label("place")
    open_ = (
        select(HOLDER.label("unit"), urgency, Ticket.status, FIRST_LEVEL.label("category"), place)
        .where(condition(Cut(unit=unit), rules, staff, uow.now))
        .subquery()
    )
    columns = open_.c
    sets = func.grouping_sets(
        tuple_(columns.unit, columns.urgency), tuple_(columns.status), tuple_(columns.category, columns.place)
    )
    which = func.grouping(columns.unit, columns.status)
    query = select(which, columns.unit, columns.urgency, columns.status, columns.category, columns.place, func.count())
    found = Standing()
    for kind, holder, urgent, status, category, where, number in await uow.session.execute(query.group_by(sets)):
        if kind == 0b01:
            found.by_unit.setdefault(holder, Counter())[urgent] += number
        elif kind == 0b10:
            found.by_status[str(status)] += number
        else:
            found.by_cell[category or NONE, where or NONE] += number
    return found


def _urgency(rules: Rules, now: datetime) -> ColumnElement[str]:
    bounds: Mapping[Lateness, tuple[datetime | None, datetime]] = lateness_bounds(rules.calendar, now)
    late = [
        (Ticket.next_due_at >= after if after else Ticket.next_due_at < by, literal(str(band)))
        for band, (after, by) in bounds.items()
    ]
    return case((Ticket.next_due_at.is_(None), LATER), (soon(now), SOON), (Ticket.next_due_at >= now, LATER), *late)
