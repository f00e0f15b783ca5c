"""A cut: the condition behind one figure of the board. The figure, the list it leads to and the export all take it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.errors import Missing
from jiesu.escalation.models import Escalation
from jiesu.escalation.waiting import awaited_of
from jiesu.kit.calendar import WorkingCalendar
from jiesu.kit.clock import SHANGHAI
from jiesu.rules import Rules
from jiesu.sla.limits import FINAL, ClockKind
from jiesu.sla.models import LIVE, ClockState, Deadline
from jiesu.surveys.models import Survey
from jiesu.surveys.words import Satisfaction, Solved, SurveyState
from jiesu.tickets.models import FIRST_LEVEL, Ticket
from jiesu.tickets.repository import visible_to
from jiesu.tickets.states import OPEN
from jiesu.tickets.words import Status

__all__ = [
    "DISPUTED",
    "HOLDER",
    "NONE",
    "OF_PETITIONER",
    "Cut",
    "Lateness",
    "UnitNotSeen",
    "What",
    "allowed_unit",
    "between",
    "condition",
    "lateness_bounds",
    "place_digits",
    "place_of",
    "soon",
]

#: In place of a code: tickets that have none.
NONE = "none"
SOON = timedelta(hours=24)
DAY = timedelta(days=1)
#: Who has a ticket: the lead unit, or the desk until there is one.
HOLDER = func.coalesce(Ticket.lead_unit, Ticket.desk_unit)
#: Digits of a place's code by the tier of the unit that looks: a city sees districts, a district its townships.
_DIGITS = {"city": 6, "county": 9}
_LOWEST = 12
#: Days beyond these are as good as these.
_FIRST, _LAST = date(1990, 1, 1), date(2999, 1, 1)

Code = Annotated[str, Meta(pattern="^([0-9]{2}|none)$")]
PlaceCode = Annotated[str, Meta(pattern="^([0-9]{4,12}|none)$")]
Level = Annotated[int, Meta(ge=1, le=9)]


class What(StrEnum):
    """Which tickets: standing now, or having come, ended or stood on certain days."""

    OPEN = "open"
    OVERDUE = "overdue"
    DUE_24H = "due_24h"
    #: With an escalation that waits for the person's posts.
    WAITING = "waiting"
    #: Without days: all there are.
    ARRIVED = "arrived"
    ENDED = "ended"
    #: Open at the end of the day `until`.
    BACKLOG = "backlog"
    #: The petitioner's final date passed on these days, and was not kept.
    MISSED = "missed"
    #: A step of the ladder fired on these days.
    ESCALATED = "escalated"
    #: The petitioner said on these days that it is not solved, or that they are not satisfied.
    DISPUTED = "disputed"


class Lateness(StrEnum):
    """By how many working days an overdue ticket is late: fewer than 1, 1 to 3, 3 to 10, 10 and more."""

    UNDER_1 = "under_1"
    FROM_1 = "from_1"
    FROM_3 = "from_3"
    FROM_10 = "from_10"


_FROM = {Lateness.FROM_1: 1, Lateness.FROM_3: 3, Lateness.FROM_10: 10}


class UnitNotSeen(Missing):
    zh = "没有找到这个单位，或它不在您的管辖范围。请从单位列表中选择。"
    en = "No such unit below yours. Choose one from the list of units."


class Cut(msgspec.Struct, frozen=True, omit_defaults=True):
    """`unit` is with everything below it, `category` of the first level, `place` with all places in it; days are inclusive."""

    what: What = What.OPEN
    unit: str | None = None
    status: Status | None = None
    category: Code | None = None
    place: PlaceCode | None = None
    level: Level | None = None
    late: Lateness | None = None
    since: date | None = None
    until: date | None = None

    @property
    def query(self) -> dict[str, str]:
        """As an address carries it."""
        return {name: str(value) for name, value in msgspec.to_builtins(self).items()}


def allowed_unit(staff: Staff, unit: str | None) -> str:
    """The unit asked for, by default one's own. Raises NotYours, UnitNotSeen."""
    if not staff.has(Right.FIGURES):
        raise NotYours
    if unit is not None and unit not in staff.subtree:
        raise UnitNotSeen("unit")
    return unit or staff.unit


def condition(cut: Cut, rules: Rules, staff: Staff, now: datetime, *, helping: bool = False) -> ColumnElement[bool]:
    """Which tickets the cut counts, of those the person may see; `helping`, also those their units only co-handle.

    Raises NotYours, UnitNotSeen.
    """
    unit = allowed_unit(staff, cut.unit)
    seen = visible_to(staff, helping=helping or cut.what is What.WAITING)
    parts: list[ColumnElement[bool]] = [seen, *_standing(cut, rules.calendar, staff, now), *_days(cut, now)]
    if unit != staff.unit:
        parts.append(HOLDER.in_(rules.organisation.subtree(unit)))
    if cut.status is not None:
        parts.append(Ticket.status == cut.status)
    if cut.category is not None:
        parts.append(FIRST_LEVEL.is_(None) if cut.category == NONE else FIRST_LEVEL.in_([cut.category]))
    if cut.place is not None:
        parts.append(Ticket.place.is_(None) if cut.place == NONE else Ticket.place.startswith(cut.place))
    return and_(*parts)


