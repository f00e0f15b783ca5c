"""With many rows, what runs all the time reads indexes and never a whole table."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from sqlalchemy import event, select, text

from jiesu.accounts.roles import Role
from jiesu.db import claims
from jiesu.db.backlog import read_backlog
from jiesu.db.jobs import Priority
from jiesu.desk.alike import alike_tickets, described
from jiesu.desk.auditing import Filters, lines
from jiesu.desk.board.approvals import approvals
from jiesu.desk.board.cuts import Cut, What
from jiesu.desk.board.divided import divided_view
from jiesu.desk.board.ladders import waiting_tickets
from jiesu.desk.board.league import league_view
from jiesu.desk.board.listing import cut_page
from jiesu.desk.board.overview import overview
from jiesu.desk.board.parts import By
from jiesu.desk.board.punctual import punctual_list, punctual_view
from jiesu.desk.board.rates import rates_view
from jiesu.desk.board.topics import topics_view
from jiesu.desk.calls import calls_today
from jiesu.desk.co_handling import co_handling_view
from jiesu.desk.earlier import earlier_tickets
from jiesu.desk.filters import Filters as Narrow
from jiesu.desk.queue import VIEWS, View, counts, list_tickets
from jiesu.desk.seen import news_among
from jiesu.kernel import Kernel
from jiesu.sla.limits import ClockKind, Target
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.kernels import committing_kernel
from tests.builders.make import Make, employ, person

TICKETS = 20_000
FILL = f"""
INSERT INTO petitioner (phone_hash, created_at)
SELECT md5(n::text), timestamptz '2026-11-02 01:00Z' FROM generate_series(1, {TICKETS}) n;
INSERT INTO ticket (number, code_hash, version, status, track, nature, channel, service_class, policy_version, category, title, text,
                    anonymous, confidential, desk_unit, lead_unit, routing, rounds, info_requests, reworks, dissatisfactions,
                    contact_attempts, registered_at, ended_at, next_due_at, petitioner_id, search)
SELECT 'PLAN-' || n, '', 1, s.status, 'SERVICE', 'help', 'web', 'P2', '1', '0' || (1 + n % 9) || '01', 'title ' || n, repeat('诉求', 100),
       false, false, u.desk, CASE WHEN s.status IN ('registered', 'need_info') THEN NULL ELSE u.code END, '{{}}', 0, 0, 0, 0, 0,
       timestamptz '2026-11-02 01:00Z' - n * interval '5 minutes',
       CASE WHEN NOT s.open THEN timestamptz '2026-11-02 01:00Z' - n * interval '4 minutes' END,
       CASE WHEN s.open THEN timestamptz '2026-11-02 01:00Z' + (n % 2000 - 500) * interval '10 minutes' END,
       n, array_to_tsvector(ARRAY['诉求', 'w' || n])
FROM generate_series(1, {TICKETS}) n
JOIN LATERAL (SELECT code, 'VS-' || substr(place, 1, 6) AS desk FROM unit WHERE kind = 'station'
              OFFSET (n * 7919) % (SELECT count(*) FROM unit WHERE kind = 'station') LIMIT 1) u ON true
JOIN LATERAL (SELECT (ARRAY['registered', 'need_info', 'dispatched', 'in_progress', 'under_review', 'awaiting_survey',
              'rework'])[1 + n % 7] AS word) w ON true
JOIN LATERAL (SELECT CASE WHEN n % 10 = 0 THEN w.word ELSE 'closed' END AS status, n % 10 = 0 AS open) s ON true;
INSERT INTO job (kind, payload, run_at, key, sent_at)
SELECT 'sla.rung', '{{}}', timestamptz '2026-11-02 01:00Z' + (n - 50) * interval '1 minute', 'plan:' || n,
       CASE WHEN n % 500 = 0 THEN timestamptz '2026-11-02 00:59Z' END
FROM generate_series(1, {TICKETS}) n;
INSERT INTO deadline (ticket_id, clock, target, service_class, round, amount, per, policy_version, calendar_version, start_at,
                      due_at, provisional, state)
