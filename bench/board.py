"""What the board costs the server with ten thousand tickets and with a million, of a long history and of a great crowd."""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.stand import Stand
from jiesu.demo.users import PASSWORD, add_demo_users
from jiesu.kernel import Kernel, on_kernel
from jiesu.statistics.fold import rebuild

FEW, MANY = 10_000, 1_000_000
#: Paths that are asked for, by name.
PAGES = {
    "board": "/board",
    "screen": "/board/screen",
    "list": "/board/list?what=overdue",
    "queue": "/desk?view=overdue",
    "rates": "/board/rates?by=category",
    "league": "/board/league",
}
#: `history`: 100 tickets a day however long ago it began, the newest 1,000 open. `crowd`: all in three years, a tenth open.
SHAPES = {
    "history": ("interval '864 seconds'", "n <= 1000"),
    "crowd": ("(interval '94608000 seconds' / {tickets})", "n % 10 = 0"),
}
FILL = """
TRUNCATE ticket, petitioner, rates_tally, rates_sum, rates_mark CASCADE;
INSERT INTO ticket (number, code_hash, version, status, track, nature, channel, service_class, policy_version, category, title,
                    text, place, anonymous, confidential, desk_unit, lead_unit, routing, rounds, info_requests, reworks,
                    dissatisfactions, contact_attempts, registered_at, ended_at, next_due_at, search)
SELECT 'BENCH-' || n, '', 1, CASE WHEN {open} THEN (ARRAY['dispatched', 'in_progress', 'under_review', 'rework'])[1 + n % 4]
       ELSE 'closed' END, 'SERVICE', 'help', 'web', 'P2', '1', lpad((1 + n % 17)::text, 2, '0') || '01', 'title ' || n,
       repeat('诉求', 20), u.place, false, false, u.desk, u.code, '{{}}', 0, 0, 0, 0, 0, now() - n * {step},
       CASE WHEN NOT ({open}) THEN now() - n * {step} + interval '4 days' END,
       CASE WHEN {open} THEN now() + (n % 2000 - 300) * interval '10 minutes' END, ''
FROM generate_series(1, {tickets}) n
JOIN (SELECT row_number() OVER (ORDER BY code) - 1 AS nth, count(*) OVER () AS many, code, place,
             'VS-' || substr(place, 1, 6) AS desk FROM unit WHERE kind = 'station') u ON u.nth = (n * 7919::bigint) % u.many;
INSERT INTO survey (ticket_id, round, unit, state, token_hash, created_at, expires_at, answered_at, channel, contacted, solved,
                    satisfied)
SELECT id, 1, lead_unit, 'answered', number, ended_at, ended_at, ended_at, 'link', true,
       (ARRAY['yes', 'yes', 'partly', 'no'])[1 + id % 4], (ARRAY['yes', 'mostly', 'no'])[1 + id % 3]
FROM ticket WHERE ended_at < now() AND id % 3 > 0;
INSERT INTO deadline (ticket_id, clock, target, service_class, round, amount, per, policy_version, calendar_version, start_at,
                      due_at, provisional, state)
SELECT id, 'petitioner', 'first_contact', 'P2', 0, 24, 'hours', '1', '1', registered_at, registered_at + interval '1 day', false,
       CASE WHEN id % 9 = 0 THEN 'missed' ELSE 'met' END
FROM ticket;
"""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=60, help="how often each page is asked for")
    options.add_argument("--shape", choices=SHAPES, action="append", help="by default both")
    options.add_argument("--many", type=int, default=MANY)
    chosen = options.parse_args()
    found: dict[str, Any] = {}
    with Stand() as stand:
        asyncio.run(on_kernel(stand.settings, _employ))
        for shape in chosen.shape or SHAPES:
            found[shape] = {count: measure(stand, shape, count, chosen.times) for count in (FEW, chosen.many)}
            few, many = found[shape].values()
            found[shape]["p99 ratio"] = {page: round(many[page]["p99"] / few[page]["p99"], 2) for page in PAGES}
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


async def _employ(kernel: Kernel) -> None:
    async with kernel.db.begin() as uow:
        await add_demo_users(uow, kernel.rules.organisation, uow.now)


async def _count(kernel: Kernel) -> None:
    async with kernel.db.begin() as uow:
        await rebuild(uow, kernel.rules.rates.kept_days)


def measure(stand: Stand, shape: str, tickets: int, times: int) -> dict[str, Any]:
    """Milliseconds of each page: half of them within p50, one in a hundred beyond p99."""
    _fill(stand, shape, tickets)
    with stand.running("serve"):
        return asyncio.run(_ask(f"http://127.0.0.1:{stand.settings.port}", times))


def _fill(stand: Stand, shape: str, tickets: int) -> None:
    step, open_ = SHAPES[shape]
    statement = FILL.format(tickets=tickets, step=step.format(tickets=tickets), open=open_)
    url = str(stand.settings.owner_database_url).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True, options="-c jiesu.scope=system") as owner:
        owner.execute(statement.encode())
        _tidy(owner, "ticket", "survey", "deadline")
        asyncio.run(on_kernel(stand.settings, _count))
        _tidy(owner, "rates_tally", "rates_sum", "rates_mark")


def _tidy(owner: psycopg.Connection, *tables: str) -> None:
    """As autovacuum has done it long ago."""
    for table in tables:
        owner.execute(f"VACUUM ANALYZE {table}".encode())


async def _ask(url: str, times: int) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:
        signed = await client.post("/api/v1/session", json={"username": "supervisor-vs-1501", "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {signed.raise_for_status().json()['token']}"
        client.cookies.clear()
        return {page: await _timed(client, path, times) for page, path in PAGES.items()}


async def _timed(client: httpx.AsyncClient, path: str, times: int) -> dict[str, float]:
    taken = []
    for number in range(times + 5):
        began = time.perf_counter()
        (await client.get(path)).raise_for_status()
        if number >= 5:  # the first ones warm up
            taken.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1)}


if __name__ == "__main__":
    main()