def _standing(cut: Cut, calendar: WorkingCalendar, staff: Staff, now: datetime) -> Iterator[ColumnElement[bool]]:
    if cut.what in (What.OPEN, What.OVERDUE, What.DUE_24H):
        yield Ticket.status.in_(OPEN)
    if cut.what is What.OVERDUE:
        yield Ticket.next_due_at < now
    elif cut.what is What.DUE_24H:
        yield soon(now)
    elif cut.what is What.WAITING:
        yield Ticket.id.in_(_waiting(staff, cut.level))
    if cut.late is not None:
        after, by = lateness_bounds(calendar, now)[cut.late]
        yield and_(Ticket.next_due_at < by, Ticket.next_due_at >= after if after else Ticket.next_due_at.is_not(None))


def soon(now: datetime) -> ColumnElement[bool]:
    """Not late, and due within 24 hours."""
    return and_(Ticket.next_due_at >= now, Ticket.next_due_at < now + SOON)


def _waiting(staff: Staff, level: int | None) -> Select[int]:
    query = select(Escalation.ticket_id).where(awaited_of(staff.subtree))
    return query if level is None else query.where(Escalation.level == level)


def _days(cut: Cut, now: datetime) -> Iterator[ColumnElement[bool]]:
    start, end = _midnight(cut.since), _midnight(cut.until, 1)
    if cut.what in HAPPENINGS:
        yield Ticket.id.in_(HAPPENINGS[cut.what](now, cut.level, *between(HAPPENED[cut.what], start, end)))
        return
    if cut.what in (What.ARRIVED, What.ENDED, What.BACKLOG):
        yield Ticket.merged_into.is_(None)  # a merged matter counts once, and a split one as its whole
        yield Ticket.part_of.is_(None)
    if cut.what is What.BACKLOG:
        if end is not None:
            yield and_(Ticket.registered_at < end, or_(Ticket.ended_at.is_(None), Ticket.ended_at >= end))
        return
    column = Ticket.ended_at if cut.what is What.ENDED else Ticket.registered_at
    if cut.what is What.ENDED:
        yield Ticket.ended_at.is_not(None)
    yield from between(column, start, end)


def between(
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    start: datetime | None,
    end: datetime | None,
) -> Iterator[ColumnElement[bool]]:
    """From `start` on and before `end`, where they are given."""
    if start is not None:
        yield column >= start
    if end is not None:
        yield column < end


def _missed(now: datetime, _: int | None, *days: ColumnElement[bool]) -> Select[int]:
    late = or_(Deadline.state == ClockState.MISSED, and_(Deadline.state.in_(LIVE), Deadline.due_at < now))
    return select(Deadline.ticket_id).where(OF_PETITIONER, late, *days)


def _escalated(_: datetime, level: int | None, *days: ColumnElement[bool]) -> Select[int]:
    query = select(Escalation.ticket_id).where(*days)
    return query if level is None else query.where(Escalation.level == level)


def _disputed(_: datetime, __: int | None, *days: ColumnElement[bool]) -> Select[int]:
    return select(Survey.ticket_id).where(DISPUTED, *days)


#: The one date a petitioner waits for.
OF_PETITIONER = and_(
    Deadline.clock == literal_column(f"'{ClockKind.PETITIONER}'"),
    Deadline.target.in_([literal_column(f"'{target}'") for target in sorted(FINAL)]),
)
DISPUTED = and_(
    Survey.state == SurveyState.ANSWERED, or_(Survey.solved == Solved.NO, Survey.satisfied == Satisfaction.NO)
)
#: What may have happened to a ticket on certain days, and the moment that says so.
HAPPENINGS = {What.MISSED: _missed, What.ESCALATED: _escalated, What.DISPUTED: _disputed}
HAPPENED = {
    What.MISSED: Deadline.due_at,
    What.ESCALATED: Escalation.fired_at,
    What.DISPUTED: Survey.answered_at,
}


def _midnight(day: date | None, later: int = 0) -> datetime | None:
    if day is None:
        return None
    day = min(max(day, _FIRST), _LAST)
    return datetime.combine(day, datetime.min.time(), SHANGHAI) + later * DAY


def lateness_bounds(calendar: WorkingCalendar, now: datetime) -> dict[Lateness, tuple[datetime | None, datetime]]:
    """Between which due dates [from, to) a ticket is late by so much: the same time of day, working days ago."""
    edges = [now, *(calendar.working_days_before(now, days) for days in _FROM.values()), None]
    return {band: (edges[place + 1], edges[place] or now) for place, band in enumerate(Lateness)}


def place_digits(rules: Rules, unit: str) -> int:
    """How many digits name the places a unit's figures are divided by."""
    return _DIGITS.get(rules.organisation.unit(unit).tier, _LOWEST)


def place_of(digits: int) -> ColumnElement[str]:
    """The place of a ticket, as far as figures divide it."""
    return func.left(Ticket.place, literal_column(str(digits)))
