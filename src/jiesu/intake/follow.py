"""Following: number and query code open exactly one ticket."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.intake.guesses import code_matches
from jiesu.kit.crypto import KeyRing
from jiesu.tickets.events import PETITIONER
from jiesu.tickets.models import Ticket
from jiesu.tickets.reopen import reopen_locked
from jiesu.tickets.repository import TicketNotFound, TicketRepository
from jiesu.tickets.supplement import supplement_ticket
from jiesu.tickets.withdraw import withdraw_ticket

__all__ = ["open_own", "reopen_own", "supplement_own", "withdraw_own"]


async def open_own(uow: UnitOfWork, keys: KeyRing, number: str, code: str, *, lock: bool = False) -> Ticket:
    """The ticket behind number and code.

    Raises TicketNotFound for a wrong number and for a wrong code alike; codes are compared in constant time.
    """
    repository = TicketRepository(uow)
    ticket = await (repository.lock(number) if lock else repository.find(number))
    if not code_matches(keys, code, ticket.code_hash):
        raise TicketNotFound("number")
    return ticket


async def supplement_own(uow: UnitOfWork, keys: KeyRing, number: str, code: str, text: str) -> Ticket:
    """The petitioner adds details. Locks the ticket."""
    ticket = await open_own(uow, keys, number, code, lock=True)
    return await supplement_ticket(uow, ticket, text, PETITIONER)


async def reopen_own(uow: UnitOfWork, keys: KeyRing, number: str, code: str, reason: str) -> Ticket:
    """The petitioner has new facts about a closed matter. Locks the ticket."""
    ticket = await open_own(uow, keys, number, code, lock=True)
    return await reopen_locked(uow, ticket, reason, PETITIONER)


async def withdraw_own(uow: UnitOfWork, keys: KeyRing, number: str, code: str, reason: str | None) -> Ticket:
    """The petitioner takes the appeal back. Locks the ticket."""
    ticket = await open_own(uow, keys, number, code, lock=True)
    return await withdraw_ticket(uow, ticket, reason)
