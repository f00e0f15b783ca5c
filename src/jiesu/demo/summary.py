"""What a play left behind: counts for people, and a digest that is the same for the same seed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from jiesu.db.uow import UnitOfWork
from jiesu.escalation.models import Escalation
from jiesu.surveys.models import Survey
from jiesu.surveys.words import Satisfaction, Solved, SurveyState
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import OPEN

__all__ = ["Summary", "summarise"]


class Summary(msgspec.Struct, frozen=True):
    """Counts over the play's tickets; the rates are shares of the answers to each question, 0 to 1, None without any."""

    tickets: int
    texts: int
    began_at: datetime
    ended_at: datetime
    seconds: float
    by_status: dict[str, int]
    by_channel: dict[str, int]
    by_class: dict[str, int]
    escalations: dict[str, int]
    surveys: dict[str, int]
    open: int
    overdue: int
    response: float | None
    resolution: float | None
    satisfaction: float | None
    #: SHA-256 over tickets, surveys and escalations in order.
    digest: str


async def summarise(
    uow: UnitOfWork, tickets: Collection[int], *, texts: int, began_at: datetime, ended_at: datetime, seconds: float
) -> Summary:
    """Count what is there now."""
    mine = Ticket.id.in_(tickets)
    by_status = await _count(uow, Ticket.status, mine)
    answered = Survey.ticket_id.in_(tickets)
    overdue = select(func.count()).where(mine, Ticket.status.in_(OPEN), Ticket.next_due_at < ended_at)
    return Summary(
        tickets=len(tickets),
        texts=texts,
        began_at=began_at,
        ended_at=ended_at,
        seconds=round(seconds, 1),
        by_status=by_status,
        by_channel=await _count(uow, Ticket.channel, mine),
        by_class=await _count(uow, Ticket.service_class, mine),
        escalations={f"L{key}": n for key, n in (await _count(uow, Escalation.level, _of(tickets))).items()},
        surveys=await _count(uow, Survey.state, answered),
        open=sum(n for status, n in by_status.items() if status in OPEN),
        overdue=await uow.session.scalar(overdue) or 0,
        response=await _share(uow, Survey.contacted.is_(True), Survey.contacted, answered),
        resolution=await _share(uow, Survey.solved == Solved.YES, Survey.solved, answered),
        satisfaction=await _share(uow, Survey.satisfied != Satisfaction.NO, Survey.satisfied, answered),
        digest=await _digest(uow, tickets),
    )


def _of(tickets: Collection[int]) -> ColumnElement[bool]:
    return Escalation.ticket_id.in_(tickets)


async def _count(uow: UnitOfWork, what: InstrumentedAttribute[Any], where: ColumnElement[bool]) -> dict[str, int]:
    rows = await uow.session.execute(select(what, func.count()).where(where).group_by(what).order_by(what))
    return {str(value): number for value, number in rows}


async def _share(
    uow: UnitOfWork, good: ColumnElement[bool], asked: InstrumentedAttribute[Any], where: ColumnElement[bool]
) -> float | None:
    counts = select(func.count().filter(good), func.count(asked))
    yes, all_ = (
        await uow.session.execute(counts.where(where, Survey.state == SurveyState.ANSWERED, asked.is_not(None)))
    ).one()
    return yes / all_ if all_ else None


async def _digest(uow: UnitOfWork, tickets: Collection[int]) -> str:
    """Times, statuses and answers in the order of time; no keys, numbers or secrets, which differ between databases."""
    queries = (
        select(
            Ticket.registered_at, Ticket.title, Ticket.channel, Ticket.status, Ticket.lead_unit, Ticket.category,
            Ticket.version, Ticket.reworks, Ticket.next_due_at, Ticket.ended_at,
        ).order_by(Ticket.registered_at, Ticket.title),
        select(
            Survey.round, Survey.unit, Survey.state, Survey.contacted, Survey.solved, Survey.satisfied,
            Survey.answered_at,
        ).join(Ticket, Ticket.id == Survey.ticket_id).order_by(Ticket.registered_at, Ticket.title, Survey.round),
        select(Escalation.rung, Escalation.unit, Escalation.fired_at, Escalation.acknowledged_at)
        .join(Ticket, Ticket.id == Escalation.ticket_id)
        .order_by(Ticket.registered_at, Ticket.title, Escalation.fired_at, Escalation.rung, Escalation.id),
    )  # fmt: skip
    digest = hashlib.sha256()
    for query in queries:
        for row in await uow.session.execute(query.where(Ticket.id.in_(tickets))):
            digest.update(msgspec.json.encode(tuple(row)))
    return digest.hexdigest()
