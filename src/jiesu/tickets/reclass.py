"""调整等级或类别: a ticket that a unit has turns out to be more urgent, less urgent, or another matter."""

from __future__ import annotations

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.tickets.events import By, TicketReclassed, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["NothingChanged", "PetitionKeepsClass", "check_class", "may_reclass", "reclass_locked", "reclass_ticket"]


class NothingChanged(Conflict):
    zh = "等级和类别都没有变。请选择新的等级或类别。"
    en = "Neither class nor category is another. Choose a new one."


class PetitionKeepsClass(Conflict):
    zh = "信访事项的期限由法律规定，不能调整等级。只调整类别的，等级请不要改。"
    en = "The limits of a petition are the law's: its class stays. Change the category alone."


async def reclass_ticket(
    uow: UnitOfWork,
    staff: Staff,
    number: str,
    *,
    service_class: str | None,
    category: str | None,
    reason: str,
    version: int | None = None,
) -> Ticket:
    """Change class, category or both without dispatching again; the petitioner is told when the date moves.

    Locks the ticket. Raises NothingChanged, PetitionKeepsClass, and NotYours to whoever handles it: nobody sets the pace of their own work.
    """
    ticket = await open_step(uow, staff, number, Step.RECLASS, version)
    if not may_reclass(staff, ticket):
        raise NotYours
    reason = required(reason, "reason", "调整理由", 500)
    before = (ticket.service_class, ticket.category)
    if before == (service_class or ticket.service_class, category or ticket.category):
        raise NothingChanged("class")
    check_class(ticket, service_class)
    await reclass_locked(uow, ticket, service_class=service_class, category=category, reason=reason, by=by_staff(staff))
    return ticket


def check_class(ticket: Ticket, service_class: str | None) -> None:
    """Raises PetitionKeepsClass."""
    if ticket.is_petition and service_class not in (None, ticket.service_class):
        raise PetitionKeepsClass("class")


def may_reclass(staff: Staff, ticket: Ticket) -> bool:
    """Whoever may dispatch or supervise it, but not the unit that handles it."""
    return not (staff.has(Right.HANDLE) and staff.unit == ticket.lead_unit)


async def reclass_locked(
    uow: UnitOfWork, ticket: Ticket, *, service_class: str | None, category: str | None, reason: str, by: By
) -> None:
    """The same for a locked ticket; None leaves class or category as it is. The caller has checked that both are known.

    The petitioner's clock is reckoned anew from registration and the unit's from its dispatch. What was met stays met and
    what was missed stays missed on record; pauses are kept. Time granted by an extension is kept too, unless the new class
    is more urgent: its date then counts.
    """
    event = TicketReclassed(
        ticket_id=ticket.id,
        by=by,
        old_class=ticket.service_class,
        service_class=service_class or ticket.service_class,
        old_category=ticket.category,
        category=category or ticket.category,
        reason=reason,
    )
    ticket.service_class, ticket.category = event.service_class, event.category
    ticket.version += 1
    await uow.record(event)
