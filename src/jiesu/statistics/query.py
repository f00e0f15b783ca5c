"""Reading the facts behind the rates: the last valid survey of each ticket in a month, by unit or subtree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
from jiesu.surveys.words import Satisfaction, Solved, SurveyState
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import countable_by
from jiesu.tickets.words import Nature, Track
from jiesu.units.organisation import Organisation

__all__ = [
    "CountedTicket", "MonthSpan", "UnitFigures", "counted_tickets", "counting", "excluded", "facts_by", "facts_by_unit", "month_span",
    "rates_of", "superseded", "together",
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


@dataclass(frozen=True)
class UnitFigures:
    """The figures of a unit itself and of everything below it; `raw` are the subtree's with what was excluded."""

    unit: str
    own: Figures
    subtree: Figures
    raw: Figures


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
        select(Survey, Ticket.number, Ticket.title, _solved(month), _first_contact(), excluded(), _reworked(month))
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
        )
        for survey, number, title, solved, contacted, out, reworked in await uow.session.execute(query)
        if survey.answered_at is not None
    ]


async def facts_by_unit(
    uow: UnitOfWork, month: MonthSpan, units: Sequence[str], within: ColumnElement[bool] | None = None
) -> dict[str, Counter[Fact]]:
    """How often each fact occurs at each of these units."""
    return await facts_by(uow, Survey.unit, month, units, within)


async def facts_by(
    uow: UnitOfWork,
    key: Any,
    month: MonthSpan,
    units: Sequence[str],
    within: ColumnElement[bool] | None = None,
) -> dict[Any, Counter[Fact]]:
    """How often each fact occurs for each value of `key`: what `counted_tickets` counts, counted by PostgreSQL."""
    first = (Survey.round == 1).label("first")
    timed_, excluded_ = _first_contact().label("timed"), excluded().label("excluded")
    answers = (
        key.label("key"),
        Survey.contacted,
        _solved(month).label("solved"),
        Survey.satisfied,
        first,
        timed_,
        excluded_,
        _reworked(month).label("reworked"),
    )
    answered = select(*answers).join(Ticket, Ticket.id == Survey.ticket_id).where(*counting(month, units, within))
    rows = answered.subquery().c
    found: dict[Any, Counter[Fact]] = {}
    grouped: Select[Any] = select(*rows, func.count()).group_by(*rows)
    for which, contacted, solved, satisfied, first_time, timed, out, reworked, times in await uow.session.execute(
        grouped
    ):
        in_time = None if timed is None else timed == ClockState.MET
        fact = Fact(contacted, solved, satisfied, first_time, in_time, out, reworked)
        found.setdefault(which, Counter())[fact] += times
    return found


def counting(
    month: MonthSpan, units: Sequence[str] | None, within: ColumnElement[bool] | None
) -> Iterator[ColumnElement[bool]]:
    """Which surveys, joined with their tickets, make figures: the last one answered of each matter, as V counts it."""
    yield Survey.state == SurveyState.ANSWERED
    yield Ticket.merged_into.is_(None)  # a merged matter counts once (domain.md §5)
    yield or_(Ticket.part_no.is_(None), Ticket.part_no == 1)  # and a split one, where its first part is
    yield and_(Survey.answered_at >= month.start, Survey.answered_at < month.end)
    yield ~superseded(month)
    if units is not None:
        yield Survey.unit.in_(units)
    if within is not None:
        yield within


def superseded(month: MonthSpan) -> ColumnElement[bool]:
    """Whether a later result of the ticket was answered before the month's end."""
    later = aliased(Survey)
    return exists().where(
        later.ticket_id == Survey.ticket_id,
        later.state == SurveyState.ANSWERED,
        later.answered_at < month.end,
        later.round > Survey.round,
    )


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


def _reworked(month: MonthSpan) -> ColumnElement[bool]:
    """Whether this answer, or one before it, sent a result back. A petition is not reworked."""
    sent_back = aliased(Survey)
    some = exists().where(
        sent_back.ticket_id == Survey.ticket_id,
        sent_back.state == SurveyState.ANSWERED,
        sent_back.answered_at < month.end,
        or_(sent_back.solved == Solved.NO, sent_back.satisfied == Satisfaction.NO),
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
        subtree = together(facts, organisation.subtree(code))
        own = figure(facts.get(code, {}), policy)
        found.append(UnitFigures(code, own, figure(subtree, policy), figure(subtree, policy, raw=True)))
    return found
