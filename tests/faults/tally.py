"""Promised, lost, doubled: what was written down outside, held against what is there, and counted instead of asserted."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.faults.crowd import Crowd
from tests.faults.operator import Operator
from tests.faults.recovery import WHOLE_LADDER
from tests.faults.site import Site
from tests.faults.staff import STEPS, Staff

__all__ = ["Tally", "tally"]


@dataclass
class Tally:
    """`promised` counts receipts, steps of staff answered with yes, messages decided, and rungs due; the lists say what went wrong."""

    promised: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


def tally(site: Site, crowd: Crowd, staff: Staff, overdue: list[str], operator: Operator | None = None) -> Tally:
    """Count the promises of one stretch; of messages and doubles those of all until now. Call it when everything due is done."""
    found = Tally()
    _receipts(site, crowd, found)
    _steps(site, staff, found)
    _rungs(site, overdue, found)
    if operator is not None:
        _messages(site, operator, found)
    found.lost += [f"dead letter {kind} {error}" for kind, error in site.rows("SELECT kind, error FROM dead_letter")]
    return found


def _receipts(site: Site, crowd: Crowd, found: Tally) -> None:
    found.promised += len(crowd.promised)
    kept = dict(site.rows("SELECT key, number FROM idempotency_key"))
    numbers = {number for (number,) in site.rows("SELECT number FROM ticket")}
    found.lost += [
        f"receipt {one.key}" for one in crowd.promised if kept.get(one.key) != one.number or one.number not in numbers
    ]
    with site.client() as client:
        for one in crowd.promised[:: max(1, len(crowd.promised) // 10)]:
            if not client.get(f"/api/v1/tickets/{one.number}", params={"code": one.code}).is_success:
                found.lost.append(f"code of {one.key}")
    same = "SELECT min(number) FROM ticket GROUP BY text HAVING count(*) > 1"
    found.doubled += [f"ticket {number}" for (number,) in site.rows(same)] + crowd.faults


def _steps(site: Site, staff: Staff, found: Tally) -> None:
    entries = "SELECT t.number, e.kind, count(*)::int FROM trail e JOIN ticket t ON t.id = e.ticket_id GROUP BY 1, 2"
    trail = {(number, kind): times for number, kind, times in site.rows(entries)}
    yes = {key: times for key, times in staff.done.items() if key[1] in STEPS}
    found.promised += sum(yes.values())
    found.lost += [f"step {key}" for key, times in yes.items() if trail.get((key[0], STEPS[key[1]][2]), 0) < times]
    found.lost += staff.faults
    once = {STEPS[step][2] for step in ("sign", "submit", "approve")}
    found.doubled += [f"step {key}" for key, times in trail.items() if key[1] in once and times > 1]


def _rungs(site: Site, overdue: list[str], found: Tally) -> None:
    """Each deadline of the appeals registered long ago climbs the whole ladder."""
    wanted = ", ".join(f"'{number}'" for number in overdue) or "''"
    fired = site.rows(f"""
        SELECT d.id, array_agg(e.rung ORDER BY e.level, e.id) FROM deadline d JOIN ticket t ON t.id = d.ticket_id
        LEFT JOIN escalation e ON e.deadline_id = d.id WHERE t.number IN ({wanted})
            AND d.clock IN ('petitioner', 'unit') GROUP BY d.id""")
    for deadline, rungs in fired:
        found.promised += len(WHOLE_LADDER)
        found.lost += [f"rung {rung} of {deadline}" for rung in WHOLE_LADDER if rung not in rungs]
        found.doubled += [f"rung {rung} of {deadline}" for rung in WHOLE_LADDER if rungs.count(rung) > 1]
    escalations = site.count("SELECT count(*) FROM escalation")
    for what in ("trail WHERE kind = 'Escalated'", "notice WHERE key ~ '^escalation:[0-9]+$'"):
        traces = site.count(f"SELECT count(*) FROM {what}")
        if traces != escalations:
            (found.lost if traces < escalations else found.doubled).append(f"{what}: {traces} for {escalations}")


def _messages(site: Site, operator: Operator, found: Tally) -> None:
    """Each message decided was handed to the operator under its own key, and always the same one."""
    decided = {key for (key,) in site.rows("SELECT key FROM message")}
    found.promised += len(decided)
    found.lost += [f"message {key}" for key in decided - operator.given.keys()]
    found.doubled += [f"message {key}" for key, texts in operator.given.items() if len(texts) > 1]
    found.doubled += [f"message that nobody decided {key}" for key in operator.given.keys() - decided]
    tellings = [telling for texts in operator.given.values() for telling in texts]
    found.doubled += [
        f"message told twice: {key}"
        for key, texts in operator.given.items()
        for one in texts
        if tellings.count(one) > 1
    ]
