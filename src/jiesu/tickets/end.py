"""办结与重办: what the survey's answer, or its silence, does to the ticket."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.tickets.events import SYSTEM, By, ReworkOrdered, TicketClosed
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["close_ticket", "order_rework"]


async def close_ticket(uow: UnitOfWork, ticket: Ticket, reason: str, by: By = SYSTEM) -> None:
    """Close a locked ticket that awaits its survey."""
    ticket.move(Step.CLOSE)
    ticket.ended_at = uow.now
    await uow.record(TicketClosed(ticket_id=ticket.id, by=by, reason=reason))


async def order_rework(uow: UnitOfWork, ticket: Ticket, reason: str, by: By) -> None:
    """Send a locked ticket to the supervising unit: the petitioner says, or says now, that it is not solved, or is not content."""
    ticket.move(Step.ORDER_REWORK)
    ticket.ended_at = None
    ticket.reworks += 1
    ticket.merged_into = None  # it is a matter of its own from now on
    ticket.approved_at = None
    await uow.record(ReworkOrdered(ticket_id=ticket.id, by=by, reason=reason, count=ticket.reworks))
