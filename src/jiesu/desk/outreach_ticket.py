"""走访转工单: what a call or visit found becomes a ticket of the same person, linked to the contact."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import func, select

from jiesu.accounts.staff import Staff
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Missing
from jiesu.intake.file import Filed
from jiesu.intake.form import AppealForm
from jiesu.intake.once import file_once
from jiesu.outreach.keeping import own_list, step
from jiesu.outreach.models import OutreachContact, OutreachPerson
from jiesu.outreach.words import Way
from jiesu.rules import Rules
from jiesu.tickets.events import by_staff
from jiesu.tickets.words import Channel, Nature

__all__ = ["FoundNeed", "ticket_from_contact"]

CHANNEL = {Way.CALL: Channel.PHONE, Way.VISIT: Channel.VISIT}


class NoSuchContact(Missing):
    zh = "没有这一次联系的记录。请先记录联系，再登记诉求。"
    en = "There is no such contact. Record it first, then register what was found."


class TicketMadeAlready(Conflict):
    zh = "这一次联系已经登记成诉求了。"
    en = "A ticket was made of this contact already."


class FoundNeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found, in words; `contact` is the contact's position, left out the newest; `place` the unit's own."""

    text: str
    contact: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    title: str | None = None
    category: str | None = None
    nature: Nature | None = None
    place: str | None = None


async def ticket_from_contact(
    uow: UnitOfWork, rules: Rules, staff: Staff, ref: str, need: FoundNeed, number: str, key: str | None
) -> Filed:
    """File it as the person on the list, who gets the receipt as anybody does. Locks the person's row; the same key repeats.

    Raises NotOnList, NotYourList, NoSuchContact, TicketMadeAlready, and what filing raises.
    """
    person = await own_list(uow, staff, ref)
    contact = await _contact(uow, person, need.contact)
    if contact.made_ticket_id is not None and key is None:
        raise TicketMadeAlready("contact")
    form = AppealForm(
        text=need.text,
        title=need.title,
        category=need.category,
        nature=need.nature,
        place=need.place or rules.organisation.unit(person.unit).place,
        channel=CHANNEL[contact.way],
    )
    async with uow.scoped(Scope.SYSTEM):
        filed = await file_once(uow, rules, number, form, key, by_staff(staff), known=person.petitioner_id)
        if contact.made_ticket_id not in (None, filed.ticket.id):
            raise TicketMadeAlready("contact")
        contact.made_ticket_id = filed.ticket.id
    await step(uow, staff, person, "ticketed")
    return filed


async def _contact(uow: UnitOfWork, person: OutreachPerson, position: int | None) -> OutreachContact:
    place = func.row_number().over(order_by=OutreachContact.id).label("place")
    numbered = select(OutreachContact.id, place).where(OutreachContact.person_id == person.id).subquery()
    query = select(OutreachContact).join(numbered, numbered.c.id == OutreachContact.id)
    if position is not None:
        query = query.where(numbered.c.place == position)
    contact = await uow.session.scalar(query.order_by(OutreachContact.id.desc()).limit(1))
    if contact is None:
        raise NoSuchContact("contact")
    return contact
