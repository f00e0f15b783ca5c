"""Escalations that wait for the person's posts, and what each step of a ticket's ladder did and how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import defer

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import Cut, What, condition
from jiesu.desk.deadlines import TARGET_NAMES, local
from jiesu.desk.names import Named, unit_named, unit_or_code
from jiesu.desk.rows import NOT_SHOWN, QueueRow, queue_row
from jiesu.escalation.by_hand import may_lead
from jiesu.escalation.models import Escalation
from jiesu.escalation.orders import Order
from jiesu.escalation.waiting import awaited_of
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.models import Deadline
from jiesu.sla.wording import humanise_due, lasting_words
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import OPEN

__all__ = ["LadderStep", "WaitingTicket", "waiting_tickets"]

#: More than these nobody acknowledges at a sitting; the rest come up as these go.
MOST = 50


class LadderStep(msgspec.Struct, frozen=True):
    """One step that was taken: for which deadline, to whose post, and how long that took to answer."""

    level: int
    clock: str
    name: str
    unit: Named
    stand_in: Named | None
    ack_asked: Named | None
    fired_at: datetime
    wants_ack: bool
    #: "11月24日 17:30 · 剩 3 小时"; None where no answer is awaited.
    ack_due: str | None
    ack_late: bool
    acknowledged_at: datetime | None
    #: From firing to acknowledgement, or until now where it still waits; None where no answer is wanted.
    took: str | None
    mine: bool


class OrderLine(msgspec.Struct, frozen=True):
    """One order: its kind, number, state, who issued it and when."""

    kind: str
    number: str
    state: str
    issuer: Named
    issued_at: datetime


class WaitingTicket(msgspec.Struct, frozen=True):
    """`level` is the highest that waits; `steps` is the whole ladder so far, the first step first."""

    ticket: QueueRow
    level: int
    #: Whose leader owns the case, and whether the person's unit may take it over or own it.
    leader: Named | None
    may_lead: bool
    steps: list[LadderStep]
    #: Supervision orders and instructions so far, the oldest first.
    orders: list[OrderLine]


async def waiting_tickets(
    uow: UnitOfWork, rules: Rules, staff: Staff, level: int | None, locale: Locale = "zh"
) -> list[WaitingTicket]:
    """Open tickets first, of them the urgent ones, then the highest level, then what is to be answered soonest. Raises NotYours."""
    waiting = (
        select(Escalation.ticket_id, func.max(Escalation.level), func.min(Escalation.ack_due_at))
        .join(Ticket, Ticket.id == Escalation.ticket_id)
        .where(
            awaited_of(staff.subtree),
            condition(Cut(What.ARRIVED), rules, staff, uow.now, helping=True),
        )
        .group_by(Escalation.ticket_id, Ticket.id)
        .order_by(
            Ticket.status.not_in(OPEN),
            Ticket.service_class.not_in(rules.clocks.terms.urgent),
            func.max(Escalation.level).desc(),
            func.min(Escalation.ack_due_at).nulls_last(),
            Escalation.ticket_id,
        )
        .limit(MOST)
    )
    if level is not None:
        waiting = waiting.where(Escalation.level == level)
    found = {ticket_id: highest for ticket_id, highest, _ in await uow.session.execute(waiting)}
    steps = await _ladders(uow, rules, staff, list(found), locale)
    orders = await _orders(uow, rules, list(found), locale)
    tickets = select(Ticket).where(Ticket.id.in_(found)).options(*NOT_SHOWN)
    rows = {ticket.id: ticket for ticket in await uow.session.scalars(tickets)}
    return [
        WaitingTicket(
            ticket=queue_row(rows[key], rules, uow.now, locale),
            level=highest,
            leader=unit_named(rules, rows[key].leader_unit, locale),
            may_lead=rows[key].is_open and may_lead(staff, rows[key]),
            steps=steps[key],
            orders=orders.get(key, []),
        )
        for key, highest in found.items()
    ]


async def _orders(uow: UnitOfWork, rules: Rules, tickets: Sequence[int], locale: Locale) -> dict[int, list[OrderLine]]:
    found: dict[int, list[OrderLine]] = {}
    query = select(Order).where(Order.ticket_id.in_(tickets)).order_by(Order.ticket_id, Order.id)
    for row in await uow.session.scalars(query.options(defer(Order.text), defer(Order.reply), defer(Order.note))):
        issuer = unit_or_code(rules, row.issuer, locale)
        line = OrderLine(str(row.kind), row.number, str(row.state), issuer, row.issued_at.astimezone(SHANGHAI))
        found.setdefault(row.ticket_id, []).append(line)
    return found


async def _ladders(
    uow: UnitOfWork, rules: Rules, staff: Staff, tickets: Sequence[int], locale: Locale
) -> dict[int, list[LadderStep]]:
    query = select(Escalation, Deadline.clock, Deadline.target).join(Deadline, Deadline.id == Escalation.deadline_id)
    query = query.where(Escalation.ticket_id.in_(tickets)).order_by(Escalation.fired_at, Escalation.id)
    found: dict[int, list[LadderStep]] = {key: [] for key in tickets}
    for row, clock, target in await uow.session.execute(query):
        found[row.ticket_id].append(
            _step(uow, rules, staff, row, str(clock), TARGET_NAMES[target][locale == "en"], locale)
        )
    return found


def _step(
    uow: UnitOfWork, rules: Rules, staff: Staff, row: Escalation, clock: str, name: str, locale: Locale
) -> LadderStep:
    due, calendar = row.ack_due_at, rules.calendars.of(row.unit)
    until = row.acknowledged_at or uow.now
    return LadderStep(
        level=row.level,
        clock=clock,
        name=name,
        unit=unit_or_code(rules, row.unit, locale),
        stand_in=unit_named(rules, row.stand_in, locale),
        ack_asked=unit_named(rules, row.ack_asked, locale),
        fired_at=row.fired_at.astimezone(SHANGHAI),
        wants_ack=row.wants_ack,
        ack_due=humanise_due(due, uow.now, calendar, locale) if due and row.acknowledged_at is None else None,
        ack_late=due is not None and row.acknowledged_at is None and due < uow.now,
        acknowledged_at=local(row.acknowledged_at),
        took=lasting_words(row.fired_at, until, calendar, locale) if row.wants_ack else None,
        mine=row.wants_ack and row.acknowledged_at is None and row.unit in staff.subtree,
    )
