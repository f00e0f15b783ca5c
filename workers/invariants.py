"""What must always hold, as queries that find whatever breaks it: `jiesu doctor`, nightly, and after every journey."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import get_args

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.attachments.models import Attachment
from jiesu.attachments.store import FileStore
from jiesu.audit.verify import last_checkpoint, verify
from jiesu.db.uow import Database
from jiesu.kit.signing import Signer
from jiesu.sla.classes import ClockPolicy
from jiesu.sla.editions import past_clocks
from jiesu.sla.limits import ClockKind, Limit, Target, Unit
from jiesu.sla.rungs import ALWAYS
from jiesu.statistics.fold import unlike
from jiesu.tickets.states import OPEN

__all__ = ["LAWS", "Finding", "check_all"]

#: A due job that nobody took for so long means that relay or workers stand still.
TOO_LATE = timedelta(minutes=10)
_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN - {"awaiting_survey"}))

#: A newest checkpoint older than this means that nobody signs.
UNSIGNED = timedelta(hours=3)
_TRAILS = {
    "ticket": "every chain of the trail is whole",
    "security": "the chain of the security trail is whole",
    "checkpoint": "every checkpoint is whole and signed",
}

#: Each query selects what breaks the law, as text; nothing found is good.
LAWS: dict[str, str] = {
    "every open ticket has a running clock, or one paused with a recorded pause": f"""
        SELECT t.number FROM ticket t WHERE t.status IN ({_OPEN})
        AND NOT EXISTS (SELECT FROM deadline d WHERE d.ticket_id = t.id AND d.state = 'running')
        AND NOT (t.status IN ('need_info', 'reviewing')
                 AND EXISTS (SELECT FROM pause p WHERE p.ticket_id = t.id AND p.ended_at IS NULL)
                 AND EXISTS (SELECT FROM deadline d WHERE d.ticket_id = t.id AND d.state = 'paused'))""",
    "no ended ticket has a clock running": f"""
        SELECT t.number FROM ticket t JOIN deadline d ON d.ticket_id = t.id AND d.state IN ('running', 'paused')
        WHERE t.status NOT IN ({_OPEN})""",
    "every ticket waiting for its survey has one open, with its end scheduled": """
        SELECT t.number FROM ticket t WHERE t.status = 'awaiting_survey' AND NOT EXISTS (
            SELECT FROM survey s JOIN job j ON j.key = 'survey.expire:' || s.id
            WHERE s.ticket_id = t.id AND s.state = 'open')""",
    "every running deadline has one pending rung, or has climbed to the top": """
        SELECT t.number FROM deadline d JOIN ticket t ON t.id = d.ticket_id
        WHERE d.state = 'running' AND NOT EXISTS (SELECT FROM job j WHERE j.key = 'rung:' || d.id)
        AND NOT EXISTS (SELECT FROM dead_letter l WHERE l.key = 'rung:' || d.id)
        AND NOT EXISTS (SELECT FROM escalation e WHERE e.deadline_id = d.id AND e.moves = d.moves AND e.level >= CAST(
            CAST(:tops AS jsonb) ->> concat_ws(' ', d.policy_version, d.clock, d.target, d.per) AS integer))""",
    "no rung waits for a deadline that is over": """
        SELECT j.key FROM job j JOIN deadline d ON j.key = 'rung:' || d.id WHERE d.state <> 'running'""",
    "every job belongs to a ticket": """
        SELECT j.key FROM job j LEFT JOIN ticket t ON t.id = j.ticket_id WHERE j.ticket_id IS NOT NULL AND t.id IS NULL""",
    "every unsent message has a job, or is a dead letter": """
        SELECT m.key FROM message m WHERE m.sent_at IS NULL
        AND NOT EXISTS (SELECT FROM job j WHERE j.key = 'message:' || m.id)
        AND NOT EXISTS (SELECT FROM dead_letter l WHERE l.key = 'message:' || m.id)""",
    "no step of the ladder was taken twice for one promised date": """
        SELECT min(rung) || ' of deadline ' || deadline_id FROM escalation WHERE level > 1
        GROUP BY deadline_id, moves, level HAVING count(*) > 1""",
    "no ticket is with a unit it accuses, or with one below it": """
        SELECT t.number FROM ticket t JOIN unit_closure c ON c.ancestor = t.accused_unit AND c.descendant = t.lead_unit
        WHERE t.sealed_to IS DISTINCT FROM t.lead_unit""",
    "nothing is told to a unit that the ticket accuses": """
        SELECT t.number FROM ticket t JOIN notice n ON n.ticket_id = t.id
        JOIN unit_closure c ON c.ancestor = t.accused_unit AND c.descendant = n.unit
        WHERE t.sealed_to IS NULL""",
    "every acknowledgement that is still wanted has its clock": """
        SELECT t.number FROM escalation e JOIN ticket t ON t.id = e.ticket_id
        WHERE e.wants_ack AND e.acknowledged_at IS NULL AND e.ack_due_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM job j WHERE j.key = 'ack:' || e.id)
        AND NOT EXISTS (SELECT FROM dead_letter l WHERE l.key = 'ack:' || e.id)""",
    "every date that moved is on record": """
        SELECT t.number FROM deadline d JOIN ticket t ON t.id = d.ticket_id
        WHERE d.moves <> (SELECT count(*) FROM deadline_move m WHERE m.deadline_id = d.id)
        OR d.moves > 0 AND d.due_at <> (SELECT new_due_at FROM deadline_move m WHERE m.deadline_id = d.id
                                        ORDER BY m.id DESC LIMIT 1)""",
    "every answered survey led to an end or to rework": """
        SELECT t.number FROM ticket t JOIN survey s ON s.ticket_id = t.id
        WHERE s.state = 'answered' AND t.status = 'awaiting_survey'
        AND s.round = (SELECT max(round) FROM survey WHERE ticket_id = t.id)""",
    "whoever objected waits for a judgement that has its clock, and nobody else does": """
        SELECT t.number FROM ticket t WHERE t.status = 'objected' AND NOT EXISTS (
            SELECT FROM objection o JOIN deadline d ON d.ticket_id = o.ticket_id AND d.target = 'judge'
            WHERE o.ticket_id = t.id AND o.state = 'pending' AND d.state = 'running')
        UNION SELECT t.number FROM objection o JOIN ticket t ON t.id = o.ticket_id
        WHERE o.state = 'pending' AND t.status NOT IN ('objected', 'in_progress')
        UNION SELECT t.number FROM deadline d JOIN ticket t ON t.id = d.ticket_id
        WHERE d.target = 'judge' AND d.state = 'running'
        AND NOT EXISTS (SELECT FROM objection o WHERE o.ticket_id = t.id AND o.state = 'pending')""",
    "nobody judged their own objection": """
        SELECT t.number FROM objection o JOIN ticket t ON t.id = o.ticket_id
        JOIN staff by ON by.id = o.objected_by JOIN staff judge ON judge.id = o.decided_by
        JOIN unit u ON u.code = o.unit
        WHERE by.account_id = judge.account_id OR judge.unit = o.unit AND u.parent IS NOT NULL""",
    "a split ticket has its parts, and is over when they are": """
        SELECT w.number FROM ticket w LEFT JOIN LATERAL (
            SELECT count(*) AS parts, count(*) FILTER (WHERE p.ended_at IS NULL) AS unfinished
            FROM ticket p WHERE p.part_of = w.id AND p.status <> 'rejoined') p ON true
        WHERE w.parts > 0 AND (p.parts <> w.parts OR w.status NOT IN ('split', 'closed', 'withdrawn')
            OR (w.status = 'split') <> (p.unfinished > 0))
        UNION SELECT number FROM ticket WHERE status = 'split' AND parts = 0""",
    "a part has the whole's beginning and petitioner, and its unit reads the whole": """
        SELECT p.number FROM ticket p JOIN ticket w ON w.id = p.part_of WHERE p.status <> 'rejoined' AND (
            w.parts = 0 OR p.registered_at <> w.registered_at OR p.lead_unit <> ALL (w.co_units)
            OR p.erased_at IS NULL AND w.erased_at IS NULL AND p.petitioner_id IS DISTINCT FROM w.petitioner_id)""",
    "a merged ticket has an open main one that is not merged itself, and is with the same unit": """
        SELECT t.number FROM ticket t LEFT JOIN ticket m ON m.id = t.merged_into
        WHERE t.status = 'merged' AND (t.merged_at IS NULL OR m.id IS NULL OR m.lead_unit IS DISTINCT FROM t.lead_unit
            OR m.status NOT IN ('registered', 'dispatched', 'objected', 'in_progress', 'under_review', 'rework', 'listed'))""",
    "who waits with another for one answer was promised it no earlier": """
        SELECT t.number FROM ticket t
        JOIN deadline mine ON mine.ticket_id = t.id AND mine.clock = 'petitioner' AND mine.stopped_at = t.merged_at
            AND mine.target IN ('resolve', 'plan', 'opinion')
        JOIN deadline other ON other.ticket_id = t.merged_into AND other.clock = 'petitioner' AND other.state = 'running'
            AND other.target IN ('resolve', 'plan', 'opinion')
        WHERE t.status = 'merged' AND mine.due_at < other.due_at""",
    "a ticket counts its objections": """
        SELECT t.number FROM ticket t LEFT JOIN objection o ON o.ticket_id = t.id
        GROUP BY t.id HAVING t.objections <> count(o.id)""",
    "every open task of a co-handler has its clock, and no other has": """
        SELECT t.number FROM task k JOIN ticket t ON t.id = k.ticket_id
        WHERE k.state IN ('open', 'objected') AND NOT EXISTS (SELECT FROM deadline d WHERE d.ticket_id = k.ticket_id
            AND d.target = 'task' AND d.unit = k.unit AND d.state = 'running')
        UNION SELECT t.number FROM deadline d JOIN ticket t ON t.id = d.ticket_id
        WHERE d.target = 'task' AND d.state = 'running' AND NOT EXISTS (SELECT FROM task k
            WHERE k.ticket_id = d.ticket_id AND k.unit = d.unit AND k.state IN ('open', 'objected'))""",
    "no result was submitted over an open task": """
        SELECT t.number FROM task k JOIN ticket t ON t.id = k.ticket_id
        WHERE k.state IN ('open', 'objected') AND t.status NOT IN ('dispatched', 'objected', 'in_progress', 'listed')""",
    "a ticket is open to whoever helps with it": """
        SELECT t.number FROM ticket t LEFT JOIN (SELECT ticket_id, array_agg(DISTINCT unit ORDER BY unit)::varchar[] AS units
            FROM task WHERE within IS NOT NULL GROUP BY ticket_id) k ON k.ticket_id = t.id
        WHERE t.parts = 0 AND (t.co_units <> '{}' OR k.units IS NOT NULL) AND NOT (t.co_units @> k.units AND t.co_units <@ k.units)""",
    "no unit helps with what it leads": """
        SELECT t.number FROM task k JOIN ticket t ON t.id = k.ticket_id
        WHERE k.unit = t.lead_unit AND k.state IN ('asked', 'open', 'objected')""",
    "no accused unit helps with a ticket": """
        SELECT t.number FROM ticket t JOIN unit_closure c ON c.ancestor = t.accused_unit
        WHERE c.descendant = ANY (t.co_units)""",
    "every order that waits for a reply has its clock, and no other has": """
        SELECT o.number FROM supervision_order o WHERE o.state = 'issued' AND NOT EXISTS (
            SELECT FROM deadline d WHERE d.id = o.deadline_id AND d.state = 'running')
        UNION SELECT t.number FROM deadline d JOIN ticket t ON t.id = d.ticket_id
        WHERE d.target = 'reply' AND d.state = 'running'
        AND NOT EXISTS (SELECT FROM supervision_order o WHERE o.deadline_id = d.id AND o.state = 'issued')""",
    "an open order is to the unit that has the ticket": """
        SELECT o.number FROM supervision_order o JOIN ticket t ON t.id = o.ticket_id
        WHERE o.state IN ('issued', 'replied') AND (o.unit IS DISTINCT FROM coalesce(t.lead_unit, t.desk_unit)
            OR t.status NOT IN ('registered', 'dispatched', 'objected', 'in_progress', 'under_review', 'rework', 'listed'))""",
    "every listed ticket has a listing in force with an end, and no other has": """
        SELECT t.number FROM ticket t WHERE t.status = 'listed' AND NOT EXISTS (
            SELECT FROM listing l WHERE l.ticket_id = t.id AND l.state = 'granted' AND (l.event IS NOT NULL
                OR EXISTS (SELECT FROM job j WHERE j.key = 'listing.ends:' || l.id)
                OR EXISTS (SELECT FROM dead_letter d WHERE d.key = 'listing.ends:' || l.id)))
        UNION SELECT t.number FROM listing l JOIN ticket t ON t.id = l.ticket_id
        WHERE l.state = 'granted' AND t.status <> 'listed'""",
    "every recheck and review that waits has its clock at its organ, and no other has": """
        SELECT t.number FROM recheck r JOIN ticket t ON t.id = r.ticket_id WHERE r.state = 'asked' AND (
            t.status <> CASE r.stage WHEN 'recheck' THEN 'rechecking' ELSE 'reviewing' END
            OR NOT EXISTS (SELECT FROM deadline d WHERE d.ticket_id = r.ticket_id AND d.target = r.stage
                AND d.unit = r.organ AND d.state IN ('running', 'paused')))
        UNION SELECT t.number FROM ticket t WHERE t.status IN ('rechecking', 'reviewing')
        AND NOT EXISTS (SELECT FROM recheck r WHERE r.ticket_id = t.id AND r.state = 'asked')""",
    "no opinion on a petition was given before it was accepted": """
        SELECT t.number FROM document d JOIN ticket t ON t.id = d.ticket_id WHERE d.kind = 'opinion' AND t.accepted_at IS NULL
        UNION SELECT t.number FROM ticket t WHERE t.accepted_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM document d WHERE d.ticket_id = t.id AND d.kind = 'acceptance')""",
    "everybody on a contact list is told of or has a job, once for calls and once for visits": """
        SELECT p.ref FROM outreach_person p CROSS JOIN (VALUES ('call'), ('visit')) w(way) WHERE p.ended_at IS NULL
        AND NOT CASE w.way WHEN 'call' THEN p.call_told ELSE p.visit_told END
        AND NOT EXISTS (SELECT FROM job j WHERE j.key = 'outreach:' || p.id || ':' || w.way)
        AND NOT EXISTS (SELECT FROM dead_letter l WHERE l.key = 'outreach:' || p.id || ':' || w.way)""",
    "the queue's due time is the earliest running deadline": """
        SELECT t.number FROM ticket t LEFT JOIN LATERAL (
            SELECT min(d.due_at) AS due FROM deadline d WHERE d.ticket_id = t.id AND d.state = 'running'
            AND d.clock <> 'co_handler') d ON true
        WHERE t.next_due_at IS DISTINCT FROM d.due""",
}


@dataclass(frozen=True)
class Finding:
    """One law, and what breaks it: how many, and the first few."""

    law: str
    count: int
    examples: list[str]


async def check_all(
    db: Database,
    now: datetime,
    *,
    late: timedelta = TOO_LATE,
    files: FileStore | None = None,
    signer: Signer | None = None,
    running: bool = True,
) -> list[Finding]:
    """Ask every law; those without examples hold.

    With `files` also whether every attachment lies there. Without a signer nobody looks whose signatures they are. Where no
    worker is running yet, as after a restore, nobody asks whether work is done in time.
    """
    findings = []
    async with db.sessions() as session:
        tops = {"tops": json.dumps(_tops(await past_clocks(session)))}
        for law, query in LAWS.items():
            found = await session.execute(text(query), tops if ":tops" in query else {})
            broken = [str(row[0]) for row in found]
            findings.append(Finding(law, len(broken), broken[:20]))
        if running:
            findings.append(await _stuck(session, now - late))
        different = await unlike(session)
        findings.append(
            Finding("the rates that are kept added up are those of the facts", len(different), different[:20])
        )
        findings += await _trails(session, now if running else None, signer)
        if files is not None:
            rows = await session.stream_scalars(select(Attachment.place).execution_options(yield_per=1000))
            broken = [place async for place in rows if not files.there(place)]
            findings.append(Finding("every attachment lies in the store", len(broken), broken[:20]))
    return findings


async def _stuck(session: AsyncSession, before: datetime) -> Finding:
    overdue = text("SELECT kind || ' ' || key FROM job WHERE run_at < :before ORDER BY run_at LIMIT 1000")
    stuck = [str(row[0]) for row in await session.execute(overdue, {"before": before})]
    return Finding("no due job waits longer than ten minutes", len(stuck), stuck[:20])


async def _trails(session: AsyncSession, now: datetime | None, signer: Signer | None) -> list[Finding]:
    broken = [fault async for fault in verify(session, signer)]
    found = {
        law: [f"{f.place}: {f.fault}" for f in broken if f.place.startswith(place)] for place, law in _TRAILS.items()
    }
    newest = await last_checkpoint(session)
    stale = [newest] if newest and now and newest.at < now - UNSIGNED else []
    found["the trail is signed every hour"] = [f"the newest checkpoint is of {each.at}" for each in stale]
    return [Finding(law, len(rows), rows[:20]) for law, rows in found.items()]


def _tops(policies: Mapping[str, ClockPolicy]) -> dict[str, int]:
    """The highest level a deadline surely climbs to, by version, clock, target and unit of its limit."""
    tops: dict[str, int] = {}
    for version, policy in policies.items():
        sure = [rung for rung in policy.ladder if rung.when == ALWAYS]
        for clock, target, per in product(ClockKind, Target, get_args(Unit)):
            levels = [rung.level for rung in sure if rung.applies_to(clock, target, Limit(1, per))]
            tops[f"{version} {clock} {target} {per}"] = max(levels, default=0)
    return tops
