"""What went wrong in a period: dates that passed, steps of the ladder, results that petitioners did not accept."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import func, or_, select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import DISPUTED, OF_PETITIONER, Cut, What, between, condition
from jiesu.desk.names import reason_named, unit_named
from jiesu.desk.reports.periods import Period
from jiesu.desk.reports.value import Chosen, Delay, Reason, Rung
from jiesu.desk.rows import NOT_SHOWN
from jiesu.escalation.models import Escalation
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_text
from jiesu.rules import Rules
from jiesu.sla.models import ClockState, Deadline
from jiesu.surveys.models import Survey
from jiesu.surveys.words import Solved
from jiesu.tickets.models import Ticket

__all__ = ["REASONS", "chosen_reasons", "delays", "ladder", "reasons"]

#: Each answer counts for the first that fits; `not_contacted` counts beside.
REASONS = ("unsolved", "partly", "dissatisfied", "not_contacted")


async def delays(
    uow: UnitOfWork, rules: Rules, staff: Staff, period: Period, unit: str | None, locale: Locale
) -> list[Delay]:
    """What was open and late at the end, the longest first; whose date is not over yet is not late."""
    end = min(period.span.end, uow.now)
    due = func.min(Deadline.due_at)
    query = (
        select(Ticket, due)
        .join(Deadline, Deadline.ticket_id == Ticket.id)
        .where(condition(Cut(What.BACKLOG, unit=unit, until=period.until), rules, staff, uow.now))
        .where(OF_PETITIONER, Deadline.due_at < end, Deadline.state != ClockState.CANCELLED)
        .where(or_(Deadline.state != ClockState.MET, Deadline.stopped_at >= end))
        .group_by(Ticket.id)
        .order_by(due, Ticket.id)
        .options(*NOT_SHOWN)
        .limit(rules.reports.most)
    )
    return [_delay(ticket, when, end, rules, locale) for ticket, when in await uow.session.execute(query)]


def _delay(ticket: Ticket, due_at: datetime, end: datetime, rules: Rules, locale: Locale) -> Delay:
    lead, days = unit_named(rules, ticket.lead_unit, locale), (end - due_at).days
    return Delay(ticket.number, mask_text(ticket.title), lead, due_at.astimezone(SHANGHAI), days)


async def ladder(uow: UnitOfWork, rules: Rules, staff: Staff, period: Period, unit: str | None) -> list[Rung]:
    """By level; unanswered is what nobody acknowledged by its time, or before now."""
    cut = Cut(What.ESCALATED, unit=unit, since=period.since, until=period.until)
    late = or_(
        Escalation.acknowledged_at > Escalation.ack_due_at,
        Escalation.acknowledged_at.is_(None) & (Escalation.ack_due_at < uow.now),
    )
    query = (
        select(
            Escalation.level,
            func.count(Escalation.ticket_id.distinct()),
            func.count(),
            func.count().filter(Escalation.wants_ack, late),
        )
        .join(Ticket, Ticket.id == Escalation.ticket_id)
        .where(*between(Escalation.fired_at, period.span.start, period.span.end))
        .where(condition(cut, rules, staff, uow.now))
        .group_by(Escalation.level)
        .order_by(Escalation.level)
    )
    return [
        Rung(
            level, tickets, fired, unanswered,
            Cut(What.ESCALATED, unit=unit, level=level, since=period.since, until=period.until).query,
        )
        for level, tickets, fired, unanswered in await uow.session.execute(query)
    ]  # fmt: skip


async def reasons(uow: UnitOfWork, rules: Rules, staff: Staff, period: Period, unit: str | None) -> list[Reason]:
    """Of answers, not of tickets: one may be disputed twice."""
    cut = Cut(What.DISPUTED, unit=unit, since=period.since, until=period.until)
    query = (
        select(Survey.solved, Survey.contacted, func.count())
        .join(Ticket, Ticket.id == Survey.ticket_id)
        .where(DISPUTED, *between(Survey.answered_at, period.span.start, period.span.end))
        .where(condition(cut, rules, staff, uow.now))
        .group_by(Survey.solved, Survey.contacted)
    )
    found: Counter[str] = Counter()
    for solved, contacted, answers in await uow.session.execute(query):
        found[_reason(solved)] += answers
        found["not_contacted"] += answers if contacted is False else 0
    return [Reason(code, found[code]) for code in REASONS if found[code]]


async def chosen_reasons(
    uow: UnitOfWork, rules: Rules, staff: Staff, period: Period, unit: str | None, locale: Locale
) -> list[Chosen]:
    """The most often chosen first."""
    cut = Cut(What.DISPUTED, unit=unit, since=period.since, until=period.until)
    code = func.unnest(Survey.reasons)
    query = (
        select(code, func.count())
        .join(Ticket, Ticket.id == Survey.ticket_id)
        .where(DISPUTED, *between(Survey.answered_at, period.span.start, period.span.end))
        .where(condition(cut, rules, staff, uow.now))
        .group_by(code)
        .order_by(func.count().desc(), code)
        .limit(rules.reports.most)
    )
    found = await uow.session.execute(query)
    return [Chosen(reason_named(rules, code, locale), answers) for code, answers in found]


def _reason(solved: Solved | None) -> str:
    if solved is Solved.NO:
        return "unsolved"
    return "partly" if solved is Solved.PARTLY else "dissatisfied"
