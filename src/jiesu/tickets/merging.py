"""What a merge is (并案): one matter that several people brought, answered once; each keeps a receipt, notices and a survey."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.kit.private import Private
from jiesu.tickets.events import By, TicketEvent
from jiesu.tickets.guard import optional
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status, Step

__all__ = [
    "FollowerJoined", "FollowerLeft", "MainDispatched", "TicketMerged", "TicketUnmerged", "followers_of", "said_to_others", "unmerge_locked",
]  # fmt: skip


class OthersUntold(Invalid):
    zh = "这张工单并入了 {count} 件别人的诉求。请另写一段告诉他们，不要写本件诉求人的姓名和家事。"
    en = "{count} other appeal(s) are merged into this ticket. Write what they are told, without a word about this petitioner."


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
    """`cause` as of `TicketUnmerged`."""

    number: str
    cause: str | None = None


class MainDispatched(TicketEvent, frozen=True, kw_only=True):
    """On a merged ticket: the unit that has the main one now, and so answers both."""

    unit: str


async def followers_of(uow: UnitOfWork, main: Ticket, *, lock: bool = False) -> Sequence[Ticket]:
    """Tickets that wait for the main one's answer, the oldest first. Locks them after the main one, in the order of keys."""
    query = select(Ticket).where(Ticket.merged_into == main.id, Ticket.status == Status.MERGED).order_by(Ticket.id)
    if lock:
        await uow.session.flush()  # they are read anew: what was changed and is not yet written would be lost
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await uow.session.scalars(query)).all()


async def said_to_others(
    uow: UnitOfWork, main: Ticket, others: str | None, what: str, longest: int = 5000
) -> tuple[str | None, Sequence[Ticket]]:
    """What the petitioners of merged tickets are told, and these tickets, locked: one text for all, as none may learn of another.

    `what` names the text. Raises OthersUntold where there are any and nothing is said to them.
    """
    words, followers = optional(others, "others", what, longest), await followers_of(uow, main, lock=True)
    if followers and words is None:
        raise OthersUntold("others", count=len(followers))
    return (words if followers else None), followers


async def unmerge_locked(uow: UnitOfWork, ticket: Ticket, cause: str, by: By, reason: str | None = None) -> None:
    """Give a locked, merged ticket back to its desk, with the dates it had."""
    main = ticket.merged_into
    ticket.move(Step.UNMERGE)
    ticket.merged_into = ticket.lead_unit = ticket.result = None
    await uow.record(TicketUnmerged(ticket_id=ticket.id, by=by, cause=cause, reason=reason))
    if main is not None:
        await uow.record(FollowerLeft(ticket_id=main, by=by, number=ticket.number, cause=cause))
