"""Reading the facts behind the rates: the last valid survey of each ticket in a month, by unit or subtree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    ScalarSelect,
    and_,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.limits import ClockKind, Target
from jiesu.sla.models import ClockState, Deadline
from jiesu.statistics.exclusions import Exclusion, ExclusionState
from jiesu.statistics.rates import Fact
from jiesu.surveys.models import Survey
from jiesu.surveys.words import Satisfaction, Solved, SurveyState
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Nature, Status, Track

__all__ = [
    "CountedTicket", "MonthSpan", "counted_tickets", "counting", "day_of", "excluded", "first_contact", "in_v", "month_span",
    "reworked_in", "sent_back", "solved_in", "superseded", "together",
]  # fmt: skip


#: The year before which there was nothing.
EARLIEST = 1990


class BadMonth(Invalid):
    zh = "月份“{month}”格式不对。请写成 2026-10 这样。"
    en = "“{month}” is not a month. Write it like 2026-10."


@dataclass(frozen=True)
class MonthSpan:
    """A calendar or assessment month in Shanghai, from its first moment to that of the next."""

    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class CountedTicket:
    """A ticket that makes a figure, with what it counted for."""

    number: str
    title: str
    unit: str
    answered_at: datetime
    fact: Fact
    reasons: tuple[str, ...] = ()
    ticket_id: int = 0
    survey_id: int = 0
    category: str | None = None
    officer_id: int | None = None


def month_span(month: str, first_day: int = 1) -> MonthSpan:
    """`2026-10`; from another day than the first it begins in the month before. Raises BadMonth."""
    try:
        named = datetime.strptime(month, "%Y-%m").replace(tzinfo=SHANGHAI)
        if named.year < EARLIEST:
            raise ValueError(month)
        start, end = (named, _next(named)) if first_day == 1 else (_previous(named), named)
        return MonthSpan(f"{named:%Y-%m}", start.replace(day=first_day), end.replace(day=first_day))
    except ValueError as error:
        raise BadMonth("month", month=month[:20]) from error


def _next(first: datetime) -> datetime:
    return first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(month=first.month + 1)


def _previous(first: datetime) -> datetime:
    return first.replace(year=first.year - 1, month=12) if first.month == 1 else first.replace(month=first.month - 1)


def day_of(moment: Any) -> ColumnElement[date]:
    """The date in Hohhot."""
    return cast(func.timezone(literal_column(f"'{SHANGHAI.key}'"), moment), Date)


async def counted_tickets(
    uow: UnitOfWork,
    month: MonthSpan,
    units: Sequence[str] | None = None,
    within: ColumnElement[bool] | None = None,
) -> list[CountedTicket]:
    """Exactly the tickets that make the figures of these units (None: all) in the month.

    The last answered survey of the ticket in the month counts, for the unit whose result it was about. `within` is a
    condition on the tickets.
    """
    query = (
        select(
            Survey,
            Ticket.number,
            Ticket.title,
            Ticket.category,
            solved_in(month),
            first_contact(),
            excluded(),
            reworked_in(month),
        )
        .join(Ticket, Ticket.id == Survey.ticket_id)
        .where(*counting(month, units, within))
        .order_by(Survey.answered_at, Survey.id)
    )
    return [
        CountedTicket(
            number=number,
            title=title,
            unit=survey.unit,
            answered_at=survey.answered_at,
            fact=_fact(survey, solved, contacted, excluded=out, reworked=reworked),
            reasons=tuple(survey.reasons),
            ticket_id=survey.ticket_id,
            survey_id=survey.id,
            category=category,
            officer_id=survey.officer_id,
        )
        for survey, number, title, category, solved, contacted, out, reworked in await uow.session.execute(query)
        if survey.answered_at is not None
    ]


def counting(
    month: MonthSpan, units: Sequence[str] | None, within: ColumnElement[bool] | None
) -> Iterator[ColumnElement[bool]]:
    """Which surveys, joined with their tickets, make figures: the last one answered of each matter, as V counts it."""
    yield in_v()
    yield and_(Survey.answered_at >= month.start, Survey.answered_at < month.end)
    yield ~superseded(month)
    if units is not None:
        yield Survey.unit.in_(units)
    if within is not None:
        yield within


def in_v() -> ColumnElement[bool]:
    """Whether a survey is in V of some month: a merged matter counts once, and a split one where its first part is (domain.md §5)."""
    whole = or_(Ticket.part_no.is_(None), Ticket.part_no == 1)
    return and_(Survey.state == SurveyState.ANSWERED, Ticket.merged_into.is_(None), whole)


def superseded(month: MonthSpan) -> ColumnElement[bool]:
    """Whether a later result of the ticket was answered before the month's end."""
    later = aliased(Survey)
    return exists().where(
        later.ticket_id == Survey.ticket_id,
        later.state == SurveyState.ANSWERED,
        later.answered_at < month.end,
        later.round > Survey.round,
    )


