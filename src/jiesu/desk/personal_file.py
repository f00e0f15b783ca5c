"""一人一档: all that one person came with, as far as the reader may see it, masked; opening it leaves a trace."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.earlier import known_tickets, rows_of_person
from jiesu.desk.names import Named, category_named, unit_named, unit_or_code
from jiesu.errors import Missing
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_id_number, mask_name, mask_phone
from jiesu.outreach.keeping import on_lists_of
from jiesu.outreach.models import OutreachContact, OutreachPerson
from jiesu.outreach.words import Way
from jiesu.petitioners.models import Petitioner
from jiesu.rules import Rules
from jiesu.surveys.models import Survey
from jiesu.surveys.words import SurveyState
from jiesu.tickets.events import TicketEvent, by_staff
from jiesu.tickets.models import Contact, Ticket
from jiesu.tickets.repository import TicketRepository
from jiesu.tickets.words import Channel, say_status

__all__ = ["NobodyKnown", "PersonalFile", "PersonalFileOpened", "file_of_person", "open_personal_file"]

#: The newest are shown; `count` says how many there are.
MOST = 100
#: Channels by which somebody came in person.
IN_PERSON = frozenset({Channel.VISIT, Channel.LEADER_RECEPTION})


class NobodyKnown(Missing):
    zh = "这张工单没有可以打开的个人档案：匿名、保密、密件，或者资料已到期删除。"
    en = "There is no personal file behind this ticket: anonymous, confidential, sealed, or erased when its time was over."


class PersonalFileOpened(TicketEvent, frozen=True, kw_only=True):
    """`count` tickets were shown of the person, whose ticket this is."""

    count: int


class FiledTicket(msgspec.Struct, frozen=True):
    """One ticket of the person, how it came and how it ended; `solved` and `satisfied` are the last survey's."""

    number: str
    title: str
    status: str
    status_text: str
    category: Named | None
    lead_unit: Named | None
    channel: str
    in_person: bool
    registered_at: datetime
    ended_at: datetime | None
    result: str | None
    solved: str | None
    satisfied: str | None


class FiledContact(msgspec.Struct, frozen=True):
    """An attempt to reach the person about a ticket."""

    number: str
    at: datetime
    outcome: str
    note: str


class FiledCall(msgspec.Struct, frozen=True):
    """A call or visit of the universal contact, by a unit whose list the reader may see."""

    unit: Named
    at: datetime
    way: str
    outcome: str
    note: str


class PersonalFile(msgspec.Struct, frozen=True):
    """The person, masked, with the newest tickets and contacts first; the counts are of all that the reader may see."""

    name: str | None
    phone: str | None
    id_number: str | None
    kind: str | None
    count: int
    open: int
    visits: int
    unsolved: int
    tickets: list[FiledTicket]
    contacts: list[FiledContact]
    calls: list[FiledCall]


async def open_personal_file(
    uow: UnitOfWork, rules: Rules, staff: Staff, number: str, locale: Locale = "zh"
) -> PersonalFile:
    """By the number of any ticket of theirs: no key of ours leaves the house. The look is in that ticket's trail.

    Raises TicketNotFound; NobodyKnown also for who may not know whose it is, and behind a sealed report always.
    """
    ticket = await TicketRepository(uow).find(number)
    staff.see(ticket)
    if ticket.petitioner_id is None or ticket.sealed_to is not None or not staff.may_know_who(ticket):
        raise NobodyKnown("number")
    found = await file_of_person(uow, rules, staff, ticket.petitioner_id, locale)
    await uow.record(PersonalFileOpened(ticket_id=ticket.id, by=by_staff(staff), count=found.count))
    return found


async def file_of_person(
    uow: UnitOfWork, rules: Rules, staff: Staff, petitioner: int, locale: Locale = "zh"
) -> PersonalFile:
    """The caller has checked that the reader may know the person, and leaves the trace. Sealed reports are in no file."""
    person = await uow.session.get_one(Petitioner, petitioner)
    people = await rows_of_person(uow, petitioner)
    theirs = known_tickets(staff, Ticket.petitioner_id.in_(people)).where(Ticket.sealed_to.is_(None))
    rows = (await uow.session.scalars(theirs.order_by(Ticket.id.desc()).limit(MOST))).all()
    answers = await _answers(uow, [row.id for row in rows])
    tickets = [_filed(rules, row, answers.get(row.id), locale) for row in rows]
    calls = await _calls(uow, rules, staff, people, locale)
    return PersonalFile(
        name=mask_name(person.name),
        phone=mask_phone(person.phone),
        id_number=mask_id_number(person.id_number, inside=True),
        kind=person.kind,
        count=await uow.session.scalar(select(func.count()).select_from(theirs.with_only_columns(Ticket.id).subquery()))
        or 0,
        open=sum(row.is_open for row in rows),
        visits=sum(one.in_person for one in tickets) + sum(one.way == Way.VISIT for one in calls),
        unsolved=sum(one.solved in ("no", "partly") for one in tickets),
        tickets=tickets,
        contacts=await _contacts(uow, rows),
        calls=calls,
    )


async def _answers(uow: UnitOfWork, tickets: Collection[int]) -> dict[int, Survey]:
    query = select(Survey).where(Survey.ticket_id.in_(tickets), Survey.state == SurveyState.ANSWERED)
    return {row.ticket_id: row for row in await uow.session.scalars(query.order_by(Survey.id))}


def _filed(rules: Rules, ticket: Ticket, answer: Survey | None, locale: Locale) -> FiledTicket:
    return FiledTicket(
        number=ticket.number,
        title=ticket.title,
        status=ticket.status,
        status_text=say_status(ticket.status, locale),
        category=category_named(rules, ticket.category, locale),
        lead_unit=unit_named(rules, ticket.lead_unit, locale),
        channel=ticket.channel,
        in_person=ticket.channel in IN_PERSON,
        registered_at=ticket.registered_at.astimezone(SHANGHAI),
        ended_at=ticket.ended_at.astimezone(SHANGHAI) if ticket.ended_at else None,
        result=ticket.result,
        solved=answer.solved if answer else None,
        satisfied=answer.satisfied if answer else None,
    )


async def _contacts(uow: UnitOfWork, tickets: Sequence[Ticket]) -> list[FiledContact]:
    numbers = {ticket.id: ticket.number for ticket in tickets}
    query = select(Contact).where(Contact.ticket_id.in_(numbers)).order_by(Contact.id.desc()).limit(MOST)
    return [
        FiledContact(numbers[row.ticket_id], row.at.astimezone(SHANGHAI), row.outcome, row.note)
        for row in await uow.session.scalars(query)
    ]


async def _calls(
    uow: UnitOfWork, rules: Rules, staff: Staff, people: Collection[int], locale: Locale
) -> list[FiledCall]:
    query = (
        select(OutreachContact, OutreachPerson.unit)
        .join(OutreachPerson, OutreachPerson.id == OutreachContact.person_id)
        .where(OutreachPerson.petitioner_id.in_(people), on_lists_of(staff))
        .order_by(OutreachContact.id.desc())
        .limit(MOST)
    )
    return [
        FiledCall(unit_or_code(rules, unit, locale), row.at.astimezone(SHANGHAI), row.way, row.outcome, row.note)
        for row, unit in await uow.session.execute(query)
    ]
