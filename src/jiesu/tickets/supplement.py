"""补充材料: the petitioner adds to what was said."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.tickets.events import By, Supplemented
from jiesu.tickets.guard import required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status, Step

__all__ = ["supplement_ticket"]


async def supplement_ticket(uow: UnitOfWork, ticket: Ticket, text: str, by: By) -> Ticket:
    """Add details to a locked ticket. Answering a request lets the clocks run on; otherwise no deadline moves."""
    text = required(text, "text", "补充内容")
    answers = ticket.status is Status.NEED_INFO
    ticket.move(Step.SUPPLEMENT)
    await uow.record(Supplemented(ticket_id=ticket.id, by=by, text=text, answers_request=answers))
    return ticket
