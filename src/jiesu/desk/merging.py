"""Merged tickets (并案) as they are shown: the main one and its followers, as far as the reader may see each of them."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import local
from jiesu.desk.names import Named, unit_named
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_name, mask_phone
from jiesu.petitioners.models import Petitioner
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import visible_to
from jiesu.tickets.words import Status, say_status

__all__ = ["FollowerView", "MainView", "TogetherView", "follower_views", "main_view", "together_view"]


class FollowerView(msgspec.Struct, frozen=True):
    """A ticket merged into this one; who filed it is masked, and empty for whoever may not know."""

    number: str
    title: str
    status: str
    status_text: str
    name: str | None
    phone: str | None
    registered_at: datetime
    waiting: bool


class MainView(msgspec.Struct, frozen=True):
    """The ticket that this one is merged into."""

    number: str
    title: str
    status: str
    status_text: str
    unit: Named | None


class TogetherView(msgspec.Struct, frozen=True):
    """What the petitioner of a merged ticket reads: how the matter stands and by when there is an answer; of nobody else a word."""

    status: str
    status_text: str
    unit: Named | None
    due_at: datetime | None


async def follower_views(uow: UnitOfWork, staff: Staff, ticket: Ticket, locale: Locale = "zh") -> list[FollowerView]:
    """Those that the person may see, the oldest first; also those answered by now."""
    query = select(Ticket).where(Ticket.merged_into == ticket.id, visible_to(staff)).order_by(Ticket.id)
    return [await _follower(uow, staff, row, locale) for row in await uow.session.scalars(query)]


async def _follower(uow: UnitOfWork, staff: Staff, ticket: Ticket, locale: Locale) -> FollowerView:
    known = ticket.petitioner_id is not None and staff.may_know_who(ticket)
    person = await uow.session.get(Petitioner, ticket.petitioner_id) if known else None
    return FollowerView(
        number=ticket.number,
        title=ticket.title,
        status=ticket.status,
        status_text=say_status(ticket.status, locale),
        name=mask_name(person.name) if person else None,
        phone=mask_phone(person.phone) if person else None,
        registered_at=ticket.registered_at.astimezone(SHANGHAI),
        waiting=ticket.status is Status.MERGED,
    )


async def main_view(
    uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, locale: Locale = "zh"
) -> MainView | None:
    """None when there is none, or none that the person may see."""
    if ticket.merged_into is None:
        return None
    main = await uow.session.scalar(select(Ticket).where(Ticket.id == ticket.merged_into, visible_to(staff)))
    if main is None:
        return None
    unit = unit_named(rules, main.lead_unit, locale)
    return MainView(main.number, main.title, main.status, say_status(main.status, locale), unit)


async def together_view(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> TogetherView | None:
    """None unless it waits for another one's answer."""
    if ticket.status is not Status.MERGED or ticket.merged_into is None:
        return None
    main = await uow.session.get_one(Ticket, ticket.merged_into)
    held = (await TicketClocks.of(uow, ticket)).held(ticket.merged_at)
    unit = unit_named(rules, main.lead_unit, locale)
    return TogetherView(main.status, say_status(main.status, locale), unit, local(held.due_at) if held else None)
