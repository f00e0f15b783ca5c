"""退回修改: the unit head is not content with the result."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.tickets.events import ResultSentBack, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["send_back_result"]


async def send_back_result(
    uow: UnitOfWork, staff: Staff, number: str, reason: str, *, version: int | None = None
) -> Ticket:
    """Return the result to the officer with a reason; the clocks never stopped. Locks the ticket."""
    ticket = await open_step(uow, staff, number, Step.SEND_BACK, version)
    reason = required(reason, "reason", "退回原因", 2000)
    ticket.move(Step.SEND_BACK)
    await uow.record(ResultSentBack(ticket_id=ticket.id, by=by_staff(staff), reason=reason))
    return ticket
