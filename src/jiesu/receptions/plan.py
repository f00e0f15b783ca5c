"""安排接访: a reception is planned, or cancelled, of which everybody who booked is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import select

from jiesu.accounts.staff import Staff
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.crypto import token
from jiesu.notifications.tell import tell_person
from jiesu.receptions.keeping import NotYourReception, may_plan, own_reception, step
from jiesu.receptions.models import Booking, BookingState, Reception, ReceptionKind
from jiesu.rules import Rules
from jiesu.sla.wording import moment_words
from jiesu.tickets.guard import required

__all__ = ["NewReception", "cancel_reception", "plan_reception"]

#: Planned at most so far ahead.
FURTHEST = timedelta(days=180)


class BadTimes(Invalid):
    zh = "接访时间须在以后、半年以内，同一天里先开始后结束，至少够一个时段。日期写成 2026-12-01，时间写成 09:00。"
    en = "A reception lies ahead, within half a year, on one day, and holds at least one slot. Write 2026-12-01 and 09:00."


class CancelledAlready(Conflict):
    zh = "这一次接访已经取消。"
    en = "This reception is cancelled already."


class NewReception(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who receives people, where and when (Shanghai time); so many people a slot of so many minutes."""

    leader: str
    office: str
    place: str
    day: str
    begins: str
    ends: str
    kind: ReceptionKind = ReceptionKind.RECEPTION
    slot_minutes: Annotated[int, Meta(ge=5, le=240)] = 30
    per_slot: Annotated[int, Meta(ge=1, le=50)] = 1


async def plan_reception(uow: UnitOfWork, staff: Staff, new: NewReception) -> Reception:
    """Of the staff member's own unit; it can be booked at once. Raises NotYourReception, EmptyText, BadTimes."""
    if not may_plan(staff):
        raise NotYourReception
    starts, ends = _times(new, uow.now)
    reception = Reception(
        ref=token(12),
        unit=staff.unit,
        kind=new.kind,
        leader=required(new.leader, "leader", "接访领导", 50),
        office=required(new.office, "office", "职务", 50),
        place=required(new.place, "place", "地点", 200),
        starts_at=starts,
        ends_at=ends,
        slot_minutes=new.slot_minutes,
        per_slot=new.per_slot,
        planned_at=uow.now,
    )
    uow.session.add(reception)
    await step(uow, staff, reception, "planned")
    return reception


def _times(new: NewReception, now: datetime) -> tuple[datetime, datetime]:
    try:
        day = date.fromisoformat(new.day.strip())
        starts, ends = (
            datetime.combine(day, datetime.strptime(text.strip(), "%H:%M").time(), SHANGHAI)  # noqa: DTZ007 - a time of day
            for text in (new.begins, new.ends)
        )
    except ValueError as error:
        raise BadTimes("day") from error
    if not now < starts <= now + FURTHEST or ends - starts < timedelta(minutes=new.slot_minutes):
        raise BadTimes("day")
    return starts, ends


async def cancel_reception(uow: UnitOfWork, rules: Rules, staff: Staff, ref: str, reason: str) -> int:
    """Nobody can book any more, and those who did get a message with the reason; returns how many. Locks the reception."""
    reception = await own_reception(uow, staff, ref)
    if reception.cancelled_at is not None:
        raise CancelledAlready("ref")
    reception.cancel_reason = required(reason, "reason", "取消原因", 100)
    reception.cancelled_at = uow.now
    await step(uow, staff, reception, "cancelled")
    booked = select(Booking).where(Booking.reception_id == reception.id, Booking.state == BookingState.BOOKED)
    async with uow.scoped(Scope.SYSTEM):
        told = (await uow.session.scalars(booked.with_for_update())).all()
        for one in told:
            one.state = BookingState.CANCELLED
            blanks = {"number": one.number, "when": moment_words(one.slot_at, "zh"), "reason": reception.cancel_reason}
            text = rules.wording.say("reception_cancelled", **blanks)
            key, at = f"reception_cancelled:{one.id}", rules.quiet.goes_out(uow.now, "reception_cancelled")
            await tell_person(uow, key=key, ticket_id=None, phone=one.phone, text=text, send_at=at)
    return len(told)
