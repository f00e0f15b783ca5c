"""到访: who came and who did not."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.receptions.keeping import find_booking, own_reception, step
from jiesu.receptions.models import Booking, BookingState

__all__ = ["attend"]


class BookingOver(Conflict):
    zh = "这个预约已经取消，或者已经登记成诉求，不能再改。"
    en = "This booking was cancelled, or a ticket was made of it: it cannot be changed."


async def attend(uow: UnitOfWork, staff: Staff, ref: str, number: str, *, came: bool) -> Booking:
    """Note that somebody came, or did not; may be corrected. Locks reception and booking. Raises NoSuchBooking, BookingOver."""
    reception = await own_reception(uow, staff, ref)
    booking = await find_booking(uow, reception, number)
    if booking.state is BookingState.CANCELLED or booking.made_ticket_id is not None:
        raise BookingOver("number")
    booking.state = BookingState.CAME if came else BookingState.MISSED
    await step(uow, staff, reception, str(booking.state))
    return booking
