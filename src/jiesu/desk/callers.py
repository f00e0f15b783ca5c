"""Who calls: people known by the telephone they call from, as far as the clerk may know of them, and what they came with before."""

from __future__ import annotations

from itertools import groupby

import msgspec
from sqlalchemy import select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.earlier import EarlierRow, earlier_row, known_tickets
from jiesu.errors import Invalid
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_id_number, mask_name, mask_phone
from jiesu.petitioners.identity import checked_phone
from jiesu.petitioners.models import Petitioner
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketNotFound, TicketRepository

__all__ = ["Caller", "NotTheSamePerson", "known_callers", "same_person"]

#: A telephone with more is a station's; the newest are shown.
MOST = 20


class NotTheSamePerson(Invalid):
    zh = "选的那个人和现在填的电话对不上。请重新选一次，或者选“不是，是新的人”。"
    en = "The person chosen is not known by this telephone. Choose again, or take “No, somebody new”."


class Caller(msgspec.Struct, frozen=True):
    """One person behind a telephone, masked. `ticket` is the newest of theirs: by it the person is chosen, by no key of ours."""

    ticket: str
    name: str | None
    phone: str | None
    id_number: str | None
    kind: str | None
    tickets: list[EarlierRow]


async def known_callers(uow: UnitOfWork, rules: Rules, staff: Staff, phone: str, locale: Locale = "zh") -> list[Caller]:
    """Everybody who filed with that telephone a ticket that the clerk may see and whose petitioner they may know.

    A family shares a telephone, so there may be several. Raises BadPhone.
    """
    hashes = rules.keys.search_hashes(checked_phone(phone))
    theirs = Ticket.petitioner_id.in_(select(Petitioner.id).where(Petitioner.phone_hash.in_(hashes)))
    rows = (await uow.session.scalars(known_tickets(staff, theirs).order_by(Ticket.id.desc()).limit(MOST))).all()
    ordered = sorted(rows, key=lambda row: -(row.petitioner_id or 0))
    return [
        await _caller(uow, rules, person, list(tickets), locale)
        for person, tickets in groupby(ordered, key=lambda row: row.petitioner_id)
        if person is not None
    ]


async def _caller(uow: UnitOfWork, rules: Rules, key: int, tickets: list[Ticket], locale: Locale) -> Caller:
    person = await uow.session.get_one(Petitioner, key)
    return Caller(
        ticket=tickets[0].number,
        name=mask_name(person.name),
        phone=mask_phone(person.phone),
        id_number=mask_id_number(person.id_number, inside=True),
        kind=person.kind,
        tickets=[earlier_row(rules, ticket, locale) for ticket in tickets],
    )


async def same_person(uow: UnitOfWork, rules: Rules, staff: Staff, number: str, phone: str) -> int:
    """Key of the petitioner of that ticket, so that a new one is theirs too without their data being shown or typed again.

    Raises NotTheSamePerson, whether the clerk may not know who it is or the telephone is another; BadPhone.
    """
    hashes = rules.keys.search_hashes(checked_phone(phone))
    try:
        ticket = await TicketRepository(uow).find(number)
    except TicketNotFound as error:
        raise NotTheSamePerson("same_as") from error
    known = select(Petitioner.id).where(Petitioner.id == ticket.petitioner_id, Petitioner.phone_hash.in_(hashes))
    person = await uow.session.scalar(known) if staff.may_see(ticket) and staff.may_know_who(ticket) else None
    if person is None:
        raise NotTheSamePerson("same_as")
    return person
