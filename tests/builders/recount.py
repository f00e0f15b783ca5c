"""The figures reckoned a second time, from the list of tickets behind them: what is kept added up must equal it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, true

from jiesu.accounts.staff import Staff
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.divided import KEYS
from jiesu.desk.board.parts import By
from jiesu.rules import Rules
from jiesu.statistics.coverage import Coverage
from jiesu.statistics.query import MonthSpan, counted_tickets
from jiesu.statistics.rates import count
from jiesu.statistics.rollup import NOTHING, Totals, reasons_given, totals_by, totals_divided
from jiesu.surveys.models import Survey
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import countable_by

__all__ = ["unequal"]


async def unequal(
    uow: UnitOfWork, rules: Rules, spans: Iterable[MonthSpan], staff: Iterable[Staff | None]
) -> list[str]:
    """Where the two differ: of each unit, category, function, officer and reason, for each of these people in each span."""
    found, units = [], sorted(rules.organisation.units)
    numbers = {code: number for number, code in enumerate(units)}
    spans = list(spans)
    for person in staff:
        for span in spans:
            told = await _from_tickets(uow, span, person)
            sums = await totals_by(uow, span, numbers, person)
            kept: dict[Any, Any] = {("unit", units[number]): totals for number, totals in sums.items()}
            for by in By:
                divided = await totals_divided(uow, span, units, KEYS[by], person)
                kept |= {(by.value, key): Totals(totals.kept, totals.out) for key, totals in divided.items()}
            kept |= {("reason", code): times for code, times in await reasons_given(uow, span, units, person)}
            names = {key for key in told.keys() | kept.keys() if told.get(key, NOTHING) != kept.get(key, NOTHING)}
            found += [f"{person and person.role} {span.name} {key}: {kept.get(key)} {told.get(key)}" for key in names]
    return found


async def _from_tickets(uow: UnitOfWork, span: MonthSpan, staff: Staff | None) -> dict[Any, Any]:
    within = true() if staff is None else countable_by(staff)
    async with uow.scoped(Scope.FIGURES):
        rows = await counted_tickets(uow, span, within=within)
        more = select(Survey.id, Ticket.category, Survey.officer_id).join(Ticket, Ticket.id == Survey.ticket_id)
        known = {key: rest for key, *rest in await uow.session.execute(more)}
        ended = await _ended(uow, span, within)
    facts: dict[Any, Counter[Any]] = {}
    reasons: Counter[Any] = Counter()
    for row in rows:
        category, officer = known[row.survey_id]
        first = category and category[:2]
        for key in (("unit", row.unit), ("category", first), ("function", category), ("officer", officer)):
            facts.setdefault(key, Counter())[row.fact] += 1
        if not row.fact.excluded:
            reasons.update(("reason", code) for code in row.reasons)
    found: dict[Any, Any] = dict(reasons)
    for key, counted in facts.items():
        kept = count(counted)
        out = count({fact: times for fact, times in counted.items() if fact.excluded}, raw=True)
        found[key] = Totals(kept, out)
    for unit, ways in ended.items():
        key = ("unit", unit)
        found[key] = found.get(key, NOTHING) + Totals(coverage=Coverage(**ways))
    return found


async def _ended(uow: UnitOfWork, span: MonthSpan, within: Any) -> dict[str, Counter[str]]:
    """Unit → field of `Coverage` → how many."""
    found: dict[str, Counter[str]] = {}
    columns = (Survey.unit, Survey.state, Survey.why_not, Survey.answered_at, Survey.expires_at)
    for unit, state, why, answered_at, expires_at in await uow.session.execute(
        select(*columns).join(Ticket, Ticket.id == Survey.ticket_id).where(within)
    ):
        at = answered_at if state == "answered" else expires_at
        if state in ("answered", "expired", "not_sent") and span.start <= at < span.end:
            way = (why or "silent") if state == "expired" else str(state)
            found.setdefault(unit, Counter())[way] += 1
    return found
