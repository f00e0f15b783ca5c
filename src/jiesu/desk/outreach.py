"""普遍联系 as the desk shows it: the lists of the subtree, who is due, and one person with all contacts and tickets."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import ColumnElement, Select, and_, func, select, true, tuple_

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import Named, unit_or_code
from jiesu.desk.personal_file import PersonalFile, file_of_person
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_name, mask_phone
from jiesu.kit.paging import decode_cursor, encode_cursor
from jiesu.outreach.keeping import find_person, may_keep, on_lists_of, step, today
from jiesu.outreach.models import SOONEST, OutreachContact, OutreachPerson
from jiesu.petitioners.models import Petitioner
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import visible_to

__all__ = ["OutreachPage", "OutreachRow", "OutreachView", "Which", "open_person", "outreach_page", "row_of"]

PAGE = 50
Key = Annotated[int, Meta(ge=0, le=2**63 - 1)]
MOST = 100
#: Counted up to here.
COUNTED = 100


class Which(StrEnum):
    """Everybody, those who are due by today, or those one is responsible for."""

    DUE = "due"
    MINE = "mine"
    ALL = "all"


class OutreachRow(msgspec.Struct, frozen=True):
    """One person on a list, masked; `ref` is what addresses name them by."""

    ref: str
    name: str | None
    phone: str | None
    kind: str | None
    reason: Named
    unit: Named
    officer: str | None
    call_due_on: date
    visit_due_on: date
    call_due: bool
    visit_due: bool


class OutreachPage(msgspec.Struct, frozen=True):
    """One stretch, whoever is due first; `due` and `all` count up to 100."""

    due: int
    mine: int
    all: int
    people: list[OutreachRow]
    next_cursor: str | None


class ContactMadeView(msgspec.Struct, frozen=True):
    """One call or visit; `position` counts the person's contacts from 1. `ticket` where one was made that the reader may see."""

    position: int
    at: datetime
    way: str
    outcome: str
    note: str
    needs: bool
    by: str
    ticket: str | None
    ticketed: bool


class OutreachView(msgspec.Struct, frozen=True):
    """One person with all contacts, the newest first, and the personal file; `keeps` where the reader may record."""

    person: OutreachRow
    officer: str | None
    keeps: bool
    contacts: list[ContactMadeView]
    file: PersonalFile


def _which(staff: Staff, which: Which, day: date) -> ColumnElement[bool]:
    mine = OutreachPerson.officer_id.in_([staff.id, *staff.other_posts])
    return {Which.DUE: day >= SOONEST, Which.MINE: mine, Which.ALL: true()}[which]


def _people(staff: Staff) -> Select[OutreachPerson, Petitioner, str]:
    return (
        select(OutreachPerson, Petitioner, Account.name)
        .join(Petitioner, Petitioner.id == OutreachPerson.petitioner_id)
        .outerjoin(StaffRow, StaffRow.id == OutreachPerson.officer_id)
        .outerjoin(Account, Account.id == StaffRow.account_id)
        .where(on_lists_of(staff))
    )


async def outreach_page(
    uow: UnitOfWork,
    rules: Rules,
    staff: Staff,
    which: Which = Which.DUE,
    unit: str | None = None,
    cursor: str = "",
    locale: Locale = "zh",
    limit: int = PAGE,
) -> OutreachPage:
    """The lists of the subtree, or of `unit` and below. Raises BadCursor."""
    day = today(uow)
    known = rules.organisation.find_unit(unit) if unit else None
    below = OutreachPerson.unit.in_(rules.organisation.subtree(known.code)) if known else true()
    query = _people(staff).where(_which(staff, which, day), below).order_by(SOONEST, OutreachPerson.id)
    if cursor:
        query = query.where(tuple_(SOONEST, OutreachPerson.id) > tuple_(*decode_cursor(cursor, tuple[date, Key])))
    found = (await uow.session.execute(query.limit(limit + 1))).all()
    people = [_row(rules, row[0], row[1], row[2], day, locale) for row in found[:limit]]
    last = found[limit - 1][0] if len(found) > limit else None
    return OutreachPage(
        due=await _count(uow, staff, and_(_which(staff, Which.DUE, day), below)),
        mine=await _count(uow, staff, and_(_which(staff, Which.MINE, day), below)),
        all=await _count(uow, staff, below),
        people=people,
        next_cursor=encode_cursor(min(last.call_due_on, last.visit_due_on), last.id) if last else None,
    )


async def _count(uow: UnitOfWork, staff: Staff, which: ColumnElement[bool]) -> int:
    some = select(OutreachPerson.id).where(on_lists_of(staff), which).limit(COUNTED)
    return await uow.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _row(
    rules: Rules, person: OutreachPerson, who: Petitioner, officer: str | None, day: date, locale: Locale
) -> OutreachRow:
    known = rules.contact.reasons.get(person.reason)
    return OutreachRow(
        ref=person.ref,
        name=mask_name(who.name),
        phone=mask_phone(who.phone),
        kind=who.kind,
        reason=Named(person.reason, known.name(locale) if known else person.reason),
        unit=unit_or_code(rules, person.unit, locale),
        officer=officer,
        call_due_on=person.call_due_on,
        visit_due_on=person.visit_due_on,
        call_due=person.call_due_on <= day,
        visit_due=person.visit_due_on <= day,
    )


async def row_of(uow: UnitOfWork, rules: Rules, staff: Staff, ref: str, locale: Locale = "zh") -> OutreachRow:
    """One row of the list. Raises NotOnList."""
    person = await find_person(uow, staff, ref)
    row = (await uow.session.execute(_people(staff).where(OutreachPerson.id == person.id))).one()
    return _row(rules, row[0], row[1], row[2], today(uow), locale)


async def open_person(uow: UnitOfWork, rules: Rules, staff: Staff, ref: str, locale: Locale = "zh") -> OutreachView:
    """Everything of one person that the reader may see, masked; the look is in the security trail. Raises NotOnList."""
    person = await find_person(uow, staff, ref)
    await step(uow, staff, person, "opened")
    keeper = (
        select(Account.username)
        .join(StaffRow, StaffRow.account_id == Account.id)
        .where(StaffRow.id == person.officer_id)
    )
    return OutreachView(
        person=await row_of(uow, rules, staff, ref, locale),
        officer=await uow.session.scalar(keeper),
        keeps=may_keep(staff, person),
        contacts=await _contacts(uow, staff, person),
        file=await file_of_person(uow, rules, staff, person.petitioner_id, locale),
    )


async def _contacts(uow: UnitOfWork, staff: Staff, person: OutreachPerson) -> list[ContactMadeView]:
    place = func.row_number().over(order_by=OutreachContact.id)
    query = (
        select(OutreachContact, place, Account.name, Ticket.number)
        .join(StaffRow, StaffRow.id == OutreachContact.staff_id)
        .join(Account, Account.id == StaffRow.account_id)
        .outerjoin(Ticket, and_(Ticket.id == OutreachContact.made_ticket_id, visible_to(staff)))
        .where(OutreachContact.person_id == person.id)
        .order_by(OutreachContact.id.desc())
        .limit(MOST)
    )
    return [
        ContactMadeView(
            position=position,
            at=row.at.astimezone(SHANGHAI),
            way=row.way,
            outcome=row.outcome,
            note=row.note,
            needs=row.needs,
            by=by,
            ticket=number,
            ticketed=row.made_ticket_id is not None,
        )
        for row, position, by, number in await uow.session.execute(query)
    ]
