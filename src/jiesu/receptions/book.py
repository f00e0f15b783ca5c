"""预约: somebody books a slot with name and telephone, and may take it back with number and telephone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import func, select

from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid, TooMany
from jiesu.kit.clock import aware_utc
from jiesu.kit.numbers import query_code
from jiesu.notifications.tell import tell_person
from jiesu.petitioners.identity import checked_phone
from jiesu.receptions.keeping import NoSuchBooking, NoSuchReception
from jiesu.receptions.models import Booking, BookingState, Reception
from jiesu.rules import Rules
from jiesu.sla.wording import moment_words
from jiesu.tickets.guard import optional, required

__all__ = ["NewBooking", "book_slot", "cancel_booking", "open_reception", "taken_slots", "upcoming"]

#: Receptions shown, and bookings that one telephone may have at a time.
SHOWN, MOST = 50, 3


class SlotTaken(Conflict):
    zh = "这个时段刚刚约满了，请换一个时段。"
    en = "This slot was just taken. Choose another."


class NoSuchSlot(Invalid):
    zh = "请选一个还没开始的时段。"
    en = "Choose one of the slots that are still ahead."


class BookedAlready(Conflict):
    zh = "这个电话已经约了这一次接访。要换时段，请先取消原来的预约。"
    en = "This telephone has a booking for this reception. To change the slot, cancel it first."


class TooManyBookings(TooMany):
    zh = "这个电话已经有 3 个预约。请先取消用不上的，或者打电话、到站里说。"
    en = "This telephone has three bookings. Cancel one you do not need, or call or come to the station."


class ClassifiedMatter(Invalid):
    zh = "这几句话里有像涉密内容的字样。请改掉，写“原部队”就可以；具体情况当面说。"
    en = "These words look classified. Leave out secrecy marks and unit designations; tell the rest in person."


class NewBooking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who comes when; `slot` is the beginning of a slot, `matter` in a few words."""

    slot: datetime
    name: str
    phone: str
    matter: str | None = None


async def upcoming(uow: UnitOfWork) -> list[Reception]:
    """Receptions that are still ahead, the soonest first."""
    query = select(Reception).where(Reception.ends_at > uow.now, Reception.cancelled_at.is_(None))
    return list(await uow.session.scalars(query.order_by(Reception.starts_at, Reception.id).limit(SHOWN)))


async def open_reception(uow: UnitOfWork, ref: str, *, lock: bool = False) -> Reception:
    """One of those. Raises NoSuchReception."""
    query = select(Reception).where(
        Reception.ref == ref.replace("\0", ""), Reception.ends_at > uow.now, Reception.cancelled_at.is_(None)
    )
    found = await uow.session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NoSuchReception("ref")
    return found


async def taken_slots(uow: UnitOfWork, reception: Reception) -> Mapping[datetime, int]:
    """How many have booked each slot."""
    query = (
        select(Booking.slot_at, func.count())
        .where(Booking.reception_id == reception.id, Booking.state != BookingState.CANCELLED)
        .group_by(Booking.slot_at)
    )
    return {aware_utc(slot): count for slot, count in await uow.session.execute(query)}


async def book_slot(uow: UnitOfWork, rules: Rules, ref: str, new: NewBooking) -> Booking:
    """A place in the slot, and a message with its number. Locks the reception, so that no slot is overbooked.

    Raises NoSuchReception, NoSuchSlot, SlotTaken, BookedAlready, TooManyBookings, BadPhone, EmptyText, ClassifiedMatter.
    """
    reception = await open_reception(uow, ref, lock=True)
    name, phone = required(new.name, "name", "姓名", 50), checked_phone(new.phone, "phone")
    matter = optional(new.matter, "matter", "想反映什么", 300)
    if rules.secrecy.findings([matter]):
        raise ClassifiedMatter("matter")
    slot = next((at for at in reception.slots() if new.slot.tzinfo and at == new.slot and at > uow.now), None)
    if slot is None:
        raise NoSuchSlot("slot")
    await _check_free(uow, rules, reception, phone)
    if (await taken_slots(uow, reception)).get(aware_utc(slot), 0) >= reception.per_slot:
        raise SlotTaken("slot")
    booking = Booking(
        reception_id=reception.id, number=query_code(), slot_at=aware_utc(slot), name=name, phone=phone, matter=matter,
        phone_hash=rules.keys.search_hash(phone), state=BookingState.BOOKED, booked_at=uow.now,
    )  # fmt: skip
    uow.session.add(booking)
    await uow.session.flush()
    blanks = {"number": booking.number, "when": moment_words(booking.slot_at, "zh"), "place": reception.place}
    text = rules.wording.say("reception_booked", leader=f"{reception.office}{reception.leader}", **blanks)
    at = rules.quiet.goes_out(uow.now, "reception_booked")
    await tell_person(uow, key=f"reception_booked:{booking.id}", ticket_id=None, phone=phone, text=text, send_at=at)
    return booking


async def _check_free(uow: UnitOfWork, rules: Rules, reception: Reception, phone: str) -> None:
    hashes = rules.keys.search_hashes(phone)
    ahead = (Booking.phone_hash.in_(hashes), Booking.state == BookingState.BOOKED, Booking.slot_at > uow.now)
    theirs = (await uow.session.scalars(select(Booking).where(*ahead))).all()
    if any(one.reception_id == reception.id for one in theirs):
        raise BookedAlready("phone")
    if len(theirs) >= MOST:
        raise TooManyBookings("phone", seconds=3600)


async def cancel_booking(uow: UnitOfWork, rules: Rules, number: str, phone: str) -> None:
    """Taken back by whoever has both; the slot is free again. Raises NoSuchBooking for either being wrong, BadPhone."""
    hashes = rules.keys.search_hashes(checked_phone(phone, "phone"))
    query = select(Booking).where(
        Booking.number == number.replace("\0", "").strip().upper()[:12],
        Booking.phone_hash.in_(hashes),
        Booking.state == BookingState.BOOKED,
        Booking.slot_at > uow.now,
    )
    booking = await uow.session.scalar(query.with_for_update())
    if booking is None:
        raise NoSuchBooking("number")
    booking.state = BookingState.CANCELLED
