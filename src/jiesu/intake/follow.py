"""Following: number and query code open exactly one ticket."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.intake.guesses import code_matches
from jiesu.kit.crypto import KeyRing
from jiesu.petitioners.identity import checked_phone
from jiesu.petitioners.models import Petitioner
from jiesu.tickets.events import PETITIONER, OwnDataCopied
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketNotFound, TicketRepository
from jiesu.tickets.supplement import supplement_ticket
from jiesu.tickets.withdraw import withdraw_ticket

__all__ = ["TelephoneDiffers", "copy_own", "open_own", "supplement_own", "withdraw_own"]


async def open_own(uow: UnitOfWork, keys: KeyRing, number: str, code: str, *, lock: bool = False) -> Ticket:
    """The ticket behind number and code.

    Raises TicketNotFound for a wrong number and for a wrong code alike; codes are compared in constant time.
    """
    repository = TicketRepository(uow)
    ticket = await (repository.lock(number) if lock else repository.find(number))
    if not code_matches(keys, code, ticket.code_hash):
        raise TicketNotFound("number")
    return ticket


class TelephoneDiffers(Invalid):
    zh = "这个电话和登记时留的不一样。请核对；也可以不填，姓名和号码会打上星号。"
    en = "This is not the telephone number given with the appeal. Check it, or leave it out: names and numbers are then masked."


async def copy_own(
    uow: UnitOfWork, ticket: Ticket, phone: str | None, *, proven: bool = False
) -> tuple[Petitioner | None, bool]:
    """Who filed the locked ticket, and whether the whole of that may be shown: the telephone given must be theirs.

    A receipt lies about; its code alone shows no number. A code sent to the telephone has `proven` it. Each copy is in the
    trail. Raises TelephoneDiffers.
    """
    person = await uow.session.get(Petitioner, ticket.petitioner_id) if ticket.petitioner_id else None
    given = bool(phone and phone.strip())
    if given and (person is None or checked_phone(phone or "", "phone") != person.phone):
        raise TelephoneDiffers("phone")
    whole = given or proven
    await uow.record(OwnDataCopied(ticket_id=ticket.id, by=PETITIONER, whole=whole))
    return person, whole


async def supplement_own(uow: UnitOfWork, keys: KeyRing, number: str, code: str, text: str) -> Ticket:
    """The petitioner adds details. Locks the ticket."""
    ticket = await open_own(uow, keys, number, code, lock=True)
    return await supplement_ticket(uow, ticket, text, PETITIONER)


async def withdraw_own(uow: UnitOfWork, keys: KeyRing, number: str, code: str, reason: str | None) -> Ticket:
    """The petitioner takes the appeal back. Locks the ticket."""
    ticket = await open_own(uow, keys, number, code, lock=True)
    return await withdraw_ticket(uow, ticket, reason)
