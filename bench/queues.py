"""The queue page at 10,000 and at 1,000,000 tickets: server time of each view and of words, for an officer, a dispatcher, a supervisor.

Both sizes are asked in turn, so that whatever else the machine does meets both alike.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg
from httpx import AsyncClient

from jiesu.kit.clock import SystemClock
from jiesu.kit.memory import keep_for_good
from jiesu.rules import load_policies
from jiesu.settings import load_settings
from tests.builders.desk import signing_in
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.kernels import committing_kernel, http
from tests.builders.servers import CONFIG, Servers, Where

SIZES = (10_000, 1_000_000)
#: Each page is asked for so many times at each size; the first tenth only warms up.
ROUNDS = 100
#: Words of two characters, by how many tickets hold them: every one, one in 200, one in 100,000.
WORDS = ("诉求", "停发", "罕见")
WHO = (f"officer-{STATION}", f"dispatcher-{COUNTY}", f"supervisor-{CITY}")
PAGES = (
    "/desk",
    "/desk?view=overdue",
    "/desk?view=open&class=P2",
    "/desk?view=ended",
    "/desk?view=ended&category=04",
    *(f"/desk?view=all&q={word}" for word in WORDS),
)
#: Nine of ten have ended, as after a year. The newest 1,500 are of the officer's own station at either size, so that pages of equally many
#: lines are compared; everywhere else category and unit have nothing to do with each other.
FILL = """
INSERT INTO ticket (number, code_hash, version, status, track, nature, channel, service_class, policy_version, category, title, text,
                    anonymous, confidential, desk_unit, lead_unit, routing, rounds, info_requests, reworks, dissatisfactions,
                    contact_attempts, registered_at, next_due_at, ended_at, search)
SELECT 'BENCH-' || n, '', 1, s.status, 'SERVICE', 'help', 'web', 'P2', '1', (ARRAY['0401', '0502', '0903', '1101'])[1 + (n / 7) % 4], '抚恤金停发三个月 ' || n, repeat('诉求', 60),
       false, false, u.desk, CASE WHEN s.status IN ('registered', 'need_info') THEN NULL ELSE u.code END, '{{}}', 1, 0, 0, 0, 0,
       now() - n * interval '1 minute',
       CASE WHEN s.open THEN now() + (n % 20000 - 200) * interval '10 minutes' END,
       CASE WHEN NOT s.open THEN now() - n * interval '30 seconds' END,
       array_to_tsvector(ARRAY['诉求', 'w' || n % 5000] || CASE WHEN n % 200 = 0 THEN ARRAY['停发'] ELSE ARRAY['抚恤'] END
           || CASE WHEN n % 100000 = 77 THEN ARRAY['罕见'] ELSE '{{}}' END)
FROM generate_series(1, {tickets}) n
JOIN (SELECT code, 'VS-' || substr(place, 1, 6) AS desk, row_number() OVER (ORDER BY code) - 1 AS place
      FROM unit WHERE kind = 'station') u ON u.place = CASE WHEN n <= 1500 THEN (SELECT count(*) FROM unit WHERE kind = 'station' AND code < '{station}')
                                 ELSE (n::bigint * 7919) % (SELECT count(*) FROM unit WHERE kind = 'station') END
JOIN LATERAL (SELECT (ARRAY['registered', 'need_info', 'dispatched', 'in_progress', 'under_review', 'awaiting_survey',
              'rework'])[1 + (n / 10) % 7] AS word) w ON true
JOIN LATERAL (SELECT CASE WHEN n % 10 = 0 THEN w.word ELSE 'closed' END AS status, n % 10 = 0 AS open) s ON true
"""


def main() -> None:
    """Fill, ask, print times in ms and the ratio of the sizes, as text or with --json."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs=2, default=SIZES)
    options.add_argument("--rounds", type=int, default=ROUNDS)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    servers = Servers()
    try:
        found = asyncio.run(_measured(servers.start(), chosen.sizes, chosen.rounds))
    finally:
        servers.stop()
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n" if chosen.json else _report(found))


async def _measured(where: Where, sizes: list[int], rounds: int) -> dict[int, dict[str, dict[str, Any]]]:
    """Size → role → page → times; the pages of both sizes in turn."""
    async with AsyncExitStack() as stack:
        desks = {size: await stack.enter_async_context(desk(where, _filled(where, size), WHO)) for size in sizes}
        keep_for_good()  # as `jiesu serve` does
        took: dict[int, dict[str, dict[str, list[float]]]] = {size: {who: {} for who in WHO} for size in sizes}
        for _ in range(rounds):
            for who in WHO:
                for page in PAGES:
                    for size, (client, signed) in desks.items():
                        took[size][who].setdefault(page, []).append(await _ask(client, page, signed[who]))
    return {
        size: {
            who.partition("-")[0]: {page: _summary(sorted(times[rounds // 10 :])) for page, times in pages.items()}
            for who, pages in roles.items()
        }
        for size, roles in took.items()
    }


def _filled(where: Where, tickets: int) -> str:
    """A database with so many tickets."""
    name = f"queue_{tickets}"
    where.clone(name)
    with psycopg.connect(where.url(name, "owner").replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("SELECT set_config('jiesu.scope', 'system', false)")
        owner.execute(FILL.format(tickets=tickets, station=STATION))
        owner.execute("VACUUM ANALYZE ticket")
    return name


@asynccontextmanager
async def desk(
    where: Where, name: str, who: Sequence[str]
) -> AsyncIterator[tuple[AsyncClient, dict[str, dict[str, str]]]]:
    """The application on a database, and the headers of each of those who ask."""
    with tempfile.TemporaryDirectory() as folder:
        env = {
            "JIESU_DATABASE_URL": where.url(name),
            "JIESU_OWNER_DATABASE_URL": where.url(name, "owner"),
            "JIESU_REDIS_URL": where.redis(0),
            "JIESU_SECRET_KEY": "5e" * 32,
            "JIESU_ALLOWED_HOSTS": "testserver.local",
            "JIESU_DEMO": "true",
            "JIESU_LOG_LEVEL": "error",
            "JIESU_DATA_DIR": folder,
        }
        async with (
            committing_kernel(load_settings(env), SystemClock(), load_policies(CONFIG)) as kernel,
            http(kernel) as client,
        ):
            yield client, {each: await signing_in(client, kernel)(each) for each in who}


async def _ask(client: AsyncClient, page: str, headers: dict[str, str]) -> float:
    began = time.perf_counter()
    reply = await client.get(page, headers=headers)
    assert reply.status_code == 200, reply.text
    return (time.perf_counter() - began) * 1000


def _summary(taken: list[float]) -> dict[str, float]:
    return {
        "p50": round(taken[len(taken) // 2], 1),
        "p99": round(taken[min(len(taken) - 1, len(taken) * 99 // 100)], 1),
    }


def _report(found: dict[int, Any]) -> str:
    few, many = found
    lines = [f"{'':36} {few:>16,} {many:>18,}   ratio of p50 and p99"]
    for who, pages in found[few].items():
        for page, first in pages.items():
            then = found[many][who][page]
            ratios = " ".join(f"{then[part] / first[part]:6.2f}" for part in ("p50", "p99"))
            cells = " ".join(f"{one['p50']:7.1f} {one['p99']:7.1f} ms" for one in (first, then))
            lines.append(f"{who:12} {page:28} {cells} {ratios}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
