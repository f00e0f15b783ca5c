"""What one real filing wrote, as one statement for pgbench: the fastest that PostgreSQL could take the same rows."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from jiesu.db.scope import BEGIN_AS_SYSTEM
from jiesu.embedded.postgres import EmbeddedPostgres

__all__ = ["WRITTEN", "pgbench", "statement"]

#: Tables a filing writes, with the condition that finds its rows; the ticket's number is the parameter.
_TICKET = "(SELECT id FROM ticket WHERE number = %(number)s)"
WRITTEN: Mapping[str, str] = {
    "petitioner": "id = (SELECT petitioner_id FROM ticket WHERE number = %(number)s)",
    "ticket": "number = %(number)s",
    "trail": f"ticket_id = {_TICKET}",
    "trail_key": f"ticket_id = {_TICKET}",
    "consent": f"ticket_id = {_TICKET}",
    "deadline": f"ticket_id = {_TICKET}",
    "job": f"ticket_id = {_TICKET}",
    "message": f"ticket_id = {_TICKET}",
    "notice": f"ticket_id = {_TICKET}",
}
#: Columns that must be new, or point to the new rows, each time.
_FRESH = {
    "number": "substr(md5(random()::text), 1, 20)",
    "phone_hash": "md5(random()::text) || md5(random()::text)",
    "key": "gen_random_uuid()::text",
    "petitioner_id": "(SELECT id FROM petitioner_)",
    "ticket_id": "(SELECT id FROM ticket_)",
}
_COLUMNS = """
    SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' ORDER BY attnum"""


def statement(connection: psycopg.Connection[Any], number: str) -> tuple[str, dict[str, int]]:
    """The INSERTs of one filing as a single statement, and how many rows of which table it writes."""
    parts, rows = [], {}
    for table, condition in WRITTEN.items():
        columns = connection.execute(_COLUMNS, [table]).fetchall()
        names = ", ".join(name for name, _ in columns)
        texts = ", ".join(f"{name}::text" for name, _ in columns)
        query = f"SELECT {texts} FROM {table} WHERE {condition} ORDER BY id"  # noqa: S608 - names from the catalogue
        found = connection.execute(query.encode(), {"number": number}).fetchall()
        if found:
            values = ", ".join("(" + ", ".join(map(_value, columns, row)) + ")" for row in found)
            parts.append(f"{table}_ AS (INSERT INTO {table} ({names}) VALUES {values} RETURNING id)")  # noqa: S608
            rows[table] = len(found)
    return f"WITH {', '.join(parts)} SELECT id FROM ticket_;", rows  # noqa: S608


def _value(column: tuple[str, str], value: str | None) -> str:
    name, kind = column
    if value is None:
        return f"NULL::{kind}"
    if name in _FRESH:
        return _FRESH[name]
    # pgbench would read a colon before a letter as the name of a variable, even in a literal.
    escaped = value.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a").replace("\n", "\\n")
    return f"E'{escaped}'::{kind}"


def pgbench(server: EmbeddedPostgres, script: Path, *, clients: int, seconds: float) -> float:
    """Transactions a second of the statement, prepared, through the same socket and role as the application."""
    folder = re.search(r"host=(.+)$", server.url())
    if folder is None:
        raise ValueError("The embedded server's URL names no socket folder.")
    argv = [server.bin / "pgbench", "-n", "-M", "prepared", "-c", clients, "-j", 2, "-T", round(seconds), "-f", script]
    argv += ["-h", folder[1], "-U", "jiesu_app", "jiesu"]
    env = os.environ | {"PGOPTIONS": BEGIN_AS_SYSTEM}
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, check=False, env=env)  # noqa: S603
    tps = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or tps is None:
        raise RuntimeError(f"pgbench failed: {done.stderr[-500:]}")
    return float(tps[1])
