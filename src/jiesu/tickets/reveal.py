"""查看完整信息: seeing a petitioner's whole data needs a reason and leaves a trace."""

from __future__ import annotations

from collections.abc import Sequence

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.kit.private import Private
from jiesu.petitioners.models import Petitioner
from jiesu.petitioners.representatives import Representative, representatives_of
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


async def reveal_petitioner(
    uow: UnitOfWork, staff: Staff, number: str, reason: str
) -> tuple[Petitioner | None, Sequence[Representative]]:
    """The petitioner in full, None for an anonymous ticket, and who speaks for a group.

    Locks the ticket; every look is in the trail.
    """
    ticket = await TicketRepository(uow).lock(number)
    staff.see(ticket)
    if not may_reveal(staff, ticket):
        raise NotYours
    reason = required(reason, "reason", "查看原因", 200)
    await uow.record(PetitionerRevealed(ticket_id=ticket.id, by=by_staff(staff), reason=reason))
    known = ticket.petitioner_id is not None
    person = await uow.session.get(Petitioner, ticket.petitioner_id) if known else None
    return person, await representatives_of(uow, ticket.id)
