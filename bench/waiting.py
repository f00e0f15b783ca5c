"""How late a due job is, and what the relay costs, with a million jobs waiting and with ten thousand."""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
from sqlalchemy.dialects import postgresql

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.halves import run_relay, run_worker_only
from bench.load import appeals, file_all
from bench.stand import Stand
from jiesu.db import claims
from jiesu.db.jobs import Priority
from jiesu.kernel import Kernel
from jiesu.notifications.tell import tell_person

#: Jobs that wait for days, in the two runs that are compared.
FEW, MANY = 10_000, 1_000_000
#: Jobs that fall due in a second; each is a short message, handed to the demo's gateway.
RATE = 50
#: Seconds between filling and the first due job: processes start, connections open.
LEAD = 12.0
#: Seconds over which an idle worker is watched.
IDLE = 20.0
WAITING = """
    INSERT INTO job (kind, payload, run_at, key, ticket_id, priority)
    SELECT 'sla.rung', jsonb_build_object('deadline_id', n, 'rung', 'L2'),
           now() + interval '1 day' + n * interval '17 seconds', 'rung:-' || n, %(ticket)s, n %% 3
    FROM generate_series(1, %(jobs)s::int) n"""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=60, help="for how long jobs fall due")
    options.add_argument("--waiting", type=int, nargs=2, default=(FEW, MANY), help="jobs that wait, in the two runs")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with Stand() as stand:
        found = measure(stand, chosen.seconds, *chosen.waiting)
    sys.stdout.write(json.dumps(found, indent=1) + "\n" if chosen.json else report(found))


def measure(stand: Stand, seconds: int, few: int = FEW, many: int = MANY) -> dict[str, Any]:
    """Lateness in ms, CPU in seconds, of one run with few and one with many; the claim's plan with many."""
    with stand.running("serve"):
        [(_, receipt)] = asyncio.run(file_all(stand.settings.port, [next(appeals(stand.settings.config_dir))]))
    found: dict[str, Any] = {"cores": psutil.cpu_count(), "rate": RATE, "seconds": seconds}
    for name, jobs in (("few", few), ("many", many)):
        ticket = _fill(stand, jobs, str(receipt["number"]))
        found[name] = {"waiting": jobs} | _run(stand, ticket, name, seconds)
    found["relay_cpu_ratio"] = round(found["many"]["relay_cpu"] / found["few"]["relay_cpu"], 2)
    found["plan"] = _plan(stand)
    with stand.running("work") as process:
        found["idle_cpu"] = _idle(process)
    return found


def _fill(stand: Stand, jobs: int, number: str) -> int:
    """So many waiting jobs and no other; the key of the ticket they are said to belong to."""
    with _owner(stand) as connection:
        [ticket] = connection.execute("SELECT id FROM ticket WHERE number = %s", [number]).fetchone() or [0]
        connection.execute("TRUNCATE job")
        connection.execute(WAITING, {"ticket": ticket, "jobs": jobs})
        connection.execute("VACUUM ANALYZE job")
    return int(ticket)


def _run(stand: Stand, ticket: int, name: str, seconds: int) -> dict[str, Any]:
    """First a whole worker as in production, whose lateness counts; then its halves apart, for the relay's CPU."""
    with _promised(stand, ticket, f"{name}-whole", seconds) as run, stand.running("work") as whole:
        cost = run.watch(whole)
    found = _lateness(stand, f"{name}-whole", run.first) | {"work_cpu": cost[0], "postgres_cpu": cost[1]}
    with (
        _promised(stand, ticket, f"{name}-halves", seconds) as run,
        _half(run_worker_only, stand),
        _half(run_relay, stand) as relay,
    ):
        return found | {"relay_cpu": run.watch(relay)[0]}


@dataclass(frozen=True)
class _Run:
    """Messages that fall due from `first` on."""

    stand: Stand
    name: str
    first: datetime
    seconds: int

    def watch(self, process: psutil.Process) -> tuple[float, float]:
        """CPU seconds of the process and of PostgreSQL while they fall due; returns when all have gone out."""
        time.sleep(max(0.0, (self.first - datetime.now(UTC)).total_seconds()))
        before = _cpu(process), _cpu(*_backends())
        time.sleep(self.seconds)
        after = _cpu(process), _cpu(*_backends())
        _until_done(self.stand, self.name, RATE * self.seconds)
        return round(after[0] - before[0], 2), round(after[1] - before[1], 2)


@contextmanager
def _promised(stand: Stand, ticket: int, name: str, seconds: int) -> Iterator[_Run]:
    first = datetime.now(UTC) + timedelta(seconds=LEAD + RATE * seconds / 500)
    asyncio.run(_promise(stand, ticket, name, first, seconds))
    yield _Run(stand, name, first, seconds)


