"""签收: the unit takes a dispatched ticket in hand."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.tickets.events import TicketSigned, by_staff
from jiesu.tickets.guard import open_step
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["sign_ticket"]


async def sign_ticket(uow: UnitOfWork, staff: Staff, number: str, *, version: int | None = None) -> Ticket:
    """Take a dispatched ticket in hand for the staff member's unit; the sign clock stops. Locks the ticket."""
    ticket = await open_step(uow, staff, number, Step.SIGN, version)
    ticket.move(Step.SIGN)
    ticket.signed_at = uow.now
    await uow.record(TicketSigned(ticket_id=ticket.id, by=by_staff(staff), unit=staff.unit))
    return ticket
