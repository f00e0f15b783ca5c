"""What each ended survey counts for in whatever month, in SQL; and how such rows add up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from jiesu.sla.models import ClockState
from jiesu.statistics.coverage import Coverage
from jiesu.statistics.query import day_of, excluded, first_contact, in_v, sent_back
from jiesu.statistics.rates import Counts
from jiesu.statistics.tally import Tally
from jiesu.surveys.models import Survey
from jiesu.surveys.words import Satisfaction, Solved, SurveyState
from jiesu.tickets.models import Ticket

__all__ = [
    "COLUMNS",
    "ENDED",
    "SUMMED",
    "aside",
    "ended_at",
    "ending",
    "fact_columns",
    "first_of_month",
    "next_month",
    "sums",
    "tallies",
]

#: What is summed: the fields of `Counts`, then those of `Coverage`.
SUMMED = (*Counts.__struct_fields__, *Coverage.__struct_fields__)
COLUMNS = tuple(column.key for column in Tally.__table__.columns)
ENDED = (SurveyState.ANSWERED, SurveyState.EXPIRED, SurveyState.NOT_SENT)

_EACH: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "base": lambda c: c.counts,
    "contacted": lambda c: c.contacted.is_(True),
    "contacted_of": lambda c: c.contacted.is_not(None),
    "solved": lambda c: c.solved == Solved.YES,
    "solved_of": lambda c: c.solved.is_not(None),
    "satisfied": lambda c: c.satisfied == Satisfaction.YES,
    "mostly": lambda c: c.satisfied == Satisfaction.MOSTLY,
    "satisfied_of": lambda c: c.satisfied.is_not(None),
    "first_time": lambda c: and_(c.solved == Solved.YES, c.first_time),
    "timed": lambda c: c.contacted_in_time.is_(True),
    "timed_of": lambda c: c.contacted_in_time.is_not(None),
    "reworked": lambda c: c.reworked,
}


def tallies() -> Select[Any]:
    """A row for each survey that ended, in the order of `COLUMNS`, from the facts; to be narrowed by `Survey` and `Ticket`.

    It says of every month that begins and ends at midnight what `counted_tickets` counts, but for tickets that are aside.
    """
    later, before = aliased(Survey), aliased(Survey)
    next_answer = select(func.min(day_of(later.answered_at))).where(
        later.ticket_id == Survey.ticket_id, later.state == SurveyState.ANSWERED, later.round > Survey.round
    )
    rows = {
        "survey_id": Survey.id,
        "ticket_id": Survey.ticket_id,
        "day": day_of(ended_at()),
        "until": next_answer.scalar_subquery(),
        "unit": Survey.unit,
        "category": Ticket.category,
        "officer_id": Survey.officer_id,
        "aside": aside(),
        "counts": in_v(),
        "ending": ending(),
        **fact_columns(Survey.solved, sent_back(before, before.round <= Survey.round)),
        "reasons": Survey.reasons,
    }
    chosen = [rows[name].label(name) for name in COLUMNS]
    return select(*chosen).join_from(Survey, Ticket, Ticket.id == Survey.ticket_id).where(Survey.state.in_(ENDED))


def fact_columns(solved: Any, reworked: ColumnElement[bool]) -> dict[str, Any]:
    """The fields of a `Fact` of a survey."""
    contact = first_contact()
    return {
        "contacted": Survey.contacted,
        "solved": solved,
        "satisfied": Survey.satisfied,
        "first_time": Survey.round == 1,
        "contacted_in_time": contact == ClockState.MET,
        "excluded": excluded(),
        "reworked": reworked,
    }


def aside() -> ColumnElement[bool]:
    """Whether a ticket is in no sum: hidden from somebody, a part, or answered out of order."""
    earlier, later = aliased(Survey), aliased(Survey)
    crossed = exists().where(
        earlier.ticket_id == Ticket.id,
        later.ticket_id == Ticket.id,
        earlier.round < later.round,
        earlier.state == SurveyState.ANSWERED,
        later.state == SurveyState.ANSWERED,
        earlier.answered_at > later.answered_at,
    )
    return or_(
        Ticket.sealed_to.is_not(None),
        Ticket.accused_unit.is_not(None),
        Ticket.barred_accounts != [],
        Ticket.part_of.is_not(None),
        crossed,
    )


def ended_at() -> ColumnElement[Any]:
    """When a survey was answered, else when its link expired."""
    return case((Survey.state == SurveyState.ANSWERED, Survey.answered_at), else_=Survey.expires_at)


def ending() -> ColumnElement[str]:
    """How a survey ended, as `Coverage` names it."""
    silent = func.coalesce(Survey.why_not, literal("silent"))
    return case((Survey.state == SurveyState.EXPIRED, silent), else_=cast(Survey.state, Tally.ending.type))


def sums(rows: Any, counts: ColumnElement[bool], *, sign: int = 1) -> list[ColumnElement[int]]:
    """What rows with the columns of a tally add up to, in the order of `SUMMED`; those in V are told by `counts`."""
    found = [_total(and_(counts, meant(rows)) if name != "base" else counts, sign) for name, meant in _EACH.items()]
    found += [_total(rows.ending == name, sign) for name in Coverage.__struct_fields__]
    return [column.label(name) for name, column in zip(SUMMED, found, strict=True)]


def _total(meant: ColumnElement[bool], sign: int) -> ColumnElement[int]:
    number = func.count().filter(meant)
    return cast(number if sign > 0 else -number, Integer)


def first_of_month(day: ColumnElement[date], first_day: InstrumentedAttribute[int]) -> ColumnElement[date]:
    """On which day the month began that holds this one, where months begin on `first_day`."""
    return cast(func.date_trunc("month", day - (first_day - 1)), Date) + (first_day - 1)


def next_month(first: ColumnElement[date]) -> ColumnElement[date]:
    """The first day of the month after."""
    return cast(first + func.make_interval(0, 1), Date)
