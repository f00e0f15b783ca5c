"""The opening of every staff step: find, see, may, lock, in that order."""

from __future__ import annotations

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository
from jiesu.tickets.states import who
from jiesu.tickets.words import Step

__all__ = ["EmptyText", "open_step", "required"]


class EmptyText(Invalid):
    zh = "“{label}”不能为空，请填写（最多 {longest} 字）。"
    en = "“{label}” must not be empty (at most {longest} characters)."


class TooLong(Invalid):
    zh = "“{label}”太长（{length} 字），最多 {longest} 字。请删减后再提交。"
    en = "“{label}” is too long ({length} characters); at most {longest}."


async def open_step(uow: UnitOfWork, staff: Staff, number: str, step: Step, version: int | None = None) -> Ticket:
    """Lock the ticket for a step by this member of staff.

    Raises TicketNotFound (also when it may not be seen), StaleVersion, IllegalStep, NotYours.
    """
    ticket = await TicketRepository(uow).lock(number, version)
    staff.see(ticket)
    rights = [right for right in who(ticket.status, step) if isinstance(right, Right)]
    if not any(staff.may(right, ticket) for right in rights):
        raise NotYours
    return ticket


def required(text: str | None, field: str, label: str, longest: int = 5000) -> str:
    """The text without outer white space. Raises EmptyText, TooLong."""
    clean = (text or "").strip()
    if not clean:
        raise EmptyText(field, label=label, longest=longest)
    if len(clean) > longest:
        raise TooLong(field, label=label, length=len(clean), longest=longest)
    return clean
