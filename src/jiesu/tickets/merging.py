"""What a merge is (并案): one matter that several people brought, answered once; each keeps a receipt, notices and a survey."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from jiesu.db.uow import UnitOfWork
from jiesu.kit.private import Private
from jiesu.tickets.events import By, TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status, Step

__all__ = ["FollowerJoined", "FollowerLeft", "TicketMerged", "TicketUnmerged", "followers_of", "unmerge_locked"]


class TicketMerged(TicketEvent, frozen=True, kw_only=True):
    """`into` is the main ticket's number: for auditors, as a colleague may see this one and not that. `unit` answers both."""

    into: str
    unit: str | None = None


class TicketUnmerged(TicketEvent, frozen=True, kw_only=True):
    """It is a matter of its own again.

    `cause` is `by_hand`, or what became of the main one: `withdrawn`, `diverted`, `answered`, `need_info`, or `later` (its
    date is now later than the one promised here).
    """

    cause: str
    reason: Private | None = None


class FollowerJoined(TicketEvent, frozen=True, kw_only=True):
    """On the main ticket: the number of the one merged into it."""

    number: str


class FollowerLeft(TicketEvent, frozen=True, kw_only=True):
    number: str


async def followers_of(uow: UnitOfWork, main: Ticket, *, lock: bool = False) -> Sequence[Ticket]:
    """Tickets that wait for the main one's answer, the oldest first. Locks them after the main one, in the order of keys."""
    query = select(Ticket).where(Ticket.merged_into == main.id, Ticket.status == Status.MERGED).order_by(Ticket.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await uow.session.scalars(query)).all()


async def unmerge_locked(uow: UnitOfWork, ticket: Ticket, cause: str, by: By, reason: str | None = None) -> None:
    """Give a locked, merged ticket back to its desk, with the dates it had."""
    main = ticket.merged_into
    ticket.move(Step.UNMERGE)
    ticket.merged_into = ticket.lead_unit = ticket.result = None
    await uow.record(TicketUnmerged(ticket_id=ticket.id, by=by, cause=cause, reason=reason))
    if main is not None:
        await uow.record(FollowerLeft(ticket_id=main, by=by, number=ticket.number))
