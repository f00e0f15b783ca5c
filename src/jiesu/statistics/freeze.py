"""Freezing months some days after their end: a recurring job, which also finds what changed without being told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction

import msgspec
from sqlalchemy import select

from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.kit.clock import SHANGHAI
from jiesu.statistics.adjust import recount
from jiesu.statistics.frozen import FrozenFact, FrozenMonth
from jiesu.statistics.query import MonthSpan, counted_tickets, month_span
from jiesu.statistics.rates import RatesPolicy, Weights
from jiesu.surveys.models import Survey

__all__ = ["FREEZE", "freeze_due", "policy_of", "promise_freezing"]

#: Job kind: freeze what is due, look again at what was frozen lately.
FREEZE = "rates.freeze"
#: Before people come to work.
HOUR = 2
#: How many months back one may still be frozen, and how long a frozen one is looked at again.
BACK, LOOKED_AT = 12, timedelta(days=62)
DAY = timedelta(days=1)


async def promise_freezing(uow: UnitOfWork) -> None:
    """Look once a day. Repeatable."""
    today = uow.now.astimezone(SHANGHAI).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    when = today if today > uow.now else today + DAY
    await jobs.schedule(uow, jobs.Promise(FREEZE, when, f"{FREEZE}:{when:%Y-%m-%d}", {}, priority=jobs.Priority.BULK))


async def freeze_due(uow: UnitOfWork, policy: RatesPolicy) -> list[FrozenMonth]:
    """Freeze the ended months whose days are over and that have answers; each once. Then recount what was frozen lately."""
    known = {(row.starts_at, row.ends_at) for row in await uow.session.scalars(select(FrozenMonth))}
    due = [span for span in _due(policy, uow.now) if (span.start, span.end) not in known]
    frozen = [await _freeze(uow, policy, span) for span in due if await _answered(uow, span)]
    lately = select(FrozenMonth).where(FrozenMonth.frozen_at > uow.now - LOOKED_AT, FrozenMonth.frozen_at < uow.now)
    for month in (await uow.session.scalars(lately)).all():
        await recount(uow, month)
    return frozen


def _due(policy: RatesPolicy, now: datetime) -> Iterator[MonthSpan]:
    name = f"{now.astimezone(SHANGHAI):%Y-%m}"
    for _ in range(BACK):
        for first_day in sorted({1, policy.first_day}):
            span = month_span(name, first_day)
            if span.end + policy.freeze_after * DAY <= now:
                yield span
        name = f"{month_span(name).start - DAY:%Y-%m}"


async def _answered(uow: UnitOfWork, span: MonthSpan) -> bool:
    within = (Survey.answered_at >= span.start, Survey.answered_at < span.end)
    return await uow.session.scalar(select(Survey.id).where(*within).limit(1)) is not None


async def _freeze(uow: UnitOfWork, policy: RatesPolicy, span: MonthSpan) -> FrozenMonth:
    month = FrozenMonth(
        name=span.name,
        starts_at=span.start,
        ends_at=span.end,
        frozen_at=uow.now,
        policy={
            "weights": msgspec.to_builtins(policy.weights),
            "mostly": str(policy.mostly),
            "minimum": policy.minimum,
        },
    )
    uow.session.add(month)
    await uow.session.flush()
    uow.session.add_all(
        FrozenFact(
            month_id=month.id, ticket_id=row.ticket_id, unit=row.unit, category=row.category, officer_id=row.officer_id,
            **msgspec.structs.asdict(row.fact),
        )
        for row in await counted_tickets(uow, span)
    )  # fmt: skip
    await uow.session.flush()
    return month


def policy_of(month: FrozenMonth) -> RatesPolicy:
    """The policy the frozen figures are reckoned by."""
    weights = msgspec.convert(month.policy["weights"], Weights)
    return RatesPolicy(weights, Fraction(month.policy["mostly"]), month.policy["minimum"])