SELECT id, 'petitioner', 'resolve', 'P2', 0, 5, 'working_days', '1', '1', registered_at, next_due_at, false, 'running'
FROM ticket WHERE next_due_at IS NOT NULL;
INSERT INTO escalation (deadline_id, ticket_id, rung, level, kind, unit, fired_at, wants_ack, acknowledged_at)
SELECT id, ticket_id, 'L2', 2, 'supervision', 'VS-150102', due_at, true, CASE WHEN id % 5 > 0 THEN due_at END
FROM deadline WHERE id % 4 = 0;
INSERT INTO trail (ticket_id, seq, at, kind, data, previous, hash)
SELECT t.id, n, t.registered_at + n * interval '1 minute', CASE WHEN n = 1 THEN 'TicketRegistered' ELSE 'TicketSigned' END,
       jsonb_build_object('by', jsonb_build_object('kind', 'staff', 'staff_id', 1 + t.id % 900)), '', ''
FROM ticket t, generate_series(1, 3) n;
INSERT INTO ticket_seen (account_id, ticket_id, version)
SELECT a.id, t.id, 1 FROM ticket t, (SELECT id FROM account ORDER BY id LIMIT 60) a WHERE (t.id + a.id) % 20 = 0;
INSERT INTO security_trail (seq, at, kind, data, previous, hash)
SELECT n, timestamptz '2026-11-02 01:00Z' - n * interval '1 minute', 'SignedIn',
       jsonb_build_object('account', 'name' || n % 900), '', ''
FROM generate_series(1, 20000) n;
INSERT INTO survey (ticket_id, round, unit, state, token_hash, created_at, expires_at, answered_at, contacted, solved, satisfied)
SELECT id, 1, lead_unit, 'answered', 'plan' || id, ended_at, ended_at + interval '7 days', ended_at + interval '1 hour', true, 'yes', 'yes'
FROM ticket WHERE status = 'closed';
INSERT INTO rates_tally (survey_id, ticket_id, day, unit, category, aside, counts, ending, contacted, solved, satisfied, first_time, excluded,
                         reworked, reasons)
SELECT s.id, s.ticket_id, timezone('Asia/Shanghai', s.answered_at)::date, s.unit, t.category, false, true, 'answered', true, 'yes', 'yes', true, false, false, '{{}}'
FROM survey s JOIN ticket t ON t.id = s.ticket_id;
TRUNCATE rates_mark;
INSERT INTO rates_month (name, starts_at, ends_at, frozen_at, policy)
SELECT to_char(m, 'YYYY-MM'), timezone('Asia/Shanghai', m), timezone('Asia/Shanghai', m + interval '1 month'), m + interval '36 days',
       '{{"weights": {{"response": 10, "resolution": 45, "satisfaction": 45}}, "mostly": "9/10", "minimum": 5}}'
