"""认领督办: a person at the duty post says "seen, I act"."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import select

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.escalation.models import Escalation
from jiesu.escalation.steps import ack_key
from jiesu.escalation.waiting import awaited_of
from jiesu.kit.private import Private
from jiesu.tickets.events import TicketEvent, by_staff
from jiesu.tickets.guard import optional
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository

__all__ = ["EscalationAcknowledged", "NothingToAcknowledge", "acknowledge_escalations"]


class NothingToAcknowledge(Conflict):
    zh = "这张工单没有等您的单位认领的督办。"
    en = "No escalation of this ticket waits for your unit."


class EscalationAcknowledged(TicketEvent, frozen=True, kw_only=True):
    live: ClassVar[str] = "escalation"
    levels: list[int]
    note: Private | None


async def acknowledge_escalations(
    uow: UnitOfWork, staff: Staff, number: str, note: str | None = None, *, version: int | None = None
) -> Ticket:
    """Acknowledge every escalation of the ticket that waits at the unit or below it. Locks the ticket.

    The post answers, not the person: anybody who may supervise there. Raises NothingToAcknowledge, NotYours.
    """
    tickets = TicketRepository(uow)
    ticket = await tickets.lock(number)
    staff.see(ticket)
    await tickets.expect(ticket, version)
    if not staff.has(Right.SUPERVISE) and not staff.has(Right.DISPATCH):
        raise NotYours
    waiting = select(Escalation).where(
        Escalation.ticket_id == ticket.id,
        awaited_of(staff.subtree),
    )
    rows = (await uow.session.scalars(waiting.with_for_update())).all()
    if not rows:
        raise NothingToAcknowledge("action")
    note = optional(note, "note", "认领意见")
    await jobs.cancel(uow, *(ack_key(row.id) for row in rows))
    for row in rows:
        row.acknowledged_at, row.acknowledged_by, row.note = uow.now, staff.id, note
    await uow.record(
        EscalationAcknowledged(
            ticket_id=ticket.id, by=by_staff(staff), levels=sorted({row.level for row in rows}), note=rows[0].note
        )
    )
    return ticket
