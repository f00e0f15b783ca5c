"""撤回: only the petitioner may end an open matter unheard."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.tickets.events import PETITIONER, TicketWithdrawn
from jiesu.tickets.guard import optional
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["withdraw_ticket"]


async def withdraw_ticket(uow: UnitOfWork, ticket: Ticket, reason: str | None) -> Ticket:
    """Withdraw a locked ticket; the caller has checked the query code."""
    reason = optional(reason, "reason", "撤回原因")
    ticket.move(Step.WITHDRAW)
    ticket.ended_at = uow.now
    await uow.record(TicketWithdrawn(ticket_id=ticket.id, by=PETITIONER, reason=reason))
    return ticket