def solved_in(month: MonthSpan) -> ColumnElement[Solved | None]:
    """As answered; but a split matter is solved when all its parts are, whatever was said of the first (domain.md §5)."""
    other, answer = aliased(Ticket), aliased(Survey)
    said = (
        select(answer.solved)
        .where(answer.ticket_id == other.id, answer.state == SurveyState.ANSWERED, answer.answered_at < month.end)
        .order_by(answer.round.desc())
        .limit(1)
        .scalar_subquery()
    )
    unsolved = exists().where(
        other.part_of == Ticket.part_of,
        other.id != Ticket.id,
        other.status != Status.REJOINED,
        said.is_distinct_from(Solved.YES.value),
    )
    some = and_(Ticket.part_of.is_not(None), Survey.solved == Solved.YES, unsolved)
    return type_coerce(case((some, Solved.PARTLY.value), else_=Survey.solved), Survey.solved.type)


def first_contact() -> ScalarSelect[ClockState | None]:
    """How the petitioner's own first-contact clock ended: the response that the system timed itself."""
    return (
        select(func.max(Deadline.state))
        .where(
            Deadline.ticket_id == Survey.ticket_id,
            Deadline.clock == ClockKind.PETITIONER,
            Deadline.target == Target.FIRST_CONTACT,
            Deadline.state.in_((ClockState.MET, ClockState.MISSED)),
        )
        .scalar_subquery()
    )


def excluded() -> ColumnElement[bool]:
    """Whether the answer was taken out of the figures."""
    granted = (Exclusion.survey_id == Survey.id, Exclusion.state == ExclusionState.GRANTED)
    return select(Exclusion.id).where(*granted).exists()


def reworked_in(month: MonthSpan) -> ColumnElement[bool]:
    """Whether this answer, or one before it, sent a result back."""
    other = aliased(Survey)
    return sent_back(other, other.answered_at < month.end)


def sent_back(other: type[Survey], *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether one of these answers sent a result of the ticket back. A petition is not reworked."""
    some = exists().where(
        other.ticket_id == Survey.ticket_id,
        other.state == SurveyState.ANSWERED,
        or_(other.solved == Solved.NO, other.satisfied == Satisfaction.NO),
        *which,
    )
    statutory = and_(Ticket.track == Track.PETITION, Ticket.nature != Nature.REPORT, Ticket.sealed_to.is_(None))
    return and_(~statutory, some)


def _fact(survey: Survey, solved: Solved | None, contacted: str | None, *, excluded: bool, reworked: bool) -> Fact:
    return Fact(
        contacted=survey.contacted,
        solved=solved,
        satisfied=survey.satisfied,
        first_time=survey.round == 1,
        contacted_in_time=None if contacted is None else contacted == ClockState.MET,
        excluded=excluded,
        reworked=reworked,
    )


def together(facts: Mapping[str, Counter[Fact]], units: frozenset[str]) -> Counter[Fact]:
    """What these units have in all."""
    total: Counter[Fact] = Counter()
    for unit in units & facts.keys():
        total.update(facts[unit])
    return total
