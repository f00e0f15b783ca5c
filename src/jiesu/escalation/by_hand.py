"""提级办理、领导包案 by a superior's own decision: what the ladder does by itself when nobody does it before."""

from __future__ import annotations

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.kit.private import Private
from jiesu.routing.take_over import take_over
from jiesu.tickets.events import TicketEvent, by_staff
from jiesu.tickets.guard import required
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository

__all__ = ["AlreadyOwned", "CaseOwned", "NothingToTakeOver", "may_lead", "own_case", "take_over_ticket"]


class NothingToTakeOver(Conflict):
    zh = "下级单位现在没有在办这张工单，不能提级办理。请在工单页看它到了哪一步。"
    en = "No unit below has this ticket in hand now. See on its page where it stands."


class AlreadyOwned(Conflict):
    zh = "这张工单已经由领导包案。请联系包案的单位。"
    en = "A leader owns this case already. Ask the unit that does."


class CaseOwned(TicketEvent, frozen=True, kw_only=True):
    """The unit whose leader owns the case from now on."""

    unit: str
    reason: Private


def may_lead(staff: Staff, ticket: Ticket) -> bool:
    """Whether the person's unit stands above the one that has the ticket, and they may supervise it; never a sealed report."""
    below = ticket.lead_unit is not None and ticket.lead_unit in staff.subtree and ticket.lead_unit != staff.unit
    return below and ticket.sealed_to is None and staff.may(Right.SUPERVISE, ticket)


async def take_over_ticket(
    uow: UnitOfWork, staff: Staff, number: str, reason: str, *, version: int | None = None
) -> Ticket:
    """Make the person's own unit responsible for what a unit below it has in hand. Locks the ticket.

    The unit's clock begins anew, the petitioner's runs on. Raises EmptyText, NothingToTakeOver, NotYours.
    """
    ticket = await _open(uow, staff, number, version)
    reason = required(reason, "reason", "提级办理的理由", 500)
    if not await take_over(uow, ticket, staff.unit, by_staff(staff), reason):
        raise NothingToTakeOver("action")
    return ticket


async def own_case(uow: UnitOfWork, staff: Staff, number: str, reason: str, *, version: int | None = None) -> Ticket:
    """Let the leader of the person's unit own the case; who handles it does not change. Locks the ticket.

    Raises AlreadyOwned, EmptyText, NotYours.
    """
    ticket = await _open(uow, staff, number, version)
    reason = required(reason, "reason", "包案的理由", 500)
    if not ticket.is_open:
        raise NothingToTakeOver("action")
    if ticket.leader_unit is not None:
        raise AlreadyOwned("action")
    ticket.leader_unit = staff.unit
    ticket.version += 1
    await uow.record(CaseOwned(ticket_id=ticket.id, by=by_staff(staff), unit=staff.unit, reason=reason))
    return ticket


async def _open(uow: UnitOfWork, staff: Staff, number: str, version: int | None) -> Ticket:
    tickets = TicketRepository(uow)
    ticket = await tickets.lock(number)
    staff.see(ticket)
    await tickets.expect(ticket, version)
    if not may_lead(staff, ticket):
        raise NotYours
    return ticket
