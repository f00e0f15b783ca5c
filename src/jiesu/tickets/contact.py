"""先行联系: the officer speaks to the petitioner, or tries to, and says when to call again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.kit.clock import SHANGHAI, aware_utc
from jiesu.tickets.events import PetitionerContacted, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Contact, Ticket
from jiesu.tickets.tries import Tries
from jiesu.tickets.words import Outcome, Step

__all__ = ["BadNextCall", "log_contact", "read_next_call"]

#: The next call is made within this time; what is further off is no plan.
FURTHEST = timedelta(days=90)


class BadNextCall(Invalid):
    zh = "下次联系的时间须在现在以后、90天以内，写成 2026-11-20T15:00。不打算再打就空着。"
    en = "The next call must be later than now and within 90 days, such as 2026-11-20T15:00. Leave it out if there is none."


async def log_contact(
    uow: UnitOfWork,
    staff: Staff,
    number: str,
    outcome: Outcome,
    note: str,
    next_at: str | None = None,
    *,
    tries: Callable[[str], Tries],
    version: int | None = None,
) -> Ticket:
    """Log an attempt to reach the petitioner. Locks the ticket.

    The first contact counts as made when the petitioner was reached, or after so many calls without an answer, so far apart:
    `tries` tells both by the version of the policy that the ticket began with. Who was reached has news, too. `next_at` is a
    moment in Shanghai unless it says otherwise; each contact says anew when the next call is. Raises BadNextCall.
    """
    ticket = await open_step(uow, staff, number, Step.CONTACT, version)
    note = required(note, "note", "联系记录")
    next_call = read_next_call(next_at, uow.now)
    ticket.move(Step.CONTACT)
    ticket.contact_attempts += 1
    reached = outcome is Outcome.REACHED
    if ticket.first_contact_at is None and (reached or await _tried(uow, ticket, tries(ticket.policy_version))):
        ticket.first_contact_at = uow.now
    ticket.informed_at = uow.now if reached else ticket.informed_at
    ticket.next_call_at = next_call
    contact = Contact(ticket_id=ticket.id, at=uow.now, outcome=outcome, note=note, next_at=next_call, staff_id=staff.id)
    uow.session.add(contact)
    event = PetitionerContacted(
        ticket_id=ticket.id,
        by=by_staff(staff),
        outcome=outcome,
        attempts=ticket.contact_attempts,
        next_at=next_call,
    )
    await uow.record(event)
    return ticket


async def _tried(uow: UnitOfWork, ticket: Ticket, tries: Tries) -> bool:
    """Whether enough calls that count were made, with the one made now."""
    before = await uow.session.scalars(select(Contact.at).where(Contact.ticket_id == ticket.id).order_by(Contact.id))
    return len(tries.counting([*before, uow.now])) >= tries.needed


def read_next_call(text: str | None, now: datetime) -> datetime | None:
    """When somebody is to be called again, aware UTC; None where nothing was typed. Raises BadNextCall."""
    if not (text or "").strip():
        return None
    try:
        typed = datetime.fromisoformat(str(text).strip())
        moment = aware_utc(typed if typed.tzinfo else typed.replace(tzinfo=SHANGHAI))
    except (ValueError, OverflowError) as error:
        raise BadNextCall("next_at") from error
    if not now < moment <= now + FURTHEST:
        raise BadNextCall("next_at")
    return moment
