"""10,000 deadlines that expire in the same second, at the close of office: how long until every one has escalated.

Real workers as processes, a real Redis, a durable PostgreSQL; the workers' clock is set
so that half past five comes when they are ready. Run twice: undisturbed, and with one worker killed in the middle.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg
from stand import Stand

from jiesu.embedded.command import Command
from jiesu.embedded.prepare import child_environment, jiesu
from jiesu.intake.file import file_appeal
from jiesu.intake.form import AppealForm
from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI, ManualClock
from workers.invariants import check_all

#: Monday 2 November 2026: an ordinary matter filed then is due a week later at the close of office.
FILED = datetime(2026, 11, 2, 9, 0, tzinfo=SHANGHAI)
EXPIRE = datetime(2026, 11, 9, 17, 30, tzinfo=SHANGHAI)
#: Seconds before the moment at which the workers start, after it at which one is killed, and after which we give up.
BEFORE, KILLED_AFTER, PATIENCE = 12.0, 1.5, 120.0
TEXT = "有一件事想请你们帮忙看一看，过程比较长，见面再细说。"


async def file_all(stand: Stand, count: int) -> None:
    """So many anonymous appeals of one morning: each has one deadline, the petitioner's, whose next rung is the order."""
    kernel = await Kernel(stand.settings, clock=ManualClock(FILED)).open()
    form = msgspec.convert({"text": TEXT, "nature": "help", "anonymous": True, "place": "150102001001"}, AppealForm)
    lanes = asyncio.Semaphore(8)

    async def file_one() -> None:
        async with lanes:
            number = await kernel.numbers.take(FILED.date())
            async with kernel.db.begin() as uow:
                await file_appeal(uow, kernel.rules, number, form)

    await asyncio.gather(*(file_one() for _ in range(count)))
    await kernel.close()
    with _connect(stand) as connection:
        connection.execute(
            "UPDATE job SET run_at = %s, payload = payload || '{\"rung\": \"L2\"}' WHERE kind = 'sla.rung'", [EXPIRE]
        )
        connection.execute("VACUUM ANALYZE")


@contextmanager
def workers(stand: Stand, count: int, origin: float) -> Iterator[list[Command]]:
    """Worker processes whose clock shows the moment of expiry at the Unix time `origin`."""
    settings = msgspec.structs.replace(
        stand.settings, fast_clock=f"{EXPIRE.isoformat()}@{origin:.3f}*1", worker_threads=4
    )
    with ExitStack() as stack:
        started = []
        for number in range(count):
            log = stand.folder / "log" / f"work{number}.log"
            command = Command(f"work{number}", jiesu("work"), env=child_environment(settings), log=log)
            command.start()
            stack.callback(command.stop)
            started.append(command)
        yield started


def storm(stand: Stand, count: int, *, kill: bool) -> dict[str, Any]:
    """Seconds from the moment of expiry until 50 % and all had escalated, and what was found afterwards."""
    origin = time.time() + BEFORE
    found: dict[str, Any] = {"deadlines": count, "killed": kill}
    with workers(stand, 2, origin) as processes, _connect(stand) as connection:
        while time.time() < origin:
            time.sleep(0.01)
        victim = processes[0] if kill else None
        while (done := _one(connection, "SELECT count(*) FROM escalation WHERE level = 2")) < count:
            late = time.time() - origin
            if victim and late > KILLED_AFTER:
                found["escalated when killed"] = done
                victim.kill()
                victim = None
            if done >= count / 2:
                found.setdefault("half after s", round(late, 2))
            if late > PATIENCE:
                break
            time.sleep(0.05)
        found["all after s"] = round(time.time() - origin, 2)
    with _connect(stand) as connection:
        found["escalated"] = done
        found["twice"] = _one(
            connection,
            "SELECT count(*) FROM (SELECT deadline_id FROM escalation WHERE level = 2 GROUP BY 1 HAVING count(*) > 1) d",
        )
        found["notices"] = _one(connection, "SELECT count(*) FROM notice WHERE kind = 'supervision'")
        found["trail"] = _one(connection, "SELECT count(*) FROM trail WHERE kind = 'Escalated'")
        found["next rungs"] = _one(connection, "SELECT count(*) FROM job WHERE kind = 'sla.rung'")
    found["broken laws"] = asyncio.run(_doctor(stand))
    return found


async def _doctor(stand: Stand) -> list[str]:
    kernel = await Kernel(stand.settings, clock=ManualClock(EXPIRE + timedelta(minutes=5))).open()
    try:
        return [finding.law for finding in await check_all(kernel.db, kernel.clock.now()) if finding.count]
    finally:
        await kernel.close()


def _connect(stand: Stand) -> psycopg.Connection[Any]:
    return psycopg.connect((stand.settings.owner_database_url or "").replace("+psycopg", ""), autocommit=True)


def _one(connection: psycopg.Connection[Any], query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0


def main() -> None:
    """Measure and print, as lines or with --json."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("deadlines", type=int, nargs="?", default=10_000)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    found = {}
    for name, kill in (("undisturbed", False), ("killed", True)):
        with Stand() as stand:
            asyncio.run(file_all(stand, chosen.deadlines))
            found[name] = storm(stand, chosen.deadlines, kill=kill)
    sys.stdout.write(json.dumps(found, indent=1) + "\n" if chosen.json else report(found))


def report(found: dict[str, dict[str, Any]]) -> str:
    """The figures as lines for people."""
    return "\n".join("".join(f"{name:>24}  {value}\n" for name, value in run.items()) for run in found.values())


if __name__ == "__main__":
    main()
