"""Reading the facts behind the rates: the last valid survey of each ticket in a month, by unit or subtree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, exists, func, or_, select, type_coerce
from sqlalchemy.orm import aliased

from jiesu.accounts.staff import Staff
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.limits import ClockKind, Target
from jiesu.sla.models import ClockState, Deadline
from jiesu.statistics.exclusions import Exclusion, ExclusionState
from jiesu.statistics.rates import Fact, Figures, RatesPolicy, figure
from jiesu.surveys.models import Survey
from jiesu.surveys.words import Solved, SurveyState
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import countable_by
from jiesu.units.organisation import Organisation

__all__ = [
    "CountedTicket", "MonthSpan", "UnitFigures", "counted_tickets", "counting", "excluded", "facts_by_unit", "month_span", "rates_of",
]  # fmt: skip


#: The year before which there was nothing.
EARLIEST = 1990


class BadMonth(Invalid):
    zh = "月份“{month}”格式不对。请写成 2026-10 这样。"
    en = "“{month}” is not a month. Write it like 2026-10."


@dataclass(frozen=True)
class MonthSpan:
    """A calendar month in Shanghai, from its first moment to that of the next."""

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


@dataclass(frozen=True)
class UnitFigures:
    """The figures of a unit itself and of everything below it; `raw` are the subtree's with what was excluded."""

    unit: str
    own: Figures
    subtree: Figures
    raw: Figures


def month_span(month: str) -> MonthSpan:
    """`2026-10`. Raises BadMonth."""
    try:
        start = datetime.strptime(month, "%Y-%m").replace(tzinfo=SHANGHAI)
        if start.year < EARLIEST:
            raise ValueError(month)
        following = (start.year + 1, 1) if start.month == 12 else (start.year, start.month + 1)
        end = datetime(*following, 1, tzinfo=SHANGHAI)
    except ValueError as error:
        raise BadMonth("month", month=month[:20]) from error
    return MonthSpan(f"{start:%Y-%m}", start, end)


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
        select(Survey, Ticket.number, Ticket.title, _solved(month), _first_contact(), excluded())
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
            fact=_fact(survey, solved, contacted, excluded=out),
            reasons=tuple(survey.reasons),
        )
        for survey, number, title, solved, contacted, out in await uow.session.execute(query)
        if survey.answered_at is not None
    ]


async def facts_by_unit(
    uow: UnitOfWork, month: MonthSpan, units: Sequence[str], within: ColumnElement[bool] | None = None
) -> dict[str, Counter[Fact]]:
    """How often each fact occurs at each of these units: what `counted_tickets` counts, counted by PostgreSQL."""
    first = (Survey.round == 1).label("first")
    timed_, excluded_ = _first_contact().label("timed"), excluded().label("excluded")
    answers = (
        Survey.unit,
        Survey.contacted,
        _solved(month).label("solved"),
        Survey.satisfied,
        first,
        timed_,
        excluded_,
    )
    answered = select(*answers).join(Ticket, Ticket.id == Survey.ticket_id).where(*counting(month, units, within))
    rows = answered.subquery().c
    found: dict[str, Counter[Fact]] = {}
    grouped: Select[Any] = select(*rows, func.count()).group_by(*rows)
    for unit, contacted, solved, satisfied, first_time, timed, out, times in await uow.session.execute(grouped):
        in_time = None if timed is None else timed == ClockState.MET
        fact = Fact(contacted, solved, satisfied, first_time, in_time, out)
        found.setdefault(unit, Counter())[fact] += times
    return found


def counting(
    month: MonthSpan, units: Sequence[str] | None, within: ColumnElement[bool] | None
) -> Iterator[ColumnElement[bool]]:
    """Which surveys, joined with their tickets, make figures: the last one answered of each matter, as V counts it."""
    later = aliased(Survey)
    superseded = select(later.id).where(
        later.ticket_id == Survey.ticket_id,
        later.state == SurveyState.ANSWERED,
        later.answered_at < month.end,
        later.round > Survey.round,
    )
    yield Survey.state == SurveyState.ANSWERED
    yield Ticket.merged_into.is_(None)  # a merged matter counts once (domain.md §5)
    yield or_(Ticket.part_no.is_(None), Ticket.part_no == 1)  # and a split one, where its first part is
    yield and_(Survey.answered_at >= month.start, Survey.answered_at < month.end)
    yield ~superseded.exists()
    if units is not None:
        yield Survey.unit.in_(units)
    if within is not None:
        yield within


def _solved(month: MonthSpan) -> ColumnElement[Solved | None]:
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
        other.part_of == Ticket.part_of, other.id != Ticket.id, said.is_distinct_from(Solved.YES.value)
    )
    some = and_(Ticket.part_of.is_not(None), Survey.solved == Solved.YES, unsolved)
    return type_coerce(case((some, Solved.PARTLY.value), else_=Survey.solved), Survey.solved.type)


def _first_contact() -> ScalarSelect[ClockState | None]:
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


def _fact(survey: Survey, solved: Solved | None, contacted: str | None, *, excluded: bool) -> Fact:
    return Fact(
        contacted=survey.contacted,
        solved=solved,
        satisfied=survey.satisfied,
        first_time=survey.round == 1,
        contacted_in_time=None if contacted is None else contacted == ClockState.MET,
        excluded=excluded,
    )


async def rates_of(
    uow: UnitOfWork,
    organisation: Organisation,
    policy: RatesPolicy,
    month: MonthSpan,
    unit: str,
    staff: Staff | None = None,
) -> list[UnitFigures]:
    """Figures of a unit and of each unit directly below it, itself first.

    For `staff` without what they may not know of; what another unit has taken over since still counts where it was.
    """
    below = sorted(code for code, row in organisation.units.items() if row.parent == unit)
    within = countable_by(staff) if staff else None
    async with uow.scoped(Scope.FIGURES):
        facts = await facts_by_unit(uow, month, sorted(organisation.subtree(unit)), within)
    found = []
    for code in (unit, *below):
        subtree: Counter[Fact] = Counter()
        for under in organisation.subtree(code) & facts.keys():
            subtree.update(facts[under])
        own = figure(facts.get(code, {}), policy)
        found.append(UnitFigures(code, own, figure(subtree, policy), figure(subtree, policy, raw=True)))
    return found
