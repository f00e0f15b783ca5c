"""Who plans receptions and sees who has booked, and finding them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, select

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.uow import SecurityEvent, UnitOfWork
from jiesu.errors import Forbidden, Missing
from jiesu.receptions.models import Booking, Reception

__all__ = [
    "NoSuchBooking",
    "NoSuchReception",
    "NotYourReception",
    "ReceptionStep",
    "find_booking",
    "find_reception",
    "may_keep",
    "may_plan",
    "own_reception",
    "step",
    "within",
]


class NoSuchReception(Missing):
    zh = "没有这一次接访，可能已经取消。请看看最新的安排。"
    en = "There is no such reception, or it was cancelled. Look at the latest list."


class NoSuchBooking(Missing):
    zh = "没有找到这个预约。请核对预约号和预约时留的电话。"
    en = "No such booking. Check the booking number and the telephone you gave."


class NotYourReception(Forbidden):
    zh = "接访由安排它的单位管理：受理员、单位负责人和分管领导。您可以查看，不能改。"
    en = "Clerks, heads and leaders of the unit that planned a reception manage it. You may read it, not change it."


class ReceptionStep(SecurityEvent, frozen=True, kw_only=True):
    """What staff did with a reception or one booking of it: planned, cancelled, opened, came, missed or ticketed."""

    what: str
    unit: str
    person: str


def may_plan(staff: Staff) -> bool:
    """Who registers, heads a unit, or leads."""
    return any(staff.has(right) for right in (Right.REGISTER, Right.APPROVE, Right.SUPERVISE))


def may_keep(staff: Staff, reception: Reception) -> bool:
    """Whether it is the person's own unit's."""
    return may_plan(staff) and reception.unit == staff.unit


def within(staff: Staff) -> ColumnElement[bool]:
    """Receptions of the subtree; PostgreSQL says the same a second time."""
    return Reception.unit.in_(staff.subtree) if staff.has(Right.READ) else false()


async def find_reception(uow: UnitOfWork, staff: Staff, ref: str) -> Reception:
    """Raises NoSuchReception."""
    found = await uow.session.scalar(select(Reception).where(Reception.ref == ref.replace("\0", ""), within(staff)))
    if found is None:
        raise NoSuchReception("ref")
    return found


async def own_reception(uow: UnitOfWork, staff: Staff, ref: str) -> Reception:
    """Locked, for whoever manages it. Raises NoSuchReception, NotYourReception."""
    found = await find_reception(uow, staff, ref)
    if not may_keep(staff, found):
        raise NotYourReception("ref")
    await uow.session.refresh(found, with_for_update=True)
    return found


async def find_booking(uow: UnitOfWork, reception: Reception, number: str) -> Booking:
    """Raises NoSuchBooking."""
    known = number.replace("\0", "").strip().upper()[:12]
    query = select(Booking).where(Booking.reception_id == reception.id, Booking.number == known)
    found = await uow.session.scalar(query.with_for_update())
    if found is None:
        raise NoSuchBooking("number")
    return found


async def step(uow: UnitOfWork, staff: Staff, reception: Reception, what: str) -> None:
    """On record in the security trail, by the reception's reference."""
    await uow.record(ReceptionStep(account=staff.username, what=what, unit=reception.unit, person=reception.ref))
