"""The doctor: silent on good data, and each law is found broken when it is broken."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from tests.builders.make import Make
from workers.invariants import check_all

STATES = [
    "registered",
    "need_info",
    "answered",
    "diverted",
    "dispatched",
    "in_progress",
    "under_review",
    "objected",
    "listed",
]
STATES += ["awaiting_survey", "rework", "closed", "withdrawn"]


async def broken(kernel) -> set[str]:
    return {finding.law for finding in await check_all(kernel.db, kernel.clock.now()) if finding.count}


@pytest.mark.parametrize("days", [0, 9])
async def test_the_doctor_finds_nothing_in_tickets_of_every_state_however_late(kernel, make, jobs, clock, days):
    for state in STATES:
        await make.ticket(state)
    clock.advance(timedelta(days=days))
    await jobs.run_due()
    assert await broken(kernel) == set()


async def test_an_empty_database_is_healthy(kernel):
    assert await broken(kernel) == set()


#: law → what breaks it
HARM = {
    "every open ticket has a running clock": """
        DELETE FROM job; UPDATE supervision_order SET deadline_id = NULL; DELETE FROM deadline""",
    "no ended ticket has a clock running": "UPDATE ticket SET status = 'closed' WHERE status = 'dispatched'",
    "every ticket waiting for its survey": "DELETE FROM job WHERE kind = 'survey.expire'",
    "every running deadline has one pending rung": "DELETE FROM job WHERE kind = 'sla.rung'",
    "no rung waits for a deadline that is over": "UPDATE deadline SET state = 'met' WHERE state = 'running'",
    "every job belongs to a ticket": "UPDATE job SET ticket_id = 999999",
    "every unsent message has a job": "DELETE FROM job WHERE kind = 'message.send'",
    "no step of the ladder was taken twice for one promised date": """
        DROP INDEX uq_escalation_level;
        INSERT INTO escalation (deadline_id, ticket_id, rung, level, kind, unit, fired_at, wants_ack)
        SELECT d.id, d.ticket_id, 'x' || n, 2, 'supervision', 'VS-1501', now(), true
        FROM (SELECT * FROM deadline LIMIT 1) d, generate_series(1, 2) n""",
    "no ticket is with a unit it accuses": "UPDATE ticket SET accused_unit = 'VS-150102' WHERE lead_unit IS NOT NULL",
    "nothing is told to a unit that the ticket accuses": "UPDATE ticket SET accused_unit = 'VS-150102'",
    "every acknowledgement that is still wanted has its clock": """
        INSERT INTO escalation (deadline_id, ticket_id, rung, level, kind, unit, fired_at, wants_ack, ack_due_at)
        SELECT id, ticket_id, 'L2', 2, 'supervision', 'VS-1501', now(), true, now() FROM deadline
        WHERE state = 'running' LIMIT 1""",
    "every date that moved is on record": "UPDATE deadline SET moves = 1",
    "every answered survey led to an end": "UPDATE survey SET state = 'answered'",
    "whoever objected waits for a judgement": "DELETE FROM objection; UPDATE ticket SET objections = 0",
    "nobody judged their own objection": "UPDATE objection SET decided_by = objected_by",
    "a merged ticket has an open main one": "UPDATE ticket SET lead_unit = 'VS-150103' WHERE status = 'merged'",
    "who waits with another for one answer": """
        UPDATE deadline d SET due_at = d.due_at - interval '99 days' FROM ticket t
        WHERE t.id = d.ticket_id AND t.status = 'merged'""",
    "a split ticket has its parts": "UPDATE ticket SET parts = 3 WHERE status = 'split'",
    "a part has the whole's beginning": "UPDATE ticket SET co_units = '{}' WHERE status = 'split'",
    "a ticket counts its objections": "UPDATE ticket SET objections = 2",
    "everybody on a contact list": """
        INSERT INTO outreach_person (ref, petitioner_id, unit, reason, call_due_on, visit_due_on, call_told, visit_told, added_at)
        SELECT 'x', id, 'VS-1501', 'general', now(), now(), false, false, now() FROM petitioner LIMIT 1""",
    "every open task of a co-handler has its clock": "DELETE FROM job; DELETE FROM deadline WHERE target = 'task'",
    "no result was submitted over an open task": "UPDATE ticket SET status = 'under_review' WHERE co_units <> '{}'",
    "a ticket is open to whoever helps with it": "UPDATE ticket SET co_units = '{}'",
    "no unit helps with what it leads": "UPDATE ticket SET lead_unit = 'VS-150103' WHERE co_units <> '{}'",
    "no accused unit helps": "UPDATE ticket SET accused_unit = 'VS-150103' WHERE co_units <> '{}'",
    "every order that waits for a reply": "DELETE FROM job; UPDATE deadline SET state = 'met' WHERE target = 'reply'",
    "an open order is to the unit": "UPDATE supervision_order SET unit = 'VS-150103'",
    "every listed ticket has a listing in force": "DELETE FROM listing",
    "every recheck and review that waits": "UPDATE ticket SET status = 'rechecking' WHERE status = 'dispatched'",
    "no opinion on a petition was given": "UPDATE ticket SET accepted_at = now() WHERE status = 'dispatched'",
    "the queue's due time": "UPDATE ticket SET next_due_at = next_due_at + interval '1 second'",
    "the rates that are kept added up": f"INSERT INTO rates_sum VALUES (1, '2026-11-01', 'VS-1501', false{', 1' * 17})",
    "every chain of the trail is whole": "ALTER TABLE trail DISABLE TRIGGER ALL; UPDATE trail SET kind = 'x' WHERE seq = 1",
    "every checkpoint is whole and signed": "INSERT INTO checkpoint VALUES (1, now(), '', 0, '', 0, '', '', '', '')",
    "the trail is signed every hour": "INSERT INTO checkpoint VALUES (1, '2026-01-01', '', 0, '', 0, '', '', '', '')",
    "the chain of the security trail is whole": """
        INSERT INTO security_trail (seq, at, kind, data, previous, hash) VALUES (2, now(), 'SignedIn', '{}', '', '')""",
}


@pytest.mark.parametrize(("law", "sql"), HARM.items(), ids=HARM.keys())
async def test_a_broken_law_is_found(committed_kernel, law, sql):
    make = Make(committed_kernel)
    for state in ("dispatched", "awaiting_survey", "objected"):
        await make.ticket(state)
    helped = await make.ticket("in_progress")
    await make.step(helped, "give_task", "dispatcher-VS-1501", unit="VS-150103")
    await make.step(helped, "supervise", "supervisor-VS-1501", demand="请抓紧办理")
    listed = await make.ticket("in_progress")
    merged, split = await make.filed(), await make.filed()
    await make.step(merged, "merge", "dispatcher-VS-150102", into=listed.number)
    parts = [{"title": "x", "text": "一部分", "unit": unit} for unit in ("VS-150102001", "VS-150102002")]
    await make.step(split, "split", "dispatcher-VS-150102", parts=parts)
    await make.step(listed, "list", "officer-VS-150102001", plan="等省厅批复", until="2026-12-01")
    await make.step(listed, "grant_listing", "unit_head-VS-150102")
    assert await broken(committed_kernel) == set()
    owner = committed_kernel.settings.owner_database_url.replace("+psycopg", "")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(sql)
    assert any(found.startswith(law) for found in await broken(committed_kernel))


async def test_work_that_nobody_takes_is_found(kernel, make, clock):
    await make.ticket("dispatched")
    clock.advance(timedelta(minutes=11))
    assert await broken(kernel) == {"no due job waits longer than ten minutes"}


async def test_every_law_is_tried(kernel):
    laws = {finding.law for finding in await check_all(kernel.db, kernel.clock.now())}
    tried = {law for law in laws if any(law.startswith(harm) for harm in HARM)}
    assert laws - tried == {"no due job waits longer than ten minutes"}
