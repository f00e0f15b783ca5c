"""Databases with the migrated schema, its big tables partitioned or not, filled by statements: what `bench/partitions.py` measures."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from jiesu.embedded.cluster import SUPERUSER, own_programs
from jiesu.kit.numbers import format_number
from tests.builders.servers import TEMPLATE, Where

__all__ = ["DESIGNS", "MONTHS", "Span", "as_owner", "as_superuser", "fill", "part"]

MONTHS = 60
#: Tables that are partitioned, each by what column. The ticket's key rises with registration, so its ranges are months too.
DESIGNS: dict[str, dict[str, str]] = {
    "plain": {},
    "month": {"ticket": "registered_at", "trail": "at"},
    "key": {"ticket": "id", "trail": "ticket_id"},
    "trail": {"trail": "ticket_id"},
}
#: Of the newest ones 1 in 250 of all is open, of the older ones 1 in 10,000 (listed, disputed). Keys rise with registration.
TICKETS = """
TRUNCATE ticket;
INSERT INTO ticket (id, number, code_hash, version, status, track, nature, channel, service_class, policy_version, category, title, text,
                    anonymous, confidential, desk_unit, lead_unit, routing, rounds, info_requests, reworks, dissatisfactions,
                    contact_attempts, registered_at, next_due_at, ended_at, search)
SELECT n, to_char(at, '"HH"YYYYMMDD-') || lpad((n %% 100000)::text, 5, '0') || '-0', '', 1, CASE WHEN open THEN 'in_progress' ELSE 'closed' END,
       'SERVICE', 'help', 'web', 'P2', '1', (ARRAY['0401', '0502', '0903', '1101'])[1 + n %% 4], '抚恤金停发三个月 ' || n, repeat('诉求', 30),
       false, false, u.desk, u.code, '{}', 1, 0, 0, 0, 0, at, CASE WHEN open THEN at + interval '7 days' END,
       CASE WHEN NOT open THEN at + interval '4 days' END,
       array_to_tsvector(ARRAY['诉求', 'w' || n %% 5000, CASE WHEN n %% 200 = 0 THEN '停发' ELSE '抚恤' END]
           || CASE WHEN n %% 100000 = 77 THEN ARRAY['罕见'] ELSE '{}' END)
FROM generate_series(1, %(tickets)s::bigint) n
CROSS JOIN LATERAL (SELECT %(start)s::timestamptz + n * %(step)s::interval AS at, n > %(tickets)s - %(tickets)s / 250 OR n %% 10000 = 0 AS open) o
JOIN (SELECT code, 'VS-' || substr(place, 1, 6) AS desk, row_number() OVER (ORDER BY code) - 1 AS nth, count(*) OVER () AS many
      FROM unit WHERE kind = 'station') u ON u.nth = n * 7919 %% u.many
"""
#: As many entries as tickets: chains of five, eight days long, of each fifth ticket; written in the order of their moments.
TRAIL = """
TRUNCATE trail;
INSERT INTO trail (id, ticket_id, seq, at, kind, data, previous, hash)
SELECT n, 5 * chain, 1 + n %% 5, %(start)s::timestamptz + n * %(step)s::interval, (ARRAY['TicketRegistered', 'TicketDispatched', 'TicketSigned',
       'NoteAdded', 'TicketSubmitted'])[1 + n %% 5], jsonb_build_object('by', jsonb_build_object('kind', 'staff', 'staff_id', n %% 3000),
       'text', repeat('x', 120)), repeat(md5(n::text), 2), repeat(md5((n + 1)::text), 2)
