"""The ladder's jobs: each running deadline has exactly one pending, for its next rung."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.escalation.ladder import Times, moot, next_rung, rung_times
from jiesu.escalation.models import Escalation
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks, planned
from jiesu.sla.models import ClockState, Deadline

__all__ = ["RUNG", "Taken", "rearm", "schedule_next", "taken_by", "times_of", "urgency"]

#: Job kind: the next rung of one deadline is due.
RUNG = "sla.rung"


@dataclass
class Taken:
    """Names of the rungs a deadline took for the date it has now, and for any date it ever had."""

    now: set[str] = field(default_factory=set)
    ever: set[str] = field(default_factory=set)


def job_key(deadline: Deadline) -> str:
    """One pending job a deadline: its next rung."""
    return f"rung:{deadline.id}"


def times_of(uow: UnitOfWork, rules: Rules, row: Deadline) -> Times:
    """The rungs of the deadline with their moments for the date it has now; reckoned once a transaction."""
    key = ("rungs", row.id, row.due_at)
    known = uow.memory.get(key) if row.id else None
    if known is None:
        ladder = rules.clocks_of(row.policy_version).ladder
        known = uow.memory[key] = rung_times(ladder, planned(row), rules.calendars.of(row.unit))
    times: Times = known
    return times


def urgency(rules: Rules, row: Deadline) -> jobs.Priority:
    """Urgent classes go before all others."""
    urgent = rules.clocks_of(row.policy_version).terms.urgent
    return jobs.Priority.URGENT if row.service_class in urgent else jobs.Priority.NORMAL


async def rearm(uow: UnitOfWork, rules: Rules, clocks: TicketClocks) -> None:
    """Make the ladder's jobs agree with what the clocks have just done."""
    old = (*clocks.stopped, *clocks.restarted)
    if old:
        await jobs.cancel(uow, *map(job_key, old))
    taken = await taken_by(uow, rules, clocks.restarted) if clocks.restarted else {}
    rows = [row for row in (*clocks.restarted, *clocks.added) if row.state is ClockState.RUNNING]
    await schedule_next(uow, rules, {row: taken.get(row.id, Taken()) for row in rows}, starting=True)


async def taken_by(uow: UnitOfWork, rules: Rules, rows: Iterable[Deadline]) -> dict[int, Taken]:
    """What each deadline took; a level reached by a count leaves none of its rungs to take for that date."""
    by_id = {row.id: row for row in rows}
    query = select(Escalation.deadline_id, Escalation.moves, Escalation.rung, Escalation.level)
    taken: dict[int, Taken] = defaultdict(Taken)
    for deadline_id, moves, name, level in await uow.session.execute(query.where(Escalation.deadline_id.in_(by_id))):
        row = by_id[deadline_id]
        taken[deadline_id].ever.add(name)
        if moves == row.moves:
            taken[deadline_id].now.add(name)
            if level > 1:
                taken[deadline_id].now |= {rung.name for rung, _ in times_of(uow, rules, row) if rung.level == level}
    return taken


async def schedule_next(
    uow: UnitOfWork, rules: Rules, rows: Mapping[Deadline, Taken], *, starting: bool = False
) -> None:
    """One job for each deadline that has a rung left, given the rungs it took.

    Nobody is warned of what is late already; when a clock is `starting`, nor of what an earlier date warned of.
    """
    promises = []
    for row, taken in rows.items():
        times = times_of(uow, rules, row)
        late = row.due_at <= uow.now
        pointless = moot(times, row.due_at, uow.now, taken.ever) if starting or late else frozenset[str]()
        following = next_rung(times, taken.now | pointless)
        if following is not None:
            rung, at = following
            payload = {"deadline_id": row.id, "rung": rung.name}
            promises.append(jobs.Promise(RUNG, at, job_key(row), payload, row.ticket_id, urgency(rules, row)))
    await jobs.schedule_all(uow, promises)
