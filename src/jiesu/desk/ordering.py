"""Supervision orders (督办单) as they are shown, and which steps on them make sense now."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import local
from jiesu.desk.names import unit_or_code
from jiesu.escalation.answer_order import may_decide_reply
from jiesu.escalation.orders import OPEN_ORDERS, Order, OrderState, may_supervise, orders_of
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.wording import humanise_due
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["OrderView", "order_views", "refused_by_orders"]

_ABOUT_ORDERS = frozenset({Step.SUPERVISE, Step.REPLY_ORDER, Step.ACCEPT_REPLY, Step.RETURN_REPLY})


class OrderView(msgspec.Struct, frozen=True):
    """One document; `follows` is the number of the order of a unit below that it follows."""

    kind: str
    number: str
    state: str
    issuer: str
    unit: str
    by_ladder: bool
    follows: str | None
    text: str
    issued_at: datetime
    due_at: datetime | None
    due: str | None
    overdue: bool
    returns: int
    reply: str | None
    replied_at: datetime | None
    note: str | None
    decided_at: datetime | None


async def order_views(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> list[OrderView]:
    """All there were, oldest first."""
    orders = await orders_of(uow, ticket)
    clocks = await TicketClocks.of(uow, ticket)
    due = {row.id: row.due_at for row in clocks.live()}
    numbers = {order.id: order.number for order in orders}
    return [_view(uow, rules, order, numbers, due.get(order.deadline_id or 0), locale) for order in orders]


def _view(
    uow: UnitOfWork, rules: Rules, row: Order, numbers: dict[int, str], due: datetime | None, locale: Locale
) -> OrderView:
    return OrderView(
        kind=row.kind,
        number=row.number,
        state=row.state,
        issuer=unit_or_code(rules, row.issuer, locale).name,
        unit=unit_or_code(rules, row.unit, locale).name,
        by_ladder=row.issued_by is None,
        follows=numbers.get(row.follows or 0),
        text=row.text,
        issued_at=row.issued_at.astimezone(SHANGHAI),
        due_at=local(due),
        due=humanise_due(due, uow.now, rules.calendars.of(row.unit), locale) if due else None,
        overdue=due is not None and due < uow.now,
        returns=row.returns,
        reply=row.reply,
        replied_at=local(row.replied_at),
        note=row.note,
        decided_at=local(row.decided_at),
    )


async def refused_by_orders(uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, steps: Set[Step]) -> set[Step]:
    """Of these steps, those that open orders, or none, forbid."""
    if not steps & _ABOUT_ORDERS:
        return set()
    orders = await orders_of(uow, ticket)
    refused = set()
    own = [order for order in orders if order.issuer == staff.unit and order.state in OPEN_ORDERS]
    if own or not may_supervise(staff, ticket, top=rules.organisation.parent(staff.unit) is None):
        refused.add(Step.SUPERVISE)
    if not any(order.unit == staff.unit and order.state is OrderState.ISSUED for order in orders):
        refused.add(Step.REPLY_ORDER)
    if not any(order.state is OrderState.REPLIED and may_decide_reply(staff, order) for order in orders):
        refused |= {Step.ACCEPT_REPLY, Step.RETURN_REPLY}
    return refused