FROM generate_series(timestamp '2026-08-01', '2026-10-01', '1 month') m;
INSERT INTO rates_frozen (month_id, ticket_id, unit, category, contacted, solved, satisfied, first_time, excluded, reworked)
SELECT m.id, y.ticket_id, y.unit, y.category, true, 'yes', 'yes', true, false, false
FROM rates_tally y JOIN rates_month m ON to_char(y.day, 'YYYY-MM') = m.name;
ANALYZE;
"""


@pytest.fixture(scope="module")
def database(where, worker) -> Iterator[str]:
    """A database with many tickets and jobs, filled once for all the tests below."""
    name = f"jiesu_{worker}_full"
    where.clone(name)
    with psycopg.connect(where.url(name, "owner").replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute(FILL)
    yield name
    where.drop(name)


@pytest.fixture
async def full(settings, where, database, clock, policies) -> AsyncIterator[Kernel]:
    """A kernel on it."""
    here = msgspec.structs.replace(settings, database_url=where.url(database))
    async with committing_kernel(here, clock, policies) as kernel:
        yield kernel


@asynccontextmanager
async def plans(kernel) -> AsyncIterator[list[str]]:
    """Run something in the block: afterwards the list holds the plan of every statement it sent."""
    sent: list[tuple[str, Any]] = []
    found: list[str] = []

    def remember(_connection, _cursor, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if not many and statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            sent.append((statement, parameters))

    event.listen(kernel.engine.sync_engine, "before_cursor_execute", remember)
    try:
        yield found
    finally:
        event.remove(kernel.engine.sync_engine, "before_cursor_execute", remember)
    async with kernel.engine.connect() as connection:
        for statement, parameters in sent:
            rows = await connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {statement}", parameters)
            found.append("\n".join(row[0] for row in rows))


GROWING = (
    "ticket", "job", "deadline", "petitioner", "escalation", "trail", "security_trail", "ticket_seen", "survey", "rates_tally", "rates_frozen",
)  # fmt: skip


def whole_tables(found: list[str]) -> list[str]:
    """Plans that read all of a table that grows."""
    assert found
    return [plan for plan in found if re.search(rf"Seq Scan on ({'|'.join(GROWING)})\b", plan)]


async def test_a_ticket_is_locked_with_its_whole_by_index(full):
    async with full.db.begin() as uow:
        some = await uow.session.scalar(select(Ticket).limit(1))
    async with plans(full) as found, full.db.begin() as uow:
        assert (await TicketRepository(uow).lock_id(some.id)).number == some.number
    assert whole_tables(found) == []


async def test_the_relay_finds_its_work_by_index(full):
    async with plans(full) as found, full.db.begin() as uow:
        assert len(await claims.claim_due(uow.session, uow.now, limit=500)) >= 50
        await claims.next_due(uow.session)
        await claims.expire_leases(uow.session, uow.now, timedelta(seconds=60))
        await claims.restart_leases(uow.session, uow.now, after=uow.now)
        backlog = await read_backlog(uow.session, uow.now)
    assert backlog.out > 0
    assert whole_tables(found) == []


async def test_the_claim_reads_an_index_for_whatever_values_and_locks_no_more_than_it_takes(full):
    """A prepared statement is planned without its values in the end."""
    async with full.engine.connect() as connection:
        await connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        for priority in Priority:
            compiled = claims.due(priority, full.clock.now(), 500).compile(full.engine.sync_engine)
            plan = await connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {compiled}", compiled.params)
            text = "\n".join(row[0] for row in plan)
            assert "Index Scan using ix_job_due" in text
            assert "Sort" not in text


@pytest.mark.parametrize("username", [f"officer-{STATION}", f"dispatcher-{COUNTY}", f"supervisor-{CITY}"])
async def test_every_queue_its_next_page_and_its_count_read_indexes(full, username):
    async with plans(full) as found, full.db.begin() as uow:
        staff = await person(uow, full, username)
        await uow.see_as(staff.viewer)
        for view in VIEWS:
            page = await list_tickets(uow, full.keys, staff, view)
            await list_tickets(uow, full.keys, staff, view, cursor=page.next_cursor or "")
        await counts(uow, staff, VIEWS)
    assert whole_tables(found) == []


@pytest.mark.parametrize("username", [f"officer-{STATION}", f"dispatcher-{COUNTY}", f"supervisor-{CITY}"])
async def test_a_narrowed_queue_and_what_is_news_in_it_read_indexes(full, username):
    narrow = {"unit": COUNTY, "category": "04", "service_class": "P2", "channel": "web", "due": "2026-11-30"}
    async with plans(full) as found, full.db.begin() as uow:
        staff = await person(uow, full, username)
        await uow.see_as(staff.viewer)
        for view in VIEWS:
            for name, value in narrow.items():
                given = Narrow(**{name: value}).conditions(full.rules.organisation)
                page = await list_tickets(uow, full.keys, staff, view, narrow=given)
                await news_among(uow, staff, page.tickets)
    assert whole_tables(found) == []


async def test_earlier_tickets_and_planned_calls_read_indexes(full):
    async with full.db.begin() as uow:
        await uow.session.execute(
            text("UPDATE ticket SET next_call_at = now() WHERE status = 'in_progress' AND number LIKE 'PLAN-%'")
        )
        await uow.session.execute(text("ANALYZE ticket"))
    made = await Make(full).ticket("in_progress")
    await Make(full).ticket("dispatched")
    async with plans(full) as found, full.db.begin() as uow:
        staff = await person(uow, full, f"officer-{STATION}")
        await uow.see_as(staff.viewer)
        ticket = await TicketRepository(uow).find(made.number)
        assert (await earlier_tickets(uow, full.rules, staff, ticket)).count == 1
        await calls_today(uow, full.rules, staff)
    assert whole_tables(found) == []


@pytest.mark.parametrize("username", [f"dispatcher-{COUNTY}", f"dispatcher-{CITY}"])
@pytest.mark.parametrize("category", ["0401", None])
async def test_what_may_be_the_same_matter_is_found_by_index(full, username, category):
    made = await Make(full).filed(category=category)
    await Make(full).filed(category=category)
    async with plans(full) as found, full.db.begin() as uow:
        staff = await person(uow, full, username)
        await uow.see_as(staff.viewer)
        ticket = await TicketRepository(uow).find(made.number)
        assert await alike_tickets(uow, full.rules, staff, described(staff, ticket))
    assert whole_tables(found) == []


async def test_words_numbers_and_telephones_are_found_by_index(full):
    made = await Make(full).ticket("closed", petitioner={"name": "王", "phone": "13900139000"})
    async with plans(full) as found, full.db.begin() as uow:
        staff = await person(uow, full, f"supervisor-{CITY}")
        await uow.see_as(staff.viewer)
        for q in ("w4242", made.number, "13900139000"):
            assert (await list_tickets(uow, full.keys, staff, View.ALL, q=q)).tickets
    assert whole_tables(found) == []


async def test_a_whole_life_reads_no_whole_table(full):
    async with plans(full) as found:
        await Make(full).ticket("rework")
    assert whole_tables(found) == []


async def test_the_numbers_of_the_board_and_their_lists_read_indexes(full):
    """But for what is reckoned over most of what there is: a long flow, an old backlog."""
    day = full.clock.now().date()
    async with plans(full) as found, full.db.begin() as uow:
        supervisor = await person(uow, full, f"supervisor-{CITY}")
        await uow.see_as(supervisor.viewer)
        view = await overview(uow, full.rules, supervisor)
        assert view.queues["overdue"] > 100
        for cut in (Cut(), Cut(What.OVERDUE), Cut(What.DUE_24H), Cut(What.WAITING, level=2), Cut(place="150102"),
                    Cut(What.ARRIVED, since=day, until=day), Cut(What.ENDED, since=day, until=day)):  # fmt: skip
            page = await cut_page(uow, full.rules, supervisor, cut, size=20)
            await cut_page(uow, full.rules, supervisor, cut, page.next_cursor or "", size=20)
        await waiting_tickets(uow, full.rules, supervisor, None)
        await approvals(uow, full.rules, supervisor)
    assert whole_tables(found) == []


async def test_the_figures_of_a_station_read_indexes(full):
    """Of a frozen month and the one that runs, as pages and files show them."""
    async with plans(full) as found, full.db.begin() as uow:
        head = await person(uow, full, f"unit_head-{STATION}")
        await uow.see_as(head.viewer)
        for month in ("2026-10", "2026-11"):
            asked = (uow, full.rules, head, month, None)
            await rates_view(*asked)
            for by in By:
                await divided_view(*asked, by)
            await punctual_view(*asked)
            await punctual_list(*asked, ClockKind.PETITIONER, Target.RESOLVE)
            await co_handling_view(*asked)
            await league_view(*asked[:4])
        frozen = await divided_view(uow, full.rules, head, "2026-10", None, By.CATEGORY)
        assert frozen.parts[0].frozen == frozen.parts[0].figures
        await topics_view(uow, full.rules, head, None)
    assert whole_tables(found) == []


@pytest.mark.parametrize(
    "wanted",
    [{}, {"since": "2026-09-01", "until": "2026-09-02"}, {"kind": "TicketSigned"}, {"kind": "PetitionerRevealed"},
     {"kind": "SignInLocked"}, {"account": f"officer-{STATION}"}, {"account": "nobody"}, {"number": "PLAN-77"}],
    ids=str,
)  # fmt: skip
async def test_whatever_an_auditor_looks_for_is_found_by_index(full, wanted):
    async with full.db.begin() as uow:
        await employ(uow, Role.AUDITOR, CITY)
        auditor = await person(uow, full, f"auditor-{CITY}")
    async with plans(full) as found, full.db.begin() as uow:
        page = await lines(uow.session, full.rules, auditor, Filters(**wanted))
        await lines(uow.session, full.rules, auditor, Filters(**wanted), cursor=page.next_cursor or "")
    assert whole_tables(found) == []