async def _promise(stand: Stand, ticket: int, name: str, first: datetime, seconds: int) -> None:
    """One message each fiftieth of a second."""
    kernel = await Kernel(stand.settings).open()
    async with kernel.db.begin() as uow:
        for n in range(RATE * seconds):
            at = first + timedelta(seconds=n / RATE)
            key = f"{name}:{n}"
            await tell_person(uow, key=key, ticket_id=ticket, phone="13800138000", text="测试", send_at=at)
    await kernel.close()


@contextmanager
def _half(target: Any, stand: Stand) -> Iterator[psutil.Process]:
    """A relay or a worker alone, so that each one's cost is seen; it ends with the block."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=(stand.settings,), daemon=True)
    process.start()
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.join(20)
        process.kill()


def _backends() -> list[psutil.Process]:
    """Every process of the stand's PostgreSQL."""
    return [p for p in psutil.Process().children(recursive=True) if "postgres" in p.name()]


def _cpu(*processes: psutil.Process) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def _until_done(stand: Stand, name: str, number: int) -> None:
    give_up = time.monotonic() + 60
    with _owner(stand) as connection:
        query = "SELECT count(*) FROM demo_message WHERE key LIKE %s"
        while (connection.execute(query, [f"{name}:%"]).fetchone() or [0])[0] < number:
            if time.monotonic() > give_up:
                raise TimeoutError("the messages did not all go out within a minute of the last due time")
            time.sleep(0.2)


def _lateness(stand: Stand, name: str, first: datetime) -> dict[str, Any]:
    """From the promised moment of each message to the gateway's own note of it."""
    with _owner(stand) as connection:
        rows = connection.execute("SELECT key, sent_at FROM demo_message WHERE key LIKE %s", [f"{name}:%"]).fetchall()
    late = sorted(
        (sent - first - timedelta(seconds=int(key.partition(":")[2]) / RATE)).total_seconds() * 1000
        for key, sent in rows
    )
    shares = {"p50_ms": 0.5, "p99_ms": 0.99, "max_ms": 1.0}
    return {"done": len(late)} | {
        name: round(late[min(len(late) - 1, int(share * len(late)))], 1) for name, share in shares.items()
    }


def _plan(stand: Stand) -> str:
    """How the claim of the normal jobs runs, as a prepared statement that knows none of its values."""
    dialect = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    now = datetime.now(UTC)
    compiled = claims.due(Priority.NORMAL, now, 500).compile(dialect=dialect)
    values = [compiled.params[name] for name in compiled.positiontup or ()]
    given = ", ".join("NULL" if v is None else f"'{v}'" if isinstance(v, datetime) else str(v) for v in values)
    with _owner(stand) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute(f"PREPARE claim AS {compiled}".encode())
        rows = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS) EXECUTE claim({given})".encode()).fetchall()
    return "\n".join(row[0] for row in rows)


def _idle(process: psutil.Process) -> float:
    """Percent of one core that a worker with its relay takes while a million jobs wait and none is due."""
    time.sleep(LEAD)
    family = [process, *process.children(recursive=True)]
    before, began = _cpu(*family), time.monotonic()
    time.sleep(IDLE)
    return round(100 * (_cpu(*family) - before) / (time.monotonic() - began), 2)


def _owner(stand: Stand) -> psycopg.Connection[Any]:
    return psycopg.connect(stand.postgres.url(role="owner").replace("+psycopg", ""), autocommit=True)


def report(found: dict[str, Any]) -> str:
    """The figures as lines for people."""
    lines = [f"{found['rate']} jobs fall due each second for {found['seconds']} s, on {found['cores']} cores"]
    for name in ("few", "many"):
        run = found[name]
        lines.append(
            f"  {run['waiting']:>9,} waiting: late p50 {run['p50_ms']} ms, p99 {run['p99_ms']} ms, max {run['max_ms']} ms"
            f" ({run['done']} done)   CPU worker with relay {run['work_cpu']} s, PostgreSQL {run['postgres_cpu']} s,"
            f" relay alone {run['relay_cpu']} s"
        )
    lines.append(f"  relay CPU, many to few: {found['relay_cpu_ratio']}")
    lines.append(f"  idle CPU of a worker with its relay, {found['many']['waiting']:,} waiting: {found['idle_cpu']} %")
    lines += [
        "  the claim, {:,} waiting:".format(found["many"]["waiting"]),
        *(f"    {x}" for x in found["plan"].split("\n")),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
