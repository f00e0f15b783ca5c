"""Taking steps of the ladder: the record, the duty posts that are told, and the clock of their acknowledgement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.dialects.postgresql import insert

from jiesu.audit import trail
from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.escalation.arming import urgency
from jiesu.escalation.models import Escalation
from jiesu.escalation.posts import manned_units, stand_in
from jiesu.escalation.recipient import line_up, recipient
from jiesu.notifications.tell import tell_post
from jiesu.rules import Rules
from jiesu.sla.deadlines import due
from jiesu.sla.limits import BY_STEP, ON_REQUEST
from jiesu.sla.models import Deadline
from jiesu.sla.rungs import Rung
from jiesu.tickets.events import SYSTEM, TicketEvent
from jiesu.tickets.models import Ticket

__all__ = ["ACK", "Escalated", "Step", "ack_due", "ack_key", "shown_from", "take_steps"]

#: Job kind: an escalation should have been acknowledged by now.
ACK = "ladder.ack"


class Escalated(TicketEvent, frozen=True, kw_only=True):
    """`due` is the date it fired for; `stand_in` the unit above that is told because nobody holds the post."""

    live: ClassVar[str] = "escalation"
    clock: str
    target: str
    rung: str
    level: int
    unit: str
    due: datetime | None = None
    stand_in: str | None = None


@dataclass(frozen=True)
class Step:
    """One rung earned by one deadline of a locked ticket; `name` tells a rung earned by a count from one earned by time."""

    ticket: Ticket
    row: Deadline
    rung: Rung
    name: str

    @property
    def key(self) -> tuple[int, str]:
        """What the step is known by among those taken together."""
        return self.row.id, self.name


def ack_key(escalation_id: int) -> str:
    """One pending job an escalation: its acknowledgement."""
    return f"ack:{escalation_id}"


def shown_from(uow: UnitOfWork, rules: Rules, row: Deadline, unit: str) -> datetime:
    """When people at a post are told: at once in urgent classes, else when their office is open."""
    urgent = row.service_class in rules.clocks_of(row.policy_version).terms.urgent
    return uow.now if urgent else rules.calendars.of(unit).next_office_time(uow.now)


def ack_due(uow: UnitOfWork, rules: Rules, row: Deadline, unit: str) -> datetime:
    """By when a post acknowledges, counted from when it is told."""
    within = rules.clocks_of(row.policy_version).terms.acknowledge_within(row.service_class)
    return due(within, shown_from(uow, rules, row, unit), rules.calendars.of(unit)).due_at


async def take_steps(uow: UnitOfWork, rules: Rules, steps: Sequence[Step]) -> list[Step]:
    """Take the steps that were not taken before, all in a few statements; returns those. May be repeated.

    The tickets are locked. The record is made now, whatever the hour; people are told in office hours.
    """
    if not steps:
        return []
    manned = await manned_units(uow)
    rows = {step.key: _row(uow, rules, step, manned) for step in steps}
    written = await _write(uow, list(rows.values()))
    fired = [step for step in steps if step.key in written]
    await trail.read_heads(uow, {step.ticket.id for step in fired})
    async with uow.together():
        for step in fired:
            await _tell(uow, rules, step, written[step.key], rows[step.key])
    return fired


def _row(uow: UnitOfWork, rules: Rules, step: Step, manned: frozenset[str]) -> dict[str, Any]:
    unit = recipient(rules.organisation, step.ticket, step.rung.to, _owing(step.row))
    return {
        "deadline_id": step.row.id,
        "ticket_id": step.ticket.id,
        "moves": step.row.moves,
        "rung": step.name,
        "level": step.rung.level,
        "kind": step.rung.kind,
        "unit": unit,
        "stand_in": stand_in(line_up(rules.organisation, step.ticket, unit), manned),
        "fired_at": uow.now,
        "wants_ack": step.rung.wants_ack,
        "ack_due_at": ack_due(uow, rules, step.row, unit) if step.rung.wants_ack else None,
    }


def _owing(row: Deadline) -> str | None:
    """Whose clock it is, where that is neither the petitioner's nor the responsible unit's."""
    return row.unit if row.target in BY_STEP | ON_REQUEST else None


async def _write(uow: UnitOfWork, rows: list[dict[str, Any]]) -> dict[tuple[int, str], int]:
    """Keys of the escalations that are new, by deadline and name."""
    statement = insert(Escalation).on_conflict_do_nothing()
    new = await uow.session.execute(statement.returning(Escalation.deadline_id, Escalation.rung, Escalation.id), rows)
    return {(deadline_id, name): key for deadline_id, name, key in new}


async def _tell(uow: UnitOfWork, rules: Rules, step: Step, escalation_id: int, row: dict[str, Any]) -> None:
    ticket, rung, unit, other = step.ticket, step.rung, row["unit"], row["stand_in"]
    news: dict[str, Any] = {"ticket_id": ticket.id, "kind": rung.kind, "level": rung.level}
    key = f"escalation:{escalation_id}"
    await tell_post(uow, key=key, unit=unit, shown_from=shown_from(uow, rules, step.row, unit), **news)
    if other is not None:
        when = shown_from(uow, rules, step.row, other)
        await tell_post(uow, key=f"{key}:stand_in", unit=other, shown_from=when, vacant=unit, **news)
    if row["ack_due_at"] is not None:
        payload = {"escalation_id": escalation_id}
        await jobs.schedule(
            uow,
            jobs.Promise(ACK, row["ack_due_at"], ack_key(escalation_id), payload, ticket.id, urgency(rules, step.row)),
        )
    if rung.kind == "leader_case":
        ticket.leader_unit = ticket.leader_unit or unit
    await uow.record(
        Escalated(
            ticket_id=ticket.id, by=SYSTEM, clock=step.row.clock, target=step.row.target, rung=step.name,
            level=rung.level, unit=unit, due=step.row.due_at, stand_in=other,
        )
    )  # fmt: skip
