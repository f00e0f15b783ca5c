"""列入名单: somebody is put on the unit's list, out of a ticket or by name and telephone; and taken off it."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.jobs import cancel
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Forbidden, Invalid
from jiesu.kit.crypto import token
from jiesu.outreach.keeping import checked_reason, keep_dates, officer_key, own_list, step
from jiesu.outreach.models import OutreachPerson
from jiesu.outreach.words import Way
from jiesu.petitioners.identity import checked_phone, find_or_add
from jiesu.petitioners.models import PetitionerKind
from jiesu.rules import Rules
from jiesu.tickets.guard import required
from jiesu.tickets.repository import TicketRepository

__all__ = ["NewPerson", "change_person", "list_person", "unlist_person"]


class OnListAlready(Conflict):
    zh = "这个人已经在本单位的联系名单上。"
    en = "This person is on the unit's list already."


class NobodyThere(Invalid):
    zh = "这张工单后面没有可以列入名单的人：匿名、保密或者没有留联系方式。请填姓名和电话。"
    en = "Nobody can be taken from this ticket: anonymous, confidential, or without telephone. Give name and telephone."


class NotKeeping(Forbidden):
    zh = "联系名单由单位的承办人和负责人登记。"
    en = "Officers and heads of units keep lists."


class NewPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to keep in touch with: the petitioner of `ticket`, or `name` and `phone`; `officer` is a user name of the unit."""

    reason: str
    ticket: str | None = None
    name: str | None = None
    phone: str | None = None
    kind: PetitionerKind | None = None
    officer: str | None = None


async def list_person(uow: UnitOfWork, rules: Rules, staff: Staff, new: NewPerson) -> OutreachPerson:
    """Onto the list of the staff member's unit; call and visit are due after their first interval.

    Raises NotKeeping, UnknownReason, UnknownOfficer, TicketNotFound, NobodyThere, BadPhone, OnListAlready.
    """
    if not staff.has(Right.HANDLE):
        raise NotKeeping
    reason = checked_reason(rules.contact, new.reason)
    officer = await officer_key(uow, staff.unit, new.officer)
    petitioner = await _of_ticket(uow, staff, new.ticket) if new.ticket else await _named(uow, rules, new)
    async with uow.scoped(Scope.SYSTEM):
        on_list = select(OutreachPerson.id).where(
            OutreachPerson.unit == staff.unit,
            OutreachPerson.petitioner_id == petitioner,
            OutreachPerson.ended_at.is_(None),
        )
        if await uow.session.scalar(on_list) is not None:
            raise OnListAlready("phone")
        day = uow.now.date()
        person = OutreachPerson(
            ref=token(16), petitioner_id=petitioner, unit=staff.unit, officer_id=officer, reason=reason,
            call_due_on=day, visit_due_on=day, added_at=uow.now, call_told=False, visit_told=False,
        )  # fmt: skip
        uow.add(person)
        await uow.settle(person)
        await keep_dates(uow, rules.contact, person, Way.CALL, Way.VISIT)
    await step(uow, staff, person, "listed")
    return person


async def _of_ticket(uow: UnitOfWork, staff: Staff, number: str) -> int:
    ticket = await TicketRepository(uow).find(number)
    staff.see(ticket)
    if ticket.petitioner_id is None or ticket.sealed_to is not None or not staff.may_know_who(ticket):
        raise NobodyThere("ticket")
    return ticket.petitioner_id


async def _named(uow: UnitOfWork, rules: Rules, new: NewPerson) -> int:
    """The same person as on record where all particulars are the same, else a new row."""
    name, phone = required(new.name, "name", "姓名", 50), checked_phone(new.phone or "", "phone")
    async with uow.scoped(Scope.SYSTEM):
        person = await find_or_add(uow, rules.keys, name=name, phone=phone, id_number=None, kind=new.kind)
    return person.id


async def change_person(
    uow: UnitOfWork, rules: Rules, staff: Staff, ref: str, reason: str, officer: str | None
) -> OutreachPerson:
    """Another reason or another officer; dates stay until the next contact. Locks the row."""
    person = await own_list(uow, staff, ref)
    person.reason = checked_reason(rules.contact, reason)
    person.officer_id = await officer_key(uow, person.unit, officer)
    await step(uow, staff, person, "changed", person.reason)
    return person


async def unlist_person(uow: UnitOfWork, staff: Staff, ref: str) -> None:
    """Off the list: nothing is due any more. Contacts are kept as long as tickets are. Locks the row."""
    person = await own_list(uow, staff, ref)
    await step(uow, staff, person, "unlisted")
    await cancel(uow, *(f"outreach:{person.id}:{way}" for way in Way))
    async with uow.scoped(Scope.SYSTEM):  # whoever is off the list is out of the unit's sight
        person.ended_at = uow.now
        await uow.session.flush()
