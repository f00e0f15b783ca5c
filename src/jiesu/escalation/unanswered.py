"""认领超时: a post that does not acknowledge an escalation in time, and the post above that is told."""

from __future__ import annotations

from typing import ClassVar

from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.escalation.arming import urgency
from jiesu.escalation.models import Escalation
from jiesu.escalation.posts import manned_units
from jiesu.escalation.recipient import line_up
from jiesu.escalation.steps import ACK, ack_due, ack_key, shown_from
from jiesu.notifications.tell import tell_post
from jiesu.rules import Rules
from jiesu.sla.models import LIVE, Deadline
from jiesu.tickets.events import SYSTEM, TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository

__all__ = ["AckOverdue", "tell_next_post"]


class AckOverdue(TicketEvent, frozen=True, kw_only=True):
    """`unit` did not acknowledge in time; `told` is the unit above that was told, null when there is none."""

    live: ClassVar[str] = "escalation"
    level: int
    unit: str
    told: str | None
    #: Which promised date it is about; entries of before have neither.
    clock: str | None = None
    target: str | None = None


async def tell_next_post(uow: UnitOfWork, rules: Rules, escalation_id: int) -> bool:
    """Tell the next manned post above of an escalation nobody acknowledged; False when that is no longer needed.

    Locks the ticket. Goes one post up each time until somebody answers, the matter is dealt with, or the top is reached.
    """
    row = await uow.session.get(Escalation, escalation_id)
    if row is None:
        return False
    ticket = await TicketRepository(uow).lock_id(row.ticket_id)
    await uow.session.refresh(row)
    deadline = await uow.session.get_one(Deadline, row.deadline_id, populate_existing=True)
    row.ack_due_at = None
    if row.acknowledged_at is not None or deadline.state not in LIVE:
        return False
    asked = row.ack_asked or row.stand_in or row.unit
    told = await _next_manned(uow, rules, ticket, asked)
    if told is not None:
        await _ask(uow, rules, row, deadline, told)
    about = {"clock": str(deadline.clock), "target": str(deadline.target)}
    await uow.record(AckOverdue(ticket_id=ticket.id, by=SYSTEM, level=row.level, unit=asked, told=told, **about))
    return True


async def _next_manned(uow: UnitOfWork, rules: Rules, ticket: Ticket, unit: str) -> str | None:
    manned = await manned_units(uow)
    return next((above for above in line_up(rules.organisation, ticket, unit)[1:] if above in manned), None)


async def _ask(uow: UnitOfWork, rules: Rules, row: Escalation, deadline: Deadline, unit: str) -> None:
    row.ack_asked, row.ack_due_at = unit, ack_due(uow, rules, deadline, unit)
    await tell_post(
        uow,
        key=f"escalation:{row.id}:unanswered:{unit}",
        unit=unit,
        ticket_id=row.ticket_id,
        kind="ack_overdue",
        level=row.level,
        shown_from=shown_from(uow, rules, deadline, unit),
    )
    promise = jobs.Promise(
        ACK, row.ack_due_at, ack_key(row.id), {"escalation_id": row.id}, row.ticket_id, urgency(rules, deadline)
    )
    await jobs.schedule(uow, promise)
