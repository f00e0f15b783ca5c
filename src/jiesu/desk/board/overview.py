"""How things stand in a subtree: late, due, waiting, by unit and by lateness, and the oldest tickets."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import func, select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import Cut, Lateness, What, allowed_unit, condition
from jiesu.desk.board.listing import count_of
from jiesu.desk.board.standing import SOON, Standing, standing
from jiesu.desk.names import Named, unit_or_code
from jiesu.desk.rows import NOT_SHOWN, QueueRow, queue_row
from jiesu.escalation.models import Escalation
from jiesu.escalation.waiting import awaited_of
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status

__all__ = [
    "EscalationLevel",
    "LatenessCount",
    "Overview",
    "UnitStanding",
    "escalation_levels",
    "overview",
    "overview_of",
]

#: How many of the oldest are named.
OLDEST = 10
#: Of the desk's views those that are shown as numbers, and the status each stands for.
STATUSES = {
    "to_dispatch": Status.REGISTERED,
    "to_sign": Status.DISPATCHED,
    "in_progress": Status.IN_PROGRESS,
    "to_review": Status.UNDER_REVIEW,
    "rework": Status.REWORK,
}


class EscalationLevel(msgspec.Struct, frozen=True):
    """How many tickets have an escalation of this level that nobody acknowledged."""

    level: int
    waiting: int


class LatenessCount(msgspec.Struct, frozen=True):
    """How many are late by so many working days: `under_1`, `from_1` (to 3), `from_3` (to 10), `from_10`."""

    late: Lateness
    tickets: int


class UnitStanding(msgspec.Struct, frozen=True):
    """Open tickets that a unit and those below it have, or, as desks, have yet to dispatch."""

    unit: Named
    open: int
    overdue: int
    due_24h: int


class Overview(msgspec.Struct, frozen=True):
    """How things stand now. `units`: the asked-for one with all there is to see, then each directly below it."""

    unit: Named
    queues: dict[str, int]
    escalations: list[EscalationLevel]
    lateness: list[LatenessCount]
    units: list[UnitStanding]
    oldest: list[QueueRow]


async def overview(
    uow: UnitOfWork, rules: Rules, staff: Staff, unit: str | None = None, locale: Locale = "zh"
) -> Overview:
    """What is late and what waits. Raises NotYours, UnitNotSeen."""
    chosen = allowed_unit(staff, unit)
    return await overview_of(uow, rules, staff, chosen, await standing(uow, rules, staff, chosen), locale)


async def overview_of(
    uow: UnitOfWork, rules: Rules, staff: Staff, unit: str, found: Standing, locale: Locale = "zh"
) -> Overview:
    """The same from a pass over the open tickets that was made already."""
    total = found.of()
    levels = await escalation_levels(uow, rules, staff, unit)
    queues = {"overdue": _overdue(total), "due_24h": total[SOON]}
    queues |= {name: found.by_status[status] for name, status in STATUSES.items()}
    queues["escalated"] = await count_of(uow, rules, staff, Cut(What.WAITING, unit=unit))
    below = sorted(code for code, row in rules.organisation.units.items() if row.parent == unit)
    return Overview(
        unit=_named(rules, unit, locale),
        queues=queues,
        escalations=levels,
        lateness=[LatenessCount(late, total[late]) for late in Lateness],
        units=[
            _unit(rules, code, found.of(units), locale)
            for code, units in ((unit, None), *((code, rules.organisation.subtree(code)) for code in below))
        ],
        oldest=await _oldest(uow, rules, staff, unit, locale),
    )


async def escalation_levels(uow: UnitOfWork, rules: Rules, staff: Staff, unit: str) -> list[EscalationLevel]:
    """The levels at which something waits for the person's posts."""
    query = (
        select(Escalation.level, func.count(Escalation.ticket_id.distinct()))
        .join(Ticket, Ticket.id == Escalation.ticket_id)
        .where(
            awaited_of(staff.subtree),
            condition(Cut(What.ARRIVED, unit=unit), rules, staff, uow.now, helping=True),
        )
        .group_by(Escalation.level)
        .order_by(Escalation.level)
    )
    return [EscalationLevel(level, number) for level, number in await uow.session.execute(query)]


async def _oldest(uow: UnitOfWork, rules: Rules, staff: Staff, unit: str, locale: Locale) -> list[QueueRow]:
    query = select(Ticket).where(condition(Cut(unit=unit), rules, staff, uow.now))
    rows = await uow.session.scalars(query.options(*NOT_SHOWN).order_by(Ticket.registered_at, Ticket.id).limit(OLDEST))
    return [queue_row(ticket, rules, uow.now, locale) for ticket in rows]


def _overdue(urgency: Mapping[str, int]) -> int:
    return sum(urgency[late] for late in Lateness)


def _unit(rules: Rules, code: str, urgency: Mapping[str, int], locale: Locale) -> UnitStanding:
    return UnitStanding(_named(rules, code, locale), sum(urgency.values()), _overdue(urgency), urgency[SOON])


def _named(rules: Rules, unit: str, locale: Locale) -> Named:
    return unit_or_code(rules, unit, locale)
