"""告知进展: the officer tells the petitioner how things stand, before anybody has to ask."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.tickets.events import PetitionerInformed, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.merging import said_to_others
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["inform_petitioner"]


async def inform_petitioner(
    uow: UnitOfWork, staff: Staff, number: str, text: str, others: str | None = None, *, version: int | None = None
) -> Ticket:
    """Send the petitioner news; the next are owed from now. Also the review of a plan that was told.

    `others` is what petitioners of merged tickets are told. Locks the ticket, then those. Raises OthersUntold.
    """
    ticket = await open_step(uow, staff, number, Step.INFORM, version)
    text = required(text, "text", "进展情况", 1000)
    words, _ = await said_to_others(uow, ticket, others, "给并入诉求人的进展", 1000)
    ticket.move(Step.INFORM)
    ticket.informed_at = uow.now
    await uow.record(PetitionerInformed(ticket_id=ticket.id, by=by_staff(staff), text=text, others=words))
    return ticket
