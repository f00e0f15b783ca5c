"""Intake through HTTP beside pgbench writing the same rows, and what the processes cost; text, or JSON with --json."""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.load import appeals, file_all, load
from bench.stand import Stand
from bench.statement import pgbench, statement
from jiesu.db.scope import BEGIN_AS_SYSTEM

CLIENTS = 16
#: Seconds before measuring, so that connections are open and statements prepared.
WARM_UP = 3.0
#: Seconds over which an idle process is watched.
IDLE = 20.0


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=10.0, help="length of each measurement")
    options.add_argument("--no-idle", action="store_true", help="leave out memory and idle CPU")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with Stand() as stand:
        found = measure(stand, chosen.seconds, idle=not chosen.no_idle)
    sys.stdout.write(json.dumps(found, indent=1) + "\n" if chosen.json else report(found))


def measure(stand: Stand, seconds: float, *, idle: bool) -> dict[str, Any]:
    """Figures of one run: rates in tickets a second, times in ms, memory in MB, CPU in percent of one core."""
    bodies = appeals(stand.settings.config_dir)
    found: dict[str, Any] = {"clients": CLIENTS, "cores": psutil.cpu_count()}
    for workers in (1, 2):
        with stand.running("serve", web_workers=workers) as process:
            found[f"http_{workers}"] = _through_http(stand, bodies, process, seconds)
            if idle and workers == 1:
                found["api_process"] = _footprint(process)
    rows = _written(stand, found)
    began, client = _database_cpu(), _children_cpu()
    found["pgbench"] = round(pgbench(stand.postgres, stand.folder / "filing.sql", clients=CLIENTS, seconds=seconds), 1)
    cpu = _database_cpu() - began + _children_cpu() - client
    found["pgbench_cpu_ms"] = round(1000 * cpu / (found["pgbench"] * seconds), 2)
    found["rows"] = rows
    for workers in (1, 2):
        run = found[f"http_{workers}"]
        run["ratio"] = round(run["per_second"] / found["pgbench"], 3)
        run["cpu_ratio"] = round(found["pgbench_cpu_ms"] / run["cpu_ms_a_ticket"], 3)
    if idle:
        _empty_jobs(stand)
        with stand.running("work") as process:
            found["worker_process"] = _footprint(process, settle=8)
    return found


def _through_http(stand: Stand, bodies: Iterator[bytes], server: psutil.Process, seconds: float) -> dict[str, Any]:
    asyncio.run(load(stand.settings.port, bodies, clients=CLIENTS, seconds=WARM_UP))
    before, database = _cpu(server), _database_cpu()
    outcome = asyncio.run(load(stand.settings.port, bodies, clients=CLIENTS, seconds=seconds))
    server_cpu, database_cpu = _cpu(server) - before, _database_cpu() - database
    return {
        "per_second": round(outcome.per_second, 1),
        "answers": dict(outcome.answers),
        "p50_ms": round(outcome.percentile(0.50), 1),
        "p99_ms": round(outcome.percentile(0.99), 1),
        "client_cpu": round(100 * outcome.client_cpu / outcome.seconds, 1),
        "server_cpu": round(100 * server_cpu / outcome.seconds, 1),
        "server_ms_a_ticket": round(1000 * server_cpu / outcome.answers[201], 2),
        "cpu_ms_a_ticket": round(1000 * (server_cpu + database_cpu) / outcome.answers[201], 2),
    }


def _written(stand: Stand, found: dict[str, Any]) -> dict[str, int]:
    """File one appeal that is routed and answered by a message, and make its statement."""
    body = next(appeals(stand.settings.config_dir, seed=7))
    with stand.running("serve"):
        [(status, receipt)] = asyncio.run(file_all(stand.settings.port, [body]))
    found["example"] = {"status": status, "routed": receipt.get("unit") is not None}
    with psycopg.connect(stand.postgres.url().replace("+psycopg", ""), options=BEGIN_AS_SYSTEM) as connection:
        text, rows = statement(connection, str(receipt["number"]))
    (stand.folder / "filing.sql").write_text(text + "\n")
    return rows


def _empty_jobs(stand: Stand) -> None:
    with psycopg.connect(
        stand.postgres.url().replace("+psycopg", ""), options=BEGIN_AS_SYSTEM, autocommit=True
    ) as connection:
        connection.execute("DELETE FROM job WHERE run_at < now() + interval '10 minutes'")


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _cpu(process: psutil.Process) -> float:
    """Seconds of CPU that the process and its children have used."""
    return sum(sum(member.cpu_times()[:2]) for member in _family(process))


def _database_cpu() -> float:
    """Seconds of CPU that PostgreSQL has used, with those of its processes that have ended."""
    [server] = [p for p in psutil.Process().children() if "postgres" in p.name()]
    ended = server.cpu_times()
    return _cpu(server) + ended.children_user + ended.children_system


def _children_cpu() -> float:
    """Of programs that we have run and that have ended: pgbench."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _footprint(process: psutil.Process, *, settle: float = 3) -> dict[str, float]:
    """Memory of the largest of these processes, and what all of them take while nothing happens."""
    time.sleep(settle)
    before, began = _cpu(process), time.monotonic()
    time.sleep(IDLE)
    cpu = 100 * (_cpu(process) - before) / (time.monotonic() - began)
    largest = max(member.memory_info().rss for member in _family(process))
    return {"memory_mb": round(largest / 2**20, 1), "idle_cpu": round(cpu, 2)}


def report(found: dict[str, Any]) -> str:
    """The figures as lines for people."""
    lines = [f"Intake at {found['clients']} clients on {found['cores']} cores, durable, no worker running beside it"]
    for workers in (1, 2):
        run = found[f"http_{workers}"]
        lines.append(
            f"  HTTP, {workers} web worker(s)  {run['per_second']:8.1f} tickets/s  {100 * run['ratio']:5.1f} % of pgbench,"
            f" {100 * run['cpu_ratio']:.1f} % by CPU"
            f"   p50 {run['p50_ms']} ms, p99 {run['p99_ms']} ms"
            f"   server CPU {run['server_cpu']} % ({run['server_ms_a_ticket']} ms a ticket), client CPU {run['client_cpu']} %"
            f"   answers {run['answers']}"
        )
    rows = ", ".join(f"{count} {table}" for table, count in found["rows"].items())
    lines.append(f"  pgbench, one statement {found['pgbench']:8.1f} transactions/s  writing {rows}")
    lines += [
        f"  {name}: {found[name]['memory_mb']} MB, idle CPU {found[name]['idle_cpu']} % over {IDLE:.0f} s"
        for name in ("api_process", "worker_process")
        if name in found
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
