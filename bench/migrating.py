"""An upgrade of a full database while people work: how long they wait for each migration, and whether anything fails.

`python bench/migrating.py [--from 0030] [--tickets 200000]`: six clients do in loops what a page and a step do, and every ten seconds somebody
reads for five in one transaction, as a report or a backup does. They know the tables of the older release only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg

from bench.board import FILL
from jiesu.db.engine import connect, sessions
from jiesu.db.migrate import pending, upgrade
from jiesu.units.importing import read_places, read_units
from jiesu.units.store import apply_import
from tests.builders.servers import CONFIG, Servers

CLIENTS, CALM = 6, 10.0
OPEN = "('dispatched', 'in_progress', 'under_review', 'rework')"
WORK = {
    "queue": f"SELECT * FROM ticket WHERE status IN {OPEN} ORDER BY next_due_at, id LIMIT 50",  # noqa: S608 - our own words
    "page": "SELECT * FROM ticket t LEFT JOIN deadline d ON d.ticket_id = t.id LEFT JOIN survey s ON s.ticket_id = t.id WHERE t.id = %(id)s",
    "step": """
        WITH held AS (UPDATE ticket SET version = version + 1, category = '0502' WHERE id = %(id)s RETURNING id),
            met AS (UPDATE deadline SET state = 'met' WHERE ticket_id = %(id)s),
            rated AS (UPDATE survey SET contacted = NOT contacted WHERE ticket_id = %(id)s),
            told AS (INSERT INTO notice (key, unit, ticket_id, kind, level, created_at, shown_from)
                     SELECT 'bench-' || %(nth)s, 'VS-1501', id, 'news', 0, now(), now() FROM held)
        INSERT INTO trail (ticket_id, seq, at, kind, data, previous, hash)
        SELECT id, %(nth)s, now(), 'NoteAdded', '{}', repeat('0', 64), repeat('1', 64) FROM held""",
}


class Office:
    """Clients at work; what each statement took, and when."""

    def __init__(self, url: str, tickets: int) -> None:
        self.url, self.tickets = url, tickets
        self.took: list[tuple[float, float, str]] = []
        self.failed: list[str] = []
        self._over = threading.Event()

    @contextmanager
    def open(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._work, args=[nth]) for nth in range(CLIENTS)]
        threads.append(threading.Thread(target=self._read_for_long))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True, options="-c jiesu.scope=system")

    def _work(self, who: int) -> None:
        chance, nth = random.Random(who), 1000 + who  # noqa: S311 - only a load
        with self._connect() as connection:
            while not self._over.wait(0.02):
                nth += CLIENTS
                for name, text in WORK.items():
                    began = time.monotonic()
                    try:
                        given = {"id": chance.randint(1, self.tickets), "nth": nth}
                        connection.execute(text.encode(), given, prepare=False)
                    except psycopg.Error as error:
                        self.failed.append(f"{name}: {error}")
                    self.took.append((began, time.monotonic() - began, name))

    def _read_for_long(self) -> None:
        with self._connect() as connection:
            while not self._over.wait(5):
                connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
                connection.execute("SELECT count(*) FROM ticket, deadline WHERE false")
                self._over.wait(5)
                connection.execute("COMMIT")

    def waited(self, begin: float, end: float) -> dict[str, Any]:
        """Milliseconds of what was under way in between."""
        taken = sorted(1000 * long for began, long, _ in self.took if began < end and began + long > begin)
        if len(taken) < 2:
            return {"statements": len(taken)}
        return {"statements": len(taken), "p99 ms": round(quantiles(taken, n=100)[98]), "longest ms": round(taken[-1])}


def main() -> None:
    """Fill the older schema, let people work, upgrade step by step, print what it found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--from", dest="first", default="0030")
    options.add_argument("--tickets", type=int, default=200_000)
    chosen = options.parse_args()
    servers = Servers()
    try:
        where = servers.start()
        where.clone("full", empty=True)
        owner = where.url("full", "owner")
        upgrade(owner, chosen.first)
        asyncio.run(_organise(owner))
        _fill(owner, chosen.tickets)
        office = Office(where.url("full").replace("+psycopg", ""), chosen.tickets)
        with office.open():
            time.sleep(CALM)
            steps = {"before": (time.monotonic() - CALM, time.monotonic())}
            for revision, title in pending(owner):
                began = time.monotonic()
                upgrade(owner, revision)
                steps[f"{revision} {title}"] = (began, time.monotonic())
            time.sleep(2)
    finally:
        servers.stop()
    found = {name: {"s": round(end - begin, 1)} | office.waited(begin, end) for name, (begin, end) in steps.items()}
    for name, each in found.items():
        sys.stdout.write(f"{name}: {json.dumps(each)}\n")
    sys.stdout.write("\n".join([f"{len(office.failed)} failed", *office.failed]) + "\n")


async def _organise(url: str) -> None:
    engine = connect(url)
    async with sessions(engine).begin() as session:
        places, units = read_places(CONFIG / "places.csv").items, read_units(CONFIG / "units.csv").items
        await apply_import(session, list(places), list(units))
    await engine.dispose()


def _fill(url: str, tickets: int) -> None:
    rows = FILL.partition("CASCADE;")[2].format(tickets=tickets, step="interval '10 minutes'", open="n % 10 = 0")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True, options="-c jiesu.scope=system") as owner:
        owner.execute(rows.encode())
        owner.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()
