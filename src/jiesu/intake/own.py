"""What was filed with a telephone, given by its keyed hashes; anonymous tickets are nobody's, and parts stand under the whole."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select

from jiesu.db.uow import UnitOfWork
from jiesu.petitioners.models import Petitioner
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketNotFound, TicketRepository

__all__ = ["MOST_OWN", "is_known", "own_ticket", "own_tickets"]

#: So many are listed; a telephone with more is a station's.
MOST_OWN = 50


async def own_tickets(uow: UnitOfWork, phone: Sequence[str]) -> Sequence[Ticket]:
    """The newest first."""
    return (await uow.session.scalars(_filed_with(phone).order_by(Ticket.id.desc()).limit(MOST_OWN))).all()


async def own_ticket(uow: UnitOfWork, phone: Sequence[str], number: str, *, lock: bool = False) -> Ticket:
    """Raises TicketNotFound, also for one that was filed with another telephone or anonymously."""
    repository = TicketRepository(uow)
    ticket = await (repository.lock(number) if lock else repository.find(number))
    if await uow.session.scalar(_filed_with(phone).where(Ticket.id == ticket.id)) is None:
        raise TicketNotFound("number")
    return ticket


async def is_known(uow: UnitOfWork, phone: Sequence[str]) -> bool:
    """Whether anything was filed with that telephone."""
    return await uow.session.scalar(_filed_with(phone).limit(1)) is not None


def _filed_with(phone: Sequence[str]) -> Select[Ticket]:
    return (
        select(Ticket)
        .join(Petitioner, Petitioner.id == Ticket.petitioner_id)
        .where(Petitioner.phone_hash.in_(phone), ~Ticket.anonymous, Ticket.part_of.is_(None))
    )
