"""转告: a matter that belongs to another channel by law is pointed there in writing."""

from __future__ import annotations

from enum import StrEnum

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.tickets.events import TicketDiverted, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["DivertReason", "divert_ticket"]


class DivertReason(StrEnum):
    """Why it is not ours: the six statutory routes (信访工作条例 Art. 31), and other departments."""

    LITIGATION = "litigation"
    ARBITRATION = "arbitration"
    RECONSIDERATION = "reconsideration"
    DISCIPLINE = "discipline"
    ORGANISATION = "organisation"
    OTHER_PROCEDURE = "other_procedure"
    OTHER_DEPARTMENT = "other_department"


async def divert_ticket(
    uow: UnitOfWork, staff: Staff, number: str, reason: DivertReason, pointer: str, *, version: int | None = None
) -> Ticket:
    """End the ticket with a written pointer to the right channel. Locks the ticket."""
    ticket = await open_step(uow, staff, number, Step.DIVERT, version)
    ticket.reply = required(pointer, "pointer", "办理渠道说明", 2000)
    ticket.move(Step.DIVERT)
    ticket.ended_at = uow.now
    await uow.record(TicketDiverted(ticket_id=ticket.id, by=by_staff(staff), reason=reason.value, pointer=ticket.reply))
    return ticket
