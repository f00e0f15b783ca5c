"""Arming the ladder on running deadlines, and firing its rungs: each exactly once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.escalation.ladder import next_rung, rung_by_count
from jiesu.escalation.models import Escalation
from jiesu.escalation.recipient import recipient
from jiesu.notifications.tell import tell_post
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks, planned
from jiesu.sla.limits import FINAL, ClockKind
from jiesu.sla.models import ClockState, Deadline
from jiesu.sla.rungs import Rung
from jiesu.tickets.events import SYSTEM, TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository

__all__ = ["RUNG", "Escalated", "climb_by_count", "fire_rung", "rearm"]

#: Job kind: the next rung of one deadline is due.
RUNG = "sla.rung"


class Escalated(TicketEvent, frozen=True, kw_only=True):
    clock: str
    target: str
    rung: str
    level: int
    unit: str


def job_key(deadline: Deadline) -> str:
    """One pending job a deadline: its next rung."""
    return f"rung:{deadline.id}"


async def rearm(uow: UnitOfWork, rules: Rules, clocks: TicketClocks) -> None:
    """Make the ladder's jobs agree with what the clocks have just done."""
    old = (*clocks.stopped, *clocks.restarted)
    if old:
        await jobs.cancel(uow, *map(job_key, old))
    taken = await _taken(uow, rules, clocks.restarted) if clocks.restarted else {}
    rows = [row for row in (*clocks.restarted, *clocks.added) if row.state is ClockState.RUNNING]
    await _schedule_next(uow, rules, {row: taken.get(row.id, frozenset()) for row in rows})


async def _taken(uow: UnitOfWork, rules: Rules, rows: Iterable[Deadline]) -> dict[int, frozenset[str]]:
    """Names of the rungs each deadline took; a level reached by a count leaves none of its rungs to take."""
    query = select(Escalation.deadline_id, Escalation.rung, Escalation.level)
    taken: dict[int, set[str]] = defaultdict(set)
    for deadline_id, name, level in await uow.session.execute(
        query.where(Escalation.deadline_id.in_([row.id for row in rows]))
    ):
        taken[deadline_id].add(name)
        if level > 1:
            taken[deadline_id] |= {rung.name for rung in rules.clocks.ladder if rung.level == level}
    return {deadline_id: frozenset(names) for deadline_id, names in taken.items()}


async def _schedule_next(uow: UnitOfWork, rules: Rules, rows: Mapping[Deadline, frozenset[str]]) -> None:
    """One job for each deadline that has a rung left, given the rungs it took; nobody is warned of what is late."""
    promises = []
    for row, taken in rows.items():
        pointless = _warnings(rules) if row.due_at <= uow.now else frozenset[str]()
        following = next_rung(rules.clocks.ladder, planned(row), taken | pointless, rules.calendar)
        if following is not None:
            rung, at = following
            payload = {"deadline_id": row.id, "rung": rung.name}
            promises.append(jobs.Promise(RUNG, at, job_key(row), payload, row.ticket_id))
    await jobs.schedule_all(uow, promises)


def _warnings(rules: Rules) -> frozenset[str]:
    return frozenset(rung.name for rung in rules.clocks.ladder if rung.kind == "warning")


async def fire_rung(uow: UnitOfWork, rules: Rules, deadline_id: int, rung_name: str) -> bool:
    """Fire one rung of a running deadline and schedule the next; False when there was nothing to do.

    Locks the ticket. May be repeated: the same step fires once.
    """
    ticket_id = await uow.session.scalar(select(Deadline.ticket_id).where(Deadline.id == deadline_id))
    if ticket_id is None:
        return False
    ticket = await TicketRepository(uow).lock_id(ticket_id)
    row = await uow.session.get_one(Deadline, deadline_id, populate_existing=True)
    rung = next((rung for rung in rules.clocks.ladder if rung.name == rung_name), None)
    if row.state is not ClockState.RUNNING:
        return False
    fired = rung is not None and await _fire(uow, rules, ticket, row, rung)
    taken = (await _taken(uow, rules, [row])).get(row.id, frozenset())
    await _schedule_next(uow, rules, {row: taken})
    return fired


async def _fire(uow: UnitOfWork, rules: Rules, ticket: Ticket, row: Deadline, rung: Rung, name: str = "") -> bool:
    """Write the escalation and tell the duty post; False when this step was taken before."""
    unit = recipient(rules.organisation, ticket, rung.to)
    values = {
        "deadline_id": row.id,
        "ticket_id": ticket.id,
        "rung": name or rung.name,
        "level": rung.level,
        "kind": rung.kind,
        "unit": unit,
        "fired_at": uow.now,
        "wants_ack": rung.wants_ack,
    }
    statement = insert(Escalation).values(values).on_conflict_do_nothing().returning(Escalation.id)
    escalation_id = await uow.session.scalar(statement)
    if escalation_id is None:
        return False
    key = f"escalation:{escalation_id}"
    await tell_post(uow, key=key, unit=unit, ticket_id=ticket.id, kind=rung.kind, level=rung.level)
    event = Escalated(
        ticket_id=ticket.id,
        by=SYSTEM,
        clock=row.clock,
        target=row.target,
        rung=name or rung.name,
        level=rung.level,
        unit=unit,
    )
    await uow.record(event)
    return True


async def climb_by_count(uow: UnitOfWork, rules: Rules, ticket: Ticket, clocks: TicketClocks, what: str) -> None:
    """Lift a locked ticket to the level its counts earn (third rework, second dissatisfaction, three units passed).

    The step is taken on the petitioner's final clock, which every ticket has and which never resets.
    """
    units = {row.unit for row in clocks.rows if row.unit is not None}
    tally = {"rework": ticket.reworks, "dissatisfied": ticket.dissatisfactions, "units_passed": len(units)}
    rule = [rule for rule in rules.clocks.counts if rule.what == what]
    finals = [row for row in clocks.rows if row.clock is ClockKind.PETITIONER and row.target in FINAL]
    rung = rung_by_count(rules.clocks.ladder, rule, tally, frozenset())
    if rung is not None and finals:
        await _fire(uow, rules, ticket, finals[-1], rung, f"count:{what}")
