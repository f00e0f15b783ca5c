"""接访转工单: what somebody said at a reception becomes their ticket, linked to the booking."""

from __future__ import annotations

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.intake.file import Filed
from jiesu.intake.form import AppealForm, PetitionerForm
from jiesu.intake.once import file_once
from jiesu.receptions.keeping import find_booking, own_reception, step
from jiesu.receptions.models import BookingState
from jiesu.rules import Rules
from jiesu.tickets.events import by_staff
from jiesu.tickets.words import Channel, Nature

__all__ = ["Talk", "ticket_from_booking"]


class TicketMadeAlready(Conflict):
    zh = "这个预约已经登记成诉求，或者已经取消。"
    en = "A ticket was made of this booking already, or it was cancelled."


class Talk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The record of the talk; `place` is left out for the unit's own."""

    text: str
    title: str | None = None
    category: str | None = None
    nature: Nature | None = None
    place: str | None = None


async def ticket_from_booking(
    uow: UnitOfWork, rules: Rules, staff: Staff, ref: str, number: str, talk: Talk, ticket: str, key: str | None
) -> Filed:
    """File it as whoever booked, by the channel of leaders' receptions; they get the receipt, and count as having come.

    Locks reception and booking; the same key repeats. Raises NoSuchBooking, TicketMadeAlready, and what filing raises.
    """
    reception = await own_reception(uow, staff, ref)
    booking = await find_booking(uow, reception, number)
    if booking.state is BookingState.CANCELLED or (booking.made_ticket_id is not None and key is None):
        raise TicketMadeAlready("number")
    form = AppealForm(
        text=talk.text,
        title=talk.title,
        category=talk.category,
        nature=talk.nature,
        place=talk.place or rules.organisation.unit(reception.unit).place,
        channel=Channel.LEADER_RECEPTION,
        petitioner=PetitionerForm(name=booking.name, phone=booking.phone),
    )
    async with uow.scoped(Scope.SYSTEM):
        filed = await file_once(uow, rules, ticket, form, key, by_staff(staff))
        if booking.made_ticket_id not in (None, filed.ticket.id):
            raise TicketMadeAlready("number")
        booking.made_ticket_id, booking.state = filed.ticket.id, BookingState.CAME
    await step(uow, staff, reception, "ticketed")
    return filed
