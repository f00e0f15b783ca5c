"""重新办理: a closed matter comes back with new facts."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.tickets.events import By, TicketReopened, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.parts import ChoosePart
from jiesu.tickets.words import Step

__all__ = ["AskRecheck", "reopen_locked", "reopen_ticket"]


class AskRecheck(Conflict):
    """On the statutory track the opinion stands until a higher organ says otherwise (Art. 35, 36)."""

    zh = "信访事项不能重新办理。不服处理意见的，请在收到意见书30日内申请复查。"
    en = "A petition is not reopened. Whoever disputes the opinion asks for a recheck within 30 days of receiving it."


async def reopen_ticket(
    uow: UnitOfWork, staff: Staff, number: str, reason: str, *, version: int | None = None
) -> Ticket:
    """Give a closed ticket back to its unit because of new facts. Locks the ticket."""
    ticket = await open_step(uow, staff, number, Step.REOPEN, version)
    return await reopen_locked(uow, ticket, reason, by_staff(staff))


async def reopen_locked(uow: UnitOfWork, ticket: Ticket, reason: str, by: By) -> Ticket:
    """The same for a ticket that the caller has locked, and whose petitioner or officer the caller knows. Raises AskRecheck."""
    if ticket.is_petition:
        raise AskRecheck("action")
    reason = required(reason, "reason", "新的事实", 2000)
    if ticket.parts:
        raise ChoosePart("part")
    ticket.move(Step.REOPEN)
    ticket.ended_at = None
    ticket.merged_into = None
    await uow.record(TicketReopened(ticket_id=ticket.id, by=by, reason=reason, unit=ticket.lead_unit))
    return ticket
