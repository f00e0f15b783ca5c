"""查看完整信息: seeing a petitioner's whole data needs a reason and leaves a trace."""

from __future__ import annotations

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.kit.private import Private
from jiesu.petitioners.models import Petitioner
from jiesu.tickets.events import TicketEvent, by_staff
from jiesu.tickets.guard import required
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository

__all__ = ["PetitionerRevealed", "may_reveal", "reveal_petitioner"]

#: Who has business with the whole: whoever handles, registers, dispatches or calls back.
MAY_REVEAL = (Right.HANDLE, Right.REGISTER, Right.DISPATCH, Right.CALL_BACK)


class PetitionerRevealed(TicketEvent, frozen=True, kw_only=True):
    reason: Private


def may_reveal(staff: Staff, ticket: Ticket) -> bool:
    """Whether the person may see the petitioner in full."""
    return staff.may_know_who(ticket) and any(staff.may(right, ticket) for right in MAY_REVEAL)


async def reveal_petitioner(uow: UnitOfWork, staff: Staff, number: str, reason: str) -> Petitioner | None:
    """The petitioner in full, None for an anonymous ticket. Locks the ticket; every look is in the trail."""
    ticket = await TicketRepository(uow).lock(number)
    staff.see(ticket)
    if not may_reveal(staff, ticket):
        raise NotYours
    reason = required(reason, "reason", "查看原因", 200)
    await uow.record(PetitionerRevealed(ticket_id=ticket.id, by=by_staff(staff), reason=reason))
    return None if ticket.petitioner_id is None else await uow.session.get(Petitioner, ticket.petitioner_id)
