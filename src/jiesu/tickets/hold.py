"""保全: what a court, an inspection or a dispute may still need is not erased, however old it is."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.base import Base, BigId, Moment, encrypted
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.kit.private import Private
from jiesu.tickets.events import By, TicketEvent, by_staff
from jiesu.tickets.guard import required
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository

__all__ = ["Hold", "HoldLifted", "HoldSet", "held", "lift", "lift_hold", "may_hold", "set_hold", "set_locked"]


class AlreadyHeld(Conflict):
    zh = "这张工单已经保全。"
    en = "This ticket is on hold already."


class NotHeld(Conflict):
    zh = "这张工单没有保全。"
    en = "This ticket is not on hold."


class ErasedAlready(Conflict):
    zh = "这张工单的保存期限已过，个人信息已删除，不能再保全。"
    en = "The personal data of this ticket were erased when their time was over: too late for a hold."


class Hold(Base):
    """A legal hold; `lifted_at` is null while it lasts."""

    __tablename__ = "hold"
    __table_args__ = (Index("uq_hold_lasting", "ticket_id", unique=True, postgresql_where=text("lifted_at IS NULL")),)

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    reason: Mapped[str] = mapped_column(encrypted(1000))
    set_at: Mapped[Moment]
    lifted_at: Mapped[Moment | None]


class HoldSet(TicketEvent, frozen=True, kw_only=True):
    reason: Private


class HoldLifted(TicketEvent, frozen=True, kw_only=True):
    reason: Private


async def set_hold(uow: UnitOfWork, staff: Staff, number: str, reason: str, *, version: int | None = None) -> Ticket:
    """Stop the erasure of a ticket's data until the hold is lifted. Locks the ticket. Raises NotYours, AlreadyHeld."""
    ticket = await _theirs(uow, staff, number, version)
    await set_locked(uow, ticket, reason, by_staff(staff))
    return ticket


async def lift_hold(uow: UnitOfWork, staff: Staff, number: str, reason: str, *, version: int | None = None) -> Ticket:
    """Let the policy take its course again. Locks the ticket. Raises NotYours, NotHeld."""
    ticket = await _theirs(uow, staff, number, version)
    await lift(uow, ticket, reason, by_staff(staff))
    return ticket


def may_hold(staff: Staff, ticket: Ticket) -> bool:
    """Who supervises, and never the unit that handled it: it could wish that something were forgotten."""
    outside = ticket.sealed_to is not None or staff.unit != ticket.lead_unit
    return outside and staff.may(Right.SUPERVISE, ticket)


async def _theirs(uow: UnitOfWork, staff: Staff, number: str, version: int | None) -> Ticket:
    tickets = TicketRepository(uow)
    ticket = await tickets.lock(number)
    staff.see(ticket)
    await tickets.expect(ticket, version)
    if not may_hold(staff, ticket):
        raise NotYours
    return ticket


async def held(uow: UnitOfWork, ticket: Ticket) -> Hold | None:
    """The hold that lasts."""
    return await uow.session.scalar(select(Hold).where(Hold.ticket_id == ticket.id, Hold.lifted_at.is_(None)))


async def set_locked(uow: UnitOfWork, ticket: Ticket, reason: str, by: By) -> None:
    """The same for a ticket that the caller has locked. Raises AlreadyHeld, ErasedAlready."""
    if ticket.erased_at is not None:
        raise ErasedAlready("action")
    if await held(uow, ticket) is not None:
        raise AlreadyHeld("action")
    reason = required(reason, "reason", "保全原因", 1000)
    uow.add(Hold(ticket_id=ticket.id, reason=reason, set_at=uow.now))
    await uow.record(HoldSet(ticket_id=ticket.id, by=by, reason=reason))


async def lift(uow: UnitOfWork, ticket: Ticket, reason: str, by: By) -> None:
    """The same for a ticket that the caller has locked. Raises NotHeld."""
    hold = await held(uow, ticket)
    if hold is None:
        raise NotHeld("action")
    reason = required(reason, "reason", "解除原因", 1000)
    hold.lifted_at = uow.now
    await uow.record(HoldLifted(ticket_id=ticket.id, by=by, reason=reason))
