"""Firing the rungs that are due, many at a time, each exactly once; and the rungs that counts earn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import exists, select

from jiesu.db.uow import UnitOfWork
from jiesu.escalation.arming import Taken, schedule_next, taken_by, times_of
from jiesu.escalation.facts import gather_facts
from jiesu.escalation.ladder import rung_by_count
from jiesu.escalation.measures import take_measures
from jiesu.escalation.models import Escalation
from jiesu.escalation.steps import Step, take_steps
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.limits import FINAL, ClockKind
from jiesu.sla.models import ClockState, Deadline
from jiesu.sla.rungs import ALWAYS, Facts
from jiesu.tickets.models import Ticket

__all__ = ["DueRung", "climb_by_count", "fire_rungs"]


class DueRung(NamedTuple):
    """A rung whose job fell due."""

    deadline_id: int
    rung: str


async def fire_rungs(uow: UnitOfWork, rules: Rules, due: Sequence[DueRung]) -> int:
    """Fire rungs of running deadlines and schedule the next of each; returns how many fired.

    Locks the tickets, in the order of their keys. May be repeated: the same step fires once. A rung that the policy no
    longer has, whose conditions do not hold, or whose moment has not come (the date moved, the machine's clock was set
    back) does not fire; the next one is scheduled all the same.
    """
    tickets, rows = await _locked(uow, [each.deadline_id for each in due])
    running = {row.id: row for row in rows if row.state is ClockState.RUNNING}
    taken = await taken_by(uow, rules, running.values())
    steps = [
        step
        for each in due
        if (row := running.get(each.deadline_id)) and (step := _earned(uow, rules, tickets[row.ticket_id], row, each))
    ]
    facts = await _facts(uow, rules, steps)
    fired = await take_steps(uow, rules, [step for step in steps if step.rung.when.holds(facts[step.ticket.id])])
    keys = {step.key for step in fired}
    for step in steps:
        taken.setdefault(step.row.id, Taken()).now.update(_over(uow, rules, step, fired=step.key in keys))
    await schedule_next(uow, rules, {row: taken.get(row.id, Taken()) for row in running.values()})
    for step in fired:
        await take_measures(uow, rules, step)
    return len(fired)


async def _locked(uow: UnitOfWork, ids: Sequence[int]) -> tuple[Mapping[int, Ticket], Sequence[Deadline]]:
    fresh = {"populate_existing": True}
    theirs = select(Deadline.ticket_id).where(Deadline.id.in_(ids))
    tickets = select(Ticket).where(Ticket.id.in_(theirs)).order_by(Ticket.id).with_for_update()
    found = {row.id: row for row in await uow.session.scalars(tickets.execution_options(**fresh))}
    rows = await uow.session.scalars(select(Deadline).where(Deadline.id.in_(ids)).execution_options(**fresh))
    return found, rows.all()


def _earned(uow: UnitOfWork, rules: Rules, ticket: Ticket, row: Deadline, due: DueRung) -> Step | None:
    """The step, when the policy has the rung and its moment has come."""
    times = times_of(uow, rules, row)
    rung = next((rung for rung, at in times if rung.name == due.rung and at <= uow.now), None)
    return None if rung is None else Step(ticket, row, rung, rung.name)


def _over(uow: UnitOfWork, rules: Rules, step: Step, *, fired: bool) -> set[str]:
    """What a deadline need not be asked of again: the step, its level once taken, and conditions asked up to now."""
    times = times_of(uow, rules, step.row)
    moment = next(at for rung, at in times if rung is step.rung)
    asked = {rung.name for rung, at in times if rung.when != ALWAYS and at <= moment}
    level = {rung.name for rung, _ in times if rung.level == step.rung.level > 1} if fired else set()
    return {step.name} | asked | level


async def _facts(uow: UnitOfWork, rules: Rules, steps: Sequence[Step]) -> dict[int, Facts]:
    tickets = {step.ticket.id: step.ticket for step in steps}
    asked = [step.rung.when for step in steps]
    return await gather_facts(uow, rules, tickets.values(), asked)


async def climb_by_count(uow: UnitOfWork, rules: Rules, ticket: Ticket, clocks: TicketClocks, what: str) -> None:
    """Lift a locked ticket to the level its counts earn (third rework, second dissatisfaction, three units passed).

    The step is taken once a ticket, on the petitioner's final clock, which every ticket has and which never resets.
    """
    policy = rules.clocks_of(ticket.policy_version)
    units = {row.unit for row in clocks.rows if row.clock is ClockKind.UNIT}
    tally = {"rework": ticket.reworks, "dissatisfied": ticket.dissatisfactions, "units_passed": len(units)}
    rung = rung_by_count(policy.ladder, [rule for rule in policy.counts if rule.what == what], tally)
    finals = [row for row in clocks.rows if row.clock is ClockKind.PETITIONER and row.target in FINAL]
    name = f"count:{what}"
    if rung is None or not finals or await _climbed(uow, ticket, name):
        return
    for step in await take_steps(uow, rules, [Step(ticket, finals[-1], rung, name)]):
        await take_measures(uow, rules, step)


async def _climbed(uow: UnitOfWork, ticket: Ticket, name: str) -> bool:
    before = exists().where(Escalation.ticket_id == ticket.id, Escalation.rung == name)
    return bool(await uow.session.scalar(select(before)))
