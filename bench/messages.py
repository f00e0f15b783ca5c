"""Real citizens' messages through the API: how many are taken, routed, left to the dispatcher, refused, and why."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.load import file_all
from bench.stand import Stand
from jiesu.db.scope import BEGIN_AS_SYSTEM

MESSAGES = Path(__file__).resolve().parents[2] / "shared" / "data" / "citizen_messages.csv"
CREATED = 201
#: What became of the tickets: sealed ones wait for their keeper, routed or not.
FATE = """
    SELECT CASE WHEN sealed_to IS NOT NULL THEN 'sealed' WHEN lead_unit IS NOT NULL THEN 'routed' ELSE 'dispatcher' END,
           count(*) FROM ticket GROUP BY 1"""


def main() -> None:
    """File every message of the folder's file and print what happened, as text or with --json."""
    if not MESSAGES.exists():
        sys.exit(f"There is no {MESSAGES}: the real messages are not part of the project.")
    with MESSAGES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    bodies = [json.dumps({"title": row["title"], "text": row["text"]}).encode() for row in rows]
    with Stand() as stand, stand.running("serve"):
        began = time.monotonic()
        answers = asyncio.run(file_all(stand.settings.port, bodies))
        seconds = time.monotonic() - began
        with psycopg.connect(stand.postgres.url().replace("+psycopg", ""), options=BEGIN_AS_SYSTEM) as connection:
            fate = dict(connection.execute(FATE).fetchall())
    found = _counted(answers, fate) | {"seconds": round(seconds, 1)}
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n" if "--json" in sys.argv else _report(found))


def _counted(answers: list[tuple[int, dict[str, Any]]], fate: dict[str, int]) -> dict[str, Any]:
    statuses = Counter(status for status, _ in answers)
    refused = Counter(
        f"{status} {reply.get('field')}: {reply.get('detail')}" for status, reply in answers if status != CREATED
    )
    return {"messages": len(answers), "accepted": statuses[CREATED], **fate, "refused": dict(refused)}


def _report(found: dict[str, Any]) -> str:
    lines = [f"{found['messages']} real messages in {found['seconds']} s: {found['accepted']} accepted"]
    lines.append(f"  routed automatically {found.get('routed', 0)}")
    lines.append(f"  left to the dispatcher {found.get('dispatcher', 0)}")
    lines.append(f"  sealed in doubt, left to their keeper {found.get('sealed', 0)}")
    lines.append(f"  refused {sum(found['refused'].values())}")
    lines += [f"    {count} × {reason}" for reason, count in found["refused"].items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
