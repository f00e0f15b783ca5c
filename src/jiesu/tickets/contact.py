"""先行联系: the officer speaks to the petitioner, or tries to."""

from __future__ import annotations

from collections.abc import Callable

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.tickets.events import PetitionerContacted, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Contact, Ticket
from jiesu.tickets.words import Outcome, Step

__all__ = ["log_contact"]


async def log_contact(
    uow: UnitOfWork,
    staff: Staff,
    number: str,
    outcome: Outcome,
    note: str,
    *,
    attempts: Callable[[str], int],
    version: int | None = None,
) -> Ticket:
    """Log an attempt to reach the petitioner. Locks the ticket.

    The first contact counts as made when the petitioner was reached, or after so many tries without an answer: `attempts`
    tells how many by the version of the policy that the ticket began with. Who was reached has news, too.
    """
    ticket = await open_step(uow, staff, number, Step.CONTACT, version)
    note = required(note, "note", "联系记录")
    ticket.move(Step.CONTACT)
    ticket.contact_attempts += 1
    reached = outcome is Outcome.REACHED
    if ticket.first_contact_at is None and (reached or ticket.contact_attempts >= attempts(ticket.policy_version)):
        ticket.first_contact_at = uow.now
    ticket.informed_at = uow.now if reached else ticket.informed_at
    uow.session.add(Contact(ticket_id=ticket.id, at=uow.now, outcome=outcome, note=note, staff_id=staff.id))
    event = PetitionerContacted(
        ticket_id=ticket.id, by=by_staff(staff), outcome=outcome, attempts=ticket.contact_attempts
    )
    await uow.record(event)
    return ticket
