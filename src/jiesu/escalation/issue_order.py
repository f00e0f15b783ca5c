"""督办、批示: a unit above sends the one that has the ticket, or the desk before it is dispatched, a numbered document that wants a reply by a date."""

from __future__ import annotations

from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.escalation.orders import OPEN_ORDERS, Order, OrderIssued, OrderKind, may_supervise, next_number, orders_of
from jiesu.kit.clock import SHANGHAI
from jiesu.rules import Rules
from jiesu.sla.deadlines import due
from jiesu.sla.limits import parse_limit
from jiesu.sla.wording import day_words, moment_words
from jiesu.tickets.events import SYSTEM, By, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["OrderOpen", "issue_by_ladder", "issue_order"]


class OrderOpen(Conflict):
    zh = "您单位对这张工单的督办（{number}）还没有了结，请先等答复、认可或退回。"
    en = "Your unit's order {number} on this ticket is still open. Wait for the reply, accept or return it."


class BadWithin(Invalid):
    zh = "“{within}”不是时限。请写成“3 working days”或“4 working hours”这样。"
    en = "“{within}” is no limit. Write it like “3 working days” or “4 working hours”."


async def issue_order(
    uow: UnitOfWork, rules: Rules, staff: Staff, number: str, demand: str,
    *, kind: OrderKind = OrderKind.ORDER, within: str | None = None, version: int | None = None,
) -> Ticket:  # fmt: skip
    """Supervise by hand; the policy says how long where `within` does not. Locks the ticket.

    Raises NotYours to whoever is not above the unit, OrderOpen, BadWithin.
    """
    ticket = await open_step(uow, staff, number, Step.SUPERVISE, version)
    if not may_supervise(staff, ticket, top=rules.organisation.parent(staff.unit) is None):
        raise NotYours
    demand = required(demand, "demand", "督办要求", 2000)
    still = [each for each in await orders_of(uow, ticket) if each.issuer == staff.unit and each.state in OPEN_ORDERS]
    if still:
        raise OrderOpen("action", number=still[0].number)
    ticket.move(Step.SUPERVISE)
    await _issue(uow, rules, ticket, staff.unit, kind, demand, within, by_staff(staff), staff.id)
    return ticket


async def issue_by_ladder(uow: UnitOfWork, rules: Rules, ticket: Ticket, issuer: str, demand: str) -> bool:
    """The same for a rung of the ladder on a locked ticket; False where there is nobody to send one to."""
    if ticket.lead_unit in (None, issuer) or ticket.sealed_to is not None:
        return False
    if any(each.issuer == issuer and each.state in OPEN_ORDERS for each in await orders_of(uow, ticket)):
        return False
    await _issue(uow, rules, ticket, issuer, OrderKind.ORDER, demand, None, SYSTEM, None)
    return True


async def _issue(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, issuer: str, kind: OrderKind, demand: str, within: str | None,
    by: By, staff_id: int | None,
) -> None:  # fmt: skip
    unit = ticket.post
    within = within or rules.clocks_of(ticket.policy_version).beside.order_words(ticket.service_class)
    year, count, serial = await next_number(uow, kind)
    number = rules.orders.number(kind, year, count)
    earlier = [each for each in await orders_of(uow, ticket) if each.issuer != issuer and each.state in OPEN_ORDERS]
    order = Order(
        ticket_id=ticket.id,
        kind=kind,
        number=number,
        year=year,
        serial=serial,
        issuer=issuer,
        unit=unit,
        issued_by=staff_id,
        issued_at=uow.now,
        follows=earlier[-1].id if earlier else None,
        text=_text(uow, rules, ticket, kind, number, issuer, demand, within),
        within=within,
        returns=0,
    )
    uow.add(order)
    await uow.settle(order)
    await uow.record(
        OrderIssued(
            ticket_id=ticket.id, by=by, order=order.id, kind=kind, number=number, sender=issuer, unit=unit,
            within=within, demand=demand,
        )
    )  # fmt: skip


def _text(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, kind: OrderKind, number: str, issuer: str, demand: str, within: str
) -> str:
    try:
        limit = parse_limit(within)
    except ValueError as problem:
        raise BadWithin("within", within=within[:40]) from problem
    unit = rules.organisation.unit(ticket.post)
    end = due(limit, uow.now, rules.calendars.of(unit.code)).due_at
    return rules.orders.text(
        kind,
        number=number,
        issuer=rules.organisation.unit(issuer).name,
        unit=unit.name,
        ticket=ticket.number,
        title=ticket.title,
        demand=demand,
        due=moment_words(end, "zh", year=True),
        date=day_words(uow.now.astimezone(SHANGHAI).date(), "zh", year=True),
    )
