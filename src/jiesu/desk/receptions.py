"""Receptions as people read them: slots for petitioners, and for staff who has booked and what became of it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import and_, func, select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import Named, unit_or_code
from jiesu.kit.clock import SHANGHAI, aware_utc
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_name, mask_phone
from jiesu.receptions.book import open_reception, taken_slots, upcoming
from jiesu.receptions.keeping import find_reception, may_keep, step, within
from jiesu.receptions.models import Booking, BookingState, Reception
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import visible_to
from jiesu.tickets.words import say_status

__all__ = [
    "PublicReception",
    "ReceptionRow",
    "ReceptionView",
    "open_for_staff",
    "public_list",
    "public_one",
    "staff_list",
]

MOST = 100


class Slot(msgspec.Struct, frozen=True):
    """Its beginning, and how many places are left."""

    at: datetime
    left: int


class PublicReception(msgspec.Struct, frozen=True):
    """What everybody may know: who receives where and when, and which slots are free."""

    ref: str
    kind: str
    leader: str
    office: str
    place: str
    unit: Named
    starts_at: datetime
    ends_at: datetime
    slots: list[Slot]
    left: int


class ReceptionRow(msgspec.Struct, frozen=True):
    """One reception with how many booked and came."""

    ref: str
    kind: str
    leader: str
    office: str
    place: str
    unit: Named
    starts_at: datetime
    ends_at: datetime
    booked: int
    came: int
    cancelled: bool


class BookingRow(msgspec.Struct, frozen=True):
    """One booking, masked; the ticket where the reader may see it, with how it stands."""

    number: str
    slot_at: datetime
    name: str | None
    phone: str | None
    matter: str | None
    state: str
    ticketed: bool
    ticket: str | None
    ticket_status: str | None
    ticket_status_text: str | None


class ReceptionView(msgspec.Struct, frozen=True):
    """The reception with its bookings in the order of the slots; `keeps` where the reader may manage it."""

    reception: ReceptionRow
    cancel_reason: str | None
    keeps: bool
    bookings: list[BookingRow]


async def public_list(uow: UnitOfWork, rules: Rules, locale: Locale = "zh") -> list[PublicReception]:
    """Receptions that can still be booked or come to, the soonest first."""
    return [await _public(uow, rules, one, locale) for one in await upcoming(uow)]


async def public_one(uow: UnitOfWork, rules: Rules, ref: str, locale: Locale = "zh") -> PublicReception:
    """Raises NoSuchReception."""
    return await _public(uow, rules, await open_reception(uow, ref), locale)


async def _public(uow: UnitOfWork, rules: Rules, one: Reception, locale: Locale) -> PublicReception:
    taken = await taken_slots(uow, one)
    slots = [
        Slot(at.astimezone(SHANGHAI), max(0, one.per_slot - taken.get(aware_utc(at), 0)))
        for at in one.slots()
        if at > uow.now
    ]
    return PublicReception(
        ref=one.ref,
        kind=one.kind,
        leader=one.leader,
        office=one.office,
        place=one.place,
        unit=unit_or_code(rules, one.unit, locale),
        starts_at=one.starts_at.astimezone(SHANGHAI),
        ends_at=one.ends_at.astimezone(SHANGHAI),
        slots=slots,
        left=sum(slot.left for slot in slots),
    )


async def staff_list(
    uow: UnitOfWork, rules: Rules, staff: Staff, locale: Locale = "zh", *, past: bool = False
) -> list[ReceptionRow]:
    """Of the subtree: those ahead, the soonest first; or those that are over, the newest first."""
    ahead = Reception.ends_at > uow.now
    query = select(Reception).where(within(staff), ~ahead if past else ahead).limit(MOST)
    order = (Reception.starts_at.desc(), Reception.id.desc()) if past else (Reception.starts_at, Reception.id)
    rows = (await uow.session.scalars(query.order_by(*order))).all()
    counts = await _counts(uow, [row.id for row in rows])
    return [_row(rules, row, counts.get(row.id, {}), locale) for row in rows]


async def _counts(uow: UnitOfWork, receptions: list[int]) -> dict[int, dict[BookingState, int]]:
    query = (
        select(Booking.reception_id, Booking.state, func.count())
        .where(Booking.reception_id.in_(receptions))
        .group_by(Booking.reception_id, Booking.state)
    )
    found: dict[int, dict[BookingState, int]] = {}
    for reception, state, count in await uow.session.execute(query):
        found.setdefault(reception, {})[state] = count
    return found


def _row(rules: Rules, one: Reception, counts: dict[BookingState, int], locale: Locale) -> ReceptionRow:
    return ReceptionRow(
        ref=one.ref,
        kind=one.kind,
        leader=one.leader,
        office=one.office,
        place=one.place,
        unit=unit_or_code(rules, one.unit, locale),
        starts_at=one.starts_at.astimezone(SHANGHAI),
        ends_at=one.ends_at.astimezone(SHANGHAI),
        booked=sum(count for state, count in counts.items() if state is not BookingState.CANCELLED),
        came=counts.get(BookingState.CAME, 0),
        cancelled=one.cancelled_at is not None,
    )


async def open_for_staff(uow: UnitOfWork, rules: Rules, staff: Staff, ref: str, locale: Locale = "zh") -> ReceptionView:
    """Who has booked, masked; the look is in the security trail. Raises NoSuchReception."""
    one = await find_reception(uow, staff, ref)
    await step(uow, staff, one, "opened")
    query = (
        select(Booking, Ticket.number, Ticket.status)
        .outerjoin(Ticket, and_(Ticket.id == Booking.made_ticket_id, visible_to(staff)))
        .where(Booking.reception_id == one.id)
        .order_by(Booking.slot_at, Booking.id)
    )
    bookings = [
        BookingRow(
            number=row.number,
            slot_at=row.slot_at.astimezone(SHANGHAI),
            name=mask_name(row.name),
            phone=mask_phone(row.phone),
            matter=row.matter,
            state=row.state,
            ticketed=row.made_ticket_id is not None,
            ticket=number,
            ticket_status=status,
            ticket_status_text=say_status(status, locale) if status else None,
        )
        for row, number, status in await uow.session.execute(query)
    ]
    counts = (await _counts(uow, [one.id])).get(one.id, {})
    return ReceptionView(_row(rules, one, counts, locale), one.cancel_reason, may_keep(staff, one), bookings)
