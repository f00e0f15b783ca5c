"""答复督办: the unit answers a supervision order, and the issuer accepts the reply or returns it."""

from __future__ import annotations

from collections.abc import Sequence

from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Missing
from jiesu.escalation.orders import Order, OrderState, ReplyAccepted, ReplyGiven, ReplyReturned, orders_of
from jiesu.tickets.events import by_staff
from jiesu.tickets.guard import open_step, optional, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["NoSuchOrder", "accept_reply", "reply_to_order", "return_reply"]


class NoSuchOrder(Missing):
    zh = "这张工单没有等您办的督办单“{order}”。请从列出的督办单中选择。"
    en = "No order “{order}” on this ticket waits for you. Choose one of those listed."


async def reply_to_order(
    uow: UnitOfWork, staff: Staff, number: str, reply: str, order: str | None = None, *, version: int | None = None
) -> Ticket:
    """Answer an order by its number, by default the oldest unanswered; its clock stops. Locks the ticket. Raises NoSuchOrder."""
    ticket = await open_step(uow, staff, number, Step.REPLY_ORDER, version)
    issued = await _in_state(uow, ticket, OrderState.ISSUED, order)
    mine = _oldest([each for each in issued if each.unit == staff.unit], order)
    reply = required(reply, "reply", "答复")
    ticket.move(Step.REPLY_ORDER)
    mine.state, mine.reply, mine.replied_at = OrderState.REPLIED, reply, uow.now
    await uow.record(
        ReplyGiven(
            ticket_id=ticket.id, by=by_staff(staff), order=mine.id, number=mine.number, sender=mine.issuer,
            unit=mine.unit, reply=reply,
        )
    )  # fmt: skip
    return ticket


async def accept_reply(
    uow: UnitOfWork,
    staff: Staff,
    number: str,
    note: str | None = None,
    order: str | None = None,
    *,
    version: int | None = None,
) -> Ticket:
    """Be content with a reply: the order is done with. Locks the ticket. Raises NoSuchOrder, NotYours."""
    ticket, theirs = await _to_decide(uow, staff, number, Step.ACCEPT_REPLY, order, version)
    note = optional(note, "note", "意见")
    ticket.move(Step.ACCEPT_REPLY)
    theirs.state, theirs.note = OrderState.ACCEPTED, note
    theirs.decided_by, theirs.decided_at = staff.id, uow.now
    event = ReplyAccepted(
        ticket_id=ticket.id, by=by_staff(staff), order=theirs.id, number=theirs.number, unit=theirs.unit, note=note
    )
    await uow.record(event)
    return ticket


async def return_reply(
    uow: UnitOfWork, staff: Staff, number: str, reason: str, order: str | None = None, *, version: int | None = None
) -> Ticket:
    """Want a better reply, within as long as before. Locks the ticket. Raises NoSuchOrder, NotYours."""
    ticket, theirs = await _to_decide(uow, staff, number, Step.RETURN_REPLY, order, version)
    reason = required(reason, "reason", "退回理由", 2000)
    ticket.move(Step.RETURN_REPLY)
    theirs.state, theirs.note = OrderState.ISSUED, reason
    theirs.returns += 1
    theirs.decided_by, theirs.decided_at = staff.id, uow.now
    await uow.record(
        ReplyReturned(
            ticket_id=ticket.id, by=by_staff(staff), order=theirs.id, number=theirs.number, unit=theirs.unit,
            within=theirs.within, reason=reason,
        )
    )  # fmt: skip
    return ticket


async def _to_decide(
    uow: UnitOfWork, staff: Staff, number: str, step: Step, order: str | None, version: int | None
) -> tuple[Ticket, Order]:
    ticket = await open_step(uow, staff, number, step, version)
    replied = await _in_state(uow, ticket, OrderState.REPLIED, order)
    theirs = [each for each in replied if may_decide_reply(staff, each)]
    if replied and not theirs:
        raise NotYours
    return ticket, _oldest(theirs, order)


def may_decide_reply(staff: Staff, order: Order) -> bool:
    """The issuing unit or one above it, never the unit that replied (but for the top, which issues to itself)."""
    return order.issuer in staff.subtree and (staff.unit != order.unit or order.issuer == order.unit)


async def _in_state(uow: UnitOfWork, ticket: Ticket, state: OrderState, number: str | None) -> list[Order]:
    """Those in this state, or the one of that number; oldest first."""
    return [
        order for order in await orders_of(uow, ticket) if order.state is state and number in (None, "", order.number)
    ]


def _oldest(orders: Sequence[Order], number: str | None) -> Order:
    if not orders:
        raise NoSuchOrder("order", order=(number or "")[:40])
    return orders[0]