FROM generate_series(1, %(tickets)s::bigint) n
CROSS JOIN LATERAL (SELECT n / 5 - (ARRAY[0, 1, 2, 5, 8])[1 + n %% 5] * %(tickets)s / 9130 AS chain) c WHERE chain > 0
"""


@dataclass(frozen=True)
class Span:
    """So many tickets, evenly over sixty months, the last of which is this one."""

    tickets: int
    now: datetime

    @property
    def start(self) -> datetime:
        return self.month(0)

    @property
    def step(self) -> timedelta:
        return (self.now - self.start) / self.tickets

    def month(self, nth: int) -> datetime:
        """The first moment of a month, from 0."""
        months = self.now.year * 12 + self.now.month - MONTHS + nth
        return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)

    def bound(self, column: str, nth: int) -> str:
        """Where a partition begins, written out."""
        if nth in (0, MONTHS):
            return "MAXVALUE" if nth else "MINVALUE"
        if column in ("at", "registered_at"):
            return f"'{self.month(nth).isoformat()}'"
        return str(1 + int((self.month(nth) - self.start) / self.step))

    @property
    def middle(self) -> int:
        """A ticket of the middle that has a chain."""
        return self.tickets // 10 * 5

    @property
    def middle_day(self) -> datetime:
        """The day on which it was registered."""
        return (self.start + self.middle * self.step).replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def number(self) -> str:
        """Its number, which has a right check digit: those of all others have none."""
        return format_number(self.middle_day, 99_999)


def as_superuser(where: Where, database: str) -> psycopg.Connection:
    return psycopg.connect(host=where.sockets, dbname=database, user=SUPERUSER, autocommit=True)


def as_owner(where: Where, database: str) -> psycopg.Connection:
    url = where.url(database, "owner").replace("+psycopg", "")
    return psycopg.connect(url, autocommit=True, options="-c jiesu.scope=system")


def fill(where: Where, name: str, span: Span) -> dict[str, float]:
    """The migrated schema from its dump, with the changes that partitions ask for; rows before indexes. Seconds of each part."""
    columns, took, began = DESIGNS[name], {}, time.perf_counter()
    before, after = _dumped(where, "pre-data"), _dumped(where, "post-data")
    for table, column in columns.items():
        before, after = _split(before, table, column, span), _with_key(after, table, column)
    _psql(where, name, before)
    _psql(where, name, _dumped(where, "data"))
    given = {"tickets": span.tickets, "start": span.start, "step": span.step}
    with psycopg.ClientCursor(as_superuser(where, name)) as cursor:
        for table, rows in (("ticket", TICKETS), ("trail", TRAIL)):
            cursor.execute(rows, given)
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {span.tickets})")
        took["rows"] = round(time.perf_counter() - began, 1)
        _psql(where, name, after)
        took["indexes and all"] = round(time.perf_counter() - began, 1)
        cursor.execute("VACUUM ANALYZE ticket, trail")
        cursor.execute("UPDATE ticket SET number = %s WHERE id = %s", (span.number, span.middle))
    cursor.connection.close()
    sys.stderr.write(f"{name}: filled, {took}\n")
    return took


def _dumped(where: Where, section: str) -> str:
    options = ["-h", where.sockets, "-U", SUPERUSER, "-d", TEMPLATE, f"--section={section}"]
    return subprocess.run([own_programs() / "pg_dump", *options], check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own


def _psql(where: Where, name: str, script: str) -> None:
    options = ["-qX", "-v", "ON_ERROR_STOP=1", "-h", where.sockets, "-U", SUPERUSER, "-d", name]
    fast = {"PGOPTIONS": "-c maintenance_work_mem=512MB -c session_replication_role=replica"}
    psql = [own_programs() / "psql", *options]
    subprocess.run(psql, input=script, check=True, text=True, env=fast, stdout=subprocess.DEVNULL)  # noqa: S603 - our own


def _split(before: str, table: str, column: str, span: Span) -> str:
    """The table with its sixty parts. The application's role gets nothing on a part: policies and triggers hold for the whole only."""
    made = re.compile(rf"(CREATE TABLE public\.{table} \(.*?\n\));", re.DOTALL)
    return made.sub(rf"\1 PARTITION BY RANGE ({column});", before, count=1) + "".join(
        part(table, f"{table}_{nth}", span.bound(column, nth), span.bound(column, nth + 1)) for nth in range(MONTHS)
    )


def part(table: str, name: str, first: str, end: str) -> str:
    """The statements that make one."""
    return f"""
        CREATE TABLE public.{name} PARTITION OF public.{table} FOR VALUES FROM ({first}) TO ({end});
        ALTER TABLE public.{name} OWNER TO jiesu_owner;
        REVOKE ALL ON public.{name} FROM jiesu_app;
    """


def _with_key(after: str, table: str, column: str) -> str:
    """Unique keys get the column; foreign keys to the table go, where they cannot name it."""

    def widened(found: re.Match[str]) -> str:
        return found[0] if re.search(rf"\b{column}\b", found[2]) else f"{found[1]}({found[2]}, {column})"

    after = after.replace(f"ALTER TABLE ONLY public.{table}\n    ADD", f"ALTER TABLE public.{table}\n    ADD")
    after = re.sub(rf"(public\.{table}\n    ADD CONSTRAINT \w+ (?:PRIMARY KEY|UNIQUE) )\(([^)]*)\)", widened, after)
    after = re.sub(rf"(CREATE UNIQUE INDEX \w+ ON public\.{table} USING btree )\(([^)]*)\)", widened, after)
    if column != "id":
        after = re.sub(
            rf"ALTER TABLE (?:ONLY )?[\w.]+\n    ADD CONSTRAINT \w+ FOREIGN KEY \(\w+\) REFERENCES public\.{table}\(id\)[^;]*;",
            "",
            after,
        )
    return after
