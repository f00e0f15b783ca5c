"""The petitioner's other tickets, for whoever may know who the petitioner is: what they may see of them, and no more."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased, defer

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import Named, category_named
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.paging import decode_cursor, encode_cursor
from jiesu.petitioners.models import Petitioner
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import known_to, visible_to
from jiesu.tickets.words import Status, say_status

__all__ = ["EarlierPage", "EarlierRow", "earlier_row", "earlier_tickets", "known_tickets", "rows_of_person"]

PAGE = 5
MOST = 100
Key = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class EarlierRow(msgspec.Struct, frozen=True):
    """Another ticket of the same person, with how it ended."""

    number: str
    title: str
    status: str
    status_text: str
    category: Named | None
    registered_at: datetime
    result: str | None
    #: Whether the ticket looked at is the same kind of matter brought again after this one had ended.
    again: bool = False


class EarlierPage(msgspec.Struct, frozen=True):
    """One stretch, the newest first; `count` of them all, and `repeats` of the same kind (重复诉求), is 100 where there are 100 or more."""

    count: int
    repeats: int
    tickets: list[EarlierRow]
    next_cursor: str | None


async def earlier_tickets(
    uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, locale: Locale = "zh", *, cursor: str = ""
) -> EarlierPage:
    """The caller has checked that the person may see the ticket. Raises BadCursor.

    The same person is the same row of petitioners, or the same ID number: a telephone is shared in a family.
    """
    if ticket.petitioner_id is None or not staff.may_know_who(ticket):
        return EarlierPage(0, 0, [], None)
    people = await rows_of_person(uow, ticket.petitioner_id)
    theirs = known_tickets(staff, and_(Ticket.petitioner_id.in_(people), Ticket.id != ticket.id))
    count = select(func.count()).select_from(theirs.with_only_columns(Ticket.id).limit(MOST).subquery())
    again = select(func.count()).select_from(
        theirs.where(*_ended_before(ticket)).with_only_columns(Ticket.id).limit(MOST).subquery()
    )
    if cursor:
        theirs = theirs.where(Ticket.id < decode_cursor(cursor, tuple[Key])[0])
    rows = (await uow.session.scalars(theirs.order_by(Ticket.id.desc()).limit(PAGE + 1))).all()
    return EarlierPage(
        count=await uow.session.scalar(count) or 0,
        repeats=await uow.session.scalar(again) or 0,
        tickets=[earlier_row(rules, row, locale, again=_again(ticket, row)) for row in rows[:PAGE]],
        next_cursor=encode_cursor(rows[PAGE - 1].id) if len(rows) > PAGE else None,
    )


def _ended_before(ticket: Ticket) -> list[ColumnElement[bool]]:
    """The same known kind of matter, over before this one was registered; what was taken back was never answered."""
    return [
        Ticket.category.is_not(None),
        Ticket.category == ticket.category,
        Ticket.ended_at <= ticket.registered_at,
        Ticket.status != Status.WITHDRAWN,
        Ticket.parts == 0,
    ]


def _again(ticket: Ticket, row: Ticket) -> bool:
    """The same of one row."""
    over = row.ended_at is not None and row.ended_at <= ticket.registered_at and row.status is not Status.WITHDRAWN
    return over and row.parts == 0 and row.category is not None and row.category == ticket.category


def known_tickets(staff: Staff, which: ColumnElement[bool]) -> Select[Ticket]:
    """Tickets that the person may see and whose petitioner they may know; texts are left where they are."""
    query = select(Ticket).where(which, visible_to(staff), known_to(staff))
    return query.options(defer(Ticket.text), defer(Ticket.reply))


def earlier_row(rules: Rules, ticket: Ticket, locale: Locale, *, again: bool = False) -> EarlierRow:
    """One line of the list."""
    return EarlierRow(
        number=ticket.number,
        title=ticket.title,
        status=ticket.status,
        status_text=say_status(ticket.status, locale),
        category=category_named(rules, ticket.category, locale),
        registered_at=ticket.registered_at.astimezone(SHANGHAI),
        result=ticket.result,
        again=again,
    )


async def rows_of_person(uow: UnitOfWork, petitioner: int) -> set[int]:
    """Keys of every row of that person. Two short queries by index, where one would read all tickets."""
    me, other = aliased(Petitioner), aliased(Petitioner)
    same_number = select(other.id).join(me, me.id_hash == other.id_hash).where(me.id == petitioner)
    return {petitioner, *await uow.session.scalars(same_number)}
