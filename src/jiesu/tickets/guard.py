"""The opening of every staff step: find, see, may, lock, in that order."""

from __future__ import annotations

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.kit.text import clean, forbidden_characters
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository
from jiesu.tickets.states import Actor, who
from jiesu.tickets.words import Step

__all__ = [
    "EmptyText",
    "ForbiddenCharacters",
    "TicketErased",
    "TooLong",
    "cleaned",
    "open_step",
    "optional",
    "required",
]


class EmptyText(Invalid):
    zh = "“{label}”不能为空，请填写（最多 {longest} 字）。"
    en = "“{label}” must not be empty (at most {longest} characters)."


class ForbiddenCharacters(Invalid):
    zh = "内容中有无法保存的控制字符（{characters}）。请删除后重新填写，或换一种方式粘贴。"
    en = "There are control characters that cannot be kept ({characters}). Remove them, or paste as plain text."


class TicketErased(Conflict):
    zh = "这张工单的保存期限已过，个人信息已删除，不能再办理。请为新的情况另行登记。"
    en = "The data of this ticket were erased when their time was over. Register what is new as a new appeal."


class TooLong(Invalid):
    zh = "“{label}”太长（{length} 字），最多 {longest} 字。请删减后再提交。"
    en = "“{label}” is too long ({length} characters); at most {longest}."


async def open_step(uow: UnitOfWork, staff: Staff, number: str, step: Step, version: int | None = None) -> Ticket:
    """Lock the ticket for a step by this member of staff.

    Raises TicketNotFound (also when it may not be seen), StaleVersion, IllegalStep, NotYours.
    """
    tickets = TicketRepository(uow)
    ticket = await tickets.lock(number)
    staff.see(ticket)
    await tickets.expect(ticket, version)
    if ticket.erased_at is not None:
        raise TicketErased("action")
    by = who(ticket.status, step)
    helps = Actor.CO_HANDLER in by and staff.helps(ticket)
    if not helps and not any(staff.may(right, ticket) for right in by if isinstance(right, Right)):
        raise NotYours
    return ticket


def cleaned(text: str, field: str) -> str:
    """The text in one form of Unicode, without outer white space. Raises ForbiddenCharacters."""
    kept = clean(text)
    if found := forbidden_characters(kept):
        raise ForbiddenCharacters(field, characters="、".join(found[:5]))
    return kept


def optional(text: str | None, field: str, label: str, longest: int = 2000) -> str | None:
    """The clean text, None when there is none. Raises ForbiddenCharacters, TooLong."""
    kept = cleaned(text or "", field)
    if len(kept) > longest:
        raise TooLong(field, label=label, length=len(kept), longest=longest)
    return kept or None


def required(text: str | None, field: str, label: str, longest: int = 5000) -> str:
    """The clean text. Raises EmptyText, ForbiddenCharacters, TooLong."""
    kept = optional(text, field, label, longest)
    if kept is None:
        raise EmptyText(field, label=label, longest=longest)
    return kept
