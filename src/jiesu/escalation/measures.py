"""What a rung does besides telling people: a more urgent class, a supervision order, or the parent unit takes the ticket."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.escalation.issue_order import issue_by_ladder
from jiesu.escalation.orders import OrderKind
from jiesu.escalation.recipient import line_up, recipient
from jiesu.escalation.steps import Step
from jiesu.routing.take_over import take_over
from jiesu.rules import Rules
from jiesu.sla.limits import ON_REQUEST, ClockKind
from jiesu.sla.wording import TARGETS, moment_words
from jiesu.tickets.events import SYSTEM
from jiesu.tickets.models import Ticket
from jiesu.tickets.reclass import reclass_locked

__all__ = ["MORE_URGENT", "take_measures"]

#: The next more urgent class of those that differ in haste alone.
MORE_URGENT = {"P3": "P2", "P2": "P1", "P1": "P0"}


async def take_measures(uow: UnitOfWork, rules: Rules, step: Step) -> None:
    """Do what the rung says to a locked ticket; what is not possible now is left out.

    A recheck or review that is late is no fault of the unit that has the ticket: nothing is done to it.
    """
    if step.row.target in ON_REQUEST:
        return
    for action in step.rung.actions:
        if action == "raise_class":
            await _raise_class(uow, step.ticket, step.name)
        elif action == "take_over":
            await _take_over(uow, rules, step.ticket)
        elif action == "order" and step.row.clock in (ClockKind.PETITIONER, ClockKind.UNIT):
            above = recipient(rules.organisation, step.ticket, step.rung.to)
            await issue_by_ladder(uow, rules, step.ticket, above, _demand(rules, step))


def _demand(rules: Rules, step: Step) -> str:
    """What lifted the ticket, and that it be handled: the date that was not kept, or a count, which comes at any time."""
    why, ticket = step.name.removeprefix("count:") if step.name.startswith("count:") else "late", step.ticket
    return rules.orders.demand(
        OrderKind.ORDER,
        why,
        target=TARGETS[step.row.target]["zh"],
        due=moment_words(step.row.due_at, "zh"),
        count=str(ticket.dissatisfactions if why == "dissatisfied" else ticket.reworks),
    )


async def _raise_class(uow: UnitOfWork, ticket: Ticket, rung: str) -> None:
    higher = MORE_URGENT.get(ticket.service_class)
    if higher is not None:
        await reclass_locked(
            uow, ticket, service_class=higher, category=None, reason=f"超时督办（{rung}），提高等级", by=SYSTEM
        )


async def _take_over(uow: UnitOfWork, rules: Rules, ticket: Ticket) -> None:
    """Never a sealed report, and never by a unit that the complaint is about."""
    if ticket.lead_unit is None or ticket.sealed_to is not None:
        return
    above = line_up(rules.organisation, ticket, ticket.lead_unit)[1:]
    if above:
        await take_over(uow, ticket, above[0])
