"""直接答复: a consultation answered on the spot."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.tickets.events import TicketAnswered, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Nature, Step

__all__ = ["OnlyConsultations", "answer_ticket"]


class OnlyConsultations(Conflict):
    zh = "只有“咨询”类诉求可以直接答复。其他诉求请派单办理。"
    en = "Only consultations are answered on the spot. Dispatch this one."


async def answer_ticket(uow: UnitOfWork, staff: Staff, number: str, text: str, *, version: int | None = None) -> Ticket:
    """Answer a consultation and end the ticket. Locks the ticket. Raises OnlyConsultations."""
    ticket = await open_step(uow, staff, number, Step.ANSWER, version)
    if ticket.nature is not Nature.CONSULT:
        raise OnlyConsultations("action")
    ticket.reply = required(text, "text", "答复内容")
    ticket.move(Step.ANSWER)
    ticket.ended_at = uow.now
    await uow.record(TicketAnswered(ticket_id=ticket.id, by=by_staff(staff), answer=ticket.reply))
    return ticket
