"""What parts are (拆分): one appeal about several matters, each a ticket of its own under the petitioner's one receipt."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.kit.private import Private
from jiesu.tickets.events import TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import OPEN
from jiesu.tickets.words import Status

__all__ = ["ChoosePart", "PartRejoined", "PartReopened", "TicketSplit", "TicketUnsplit", "parts_of", "whole_of"]


class TicketSplit(TicketEvent, frozen=True, kw_only=True):
    count: int


class PartReopened(TicketEvent, frozen=True, kw_only=True):
    """On the whole: a part of it was taken up again, so it is not over either."""

    part: int


class TicketUnsplit(TicketEvent, frozen=True, kw_only=True):
    """It is one matter again, and waits to be dispatched."""

    reason: Private | None = None


class PartRejoined(TicketEvent, frozen=True, kw_only=True):
    """On a part: it is over without a result, as the whole is one ticket again. `unit` had it."""

    unit: str | None = None


class ChoosePart(Invalid):
    zh = "这件事分成几部分办。请选择要重新办理的那一部分（已经办结的才能选）。"
    en = "This is handled in parts. Choose the part to take up again; it must be one that was closed."


async def parts_of(uow: UnitOfWork, whole: Ticket, *, unfinished: bool = False, lock: bool = False) -> Sequence[Ticket]:
    """The parts in their order; `unfinished`, those that are not over. What was put together again is no part. Locks them after the whole."""
    query = select(Ticket).where(Ticket.part_of == whole.id, Ticket.status != Status.REJOINED).order_by(Ticket.part_no)
    if unfinished:
        query = query.where(Ticket.status.in_(OPEN))
    if lock:
        await uow.session.flush()  # they are read anew: what was changed and is not yet written would be lost
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await uow.session.scalars(query)).all()


async def whole_of(uow: UnitOfWork, ticket: Ticket) -> Ticket:
    """The ticket whose number and code the petitioner holds: the whole of a part, else the ticket itself."""
    return ticket if ticket.part_of is None else await uow.get(Ticket, ticket.part_of)
