"""What encryption, the trail and row policies cost intake and the queue page: each left out in turn, side by side in one run."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import msgspec
import psutil
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.load import appeals, load
from bench.protected import VARIANTS, ring_of
from bench.stand import Stand, free_port, until_ready
from jiesu.accounts.roles import Role
from jiesu.db.engine import connect, sessions
from jiesu.db.migrate import upgrade
from jiesu.db.scope import BEGIN_AS_SYSTEM
from jiesu.db.uow import Database
from jiesu.demo.users import PASSWORD, add_demo_users
from jiesu.embedded.command import Command
from jiesu.embedded.prepare import child_environment
from jiesu.kernel import load_keys
from jiesu.kit.clock import SystemClock
from jiesu.settings import Settings
from jiesu.units.importing import read_places, read_units
from jiesu.units.store import apply_import, load_organisation

ROOT = Path(__file__).resolve().parents[1]
SERVE = """
from granian.constants import Interfaces
from granian.server import Server
import sys
Server("bench.protected:app", factory=True, address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI,
       workers=1, log_access=False, log_level="warning", websockets=False).serve()
"""
CLIENTS = 4
#: What the texts of the queue's tickets are, so that each row has two values to read.
RESULT = "已核实情况，补发三个月的抚恤金，本月起按月发放。"


@dataclass
class Side:
    """One variant: its server and database, and CPU of both for each operation in ms, one figure a round."""

    settings: Settings
    server: psutil.Process
    postmaster: psutil.Process
    database: str
    token: str
    intake: list[float] = field(default_factory=list)
    queue: list[float] = field(default_factory=list)

    def cpu(self) -> float:
        """Seconds that the server and the backends of its database have used."""
        mine = f" jiesu_app {self.database} "
        backends = [child for child in self.postmaster.children() if mine in " ".join(child.cmdline())]
        ours = [self.server, *self.server.children(recursive=True), *backends]
        return sum(sum(process.cpu_times()[:2]) for process in ours)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=6)
    options.add_argument("--seconds", type=float, default=3.0, help="length of one block of one variant")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with Stand() as stand, ExitStack() as stack:
        sides = {name: stack.enter_context(_served(stand, name)) for name in VARIANTS}
        found = measure(sides, chosen.rounds, chosen.seconds)
    sys.stdout.write(json.dumps(found, indent=1) + "\n" if chosen.json else report(found))


def measure(sides: dict[str, Side], rounds: int, seconds: float) -> dict[str, Any]:
    """Rounds of intake, then rounds of the queue page; in each round every variant has its turn."""
    config = next(iter(sides.values())).settings.config_dir
    bodies = {name: appeals(config, seed=1) for name in sides}
    for round_ in range(rounds + 1):
        for name, side in sides.items():
            used = _intake(side, bodies[name], seconds)
            if round_:  # the first warms up
                side.intake.append(used)
    for name, side in sides.items():
        _give_results(side, name)
    for round_ in range(rounds + 1):
        for side in sides.values():
            used = _queue(side, seconds)
            if round_:
                side.queue.append(used)
    return {name: _figures(side, next(iter(sides.values()))) for name, side in sides.items()}


def _figures(side: Side, whole: Side) -> dict[str, Any]:
    """CPU in ms (least and median of the rounds), and what the whole costs as a multiple of this, round by round."""
    return {
        what: {
            "least_ms": round(min(mine), 2),
            "median_ms": round(median(mine), 2),
            "whole_to_this": round(median(w / m for w, m in zip(theirs, mine, strict=True)), 3),
        }
        for what, mine, theirs in (("intake", side.intake, whole.intake), ("queue", side.queue, whole.queue))
    }


def _intake(side: Side, bodies: Iterator[bytes], seconds: float) -> float:
    before = side.cpu()
    outcome = asyncio.run(load(side.settings.port, bodies, clients=CLIENTS, seconds=seconds))
    if set(outcome.answers) != {201}:
        raise RuntimeError(f"intake answered {dict(outcome.answers)}")
    return 1000 * (side.cpu() - before) / outcome.answers[201]


def _queue(side: Side, seconds: float) -> float:
    before, pages, stop = side.cpu(), 0, time.monotonic() + seconds
    with httpx.Client(base_url=_url(side.settings), trust_env=False) as client:
        while time.monotonic() < stop:
            reply = client.get("/api/v1/desk/tickets?view=all", headers={"Authorization": f"Bearer {side.token}"})
            if len(reply.raise_for_status().json()["tickets"]) < 20:
                raise RuntimeError("the queue page is not full")
            pages += 1
    return 1000 * (side.cpu() - before) / pages


def _give_results(side: Side, name: str) -> None:
    """Every ticket has a result and a reply, encrypted where the variant encrypts."""
    ring = ring_of(VARIANTS[name], load_keys(side.settings))
    url = str(side.settings.database_url).replace("+psycopg", "")
    with psycopg.connect(url, options=BEGIN_AS_SYSTEM) as connection:
        connection.execute("UPDATE ticket SET result = %s, reply = %s", [ring.encrypt(RESULT)] * 2)


@contextmanager
def _served(stand: Stand, name: str) -> Iterator[Side]:
    """A database and a server of the variant's own."""
    database = "bench_" + name.replace(" ", "_")
    stand.postgres.ensure_database(database)
    upgrade(stand.postgres.url(database, "owner"))
    asyncio.run(_fill(stand.postgres.url(database), stand.settings.config_dir))
    if VARIANTS[name].owner_sql:
        with psycopg.connect(stand.postgres.url(database, "owner").replace("+psycopg", "")) as owner:
            owner.execute(VARIANTS[name].owner_sql.encode())
    settings = msgspec.structs.replace(
        stand.settings, database_url=stand.postgres.url(database), port=free_port(), owner_database_url=None
    )
    env = child_environment(settings) | {"JIESU_BENCH_VARIANT": name, "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-c", SERVE, str(settings.port)]
    command = Command(name, argv, env=env, log=stand.folder / "log" / f"{database}.log")
    command.start()
    try:
        until_ready(settings)
        yield Side(settings, psutil.Process(command.pid), _postmaster(stand), database, _signed_in(settings))
    finally:
        command.stop()


def _postmaster(stand: Stand) -> psutil.Process:
    note = (stand.folder / "postgres").resolve() / "postmaster.pid"
    return psutil.Process(int(note.read_text().splitlines()[0]))


async def _fill(url: str, config: Path) -> None:
    """The organisation as shipped, and the demo's staff."""
    engine = connect(url)
    db = Database(engine, sessions(engine), SystemClock(), _nothing)
    async with db.begin() as uow:
        places, units = read_places(config / "places.csv").items, read_units(config / "units.csv").items
        await apply_import(uow.session, list(places), list(units))
        await add_demo_users(uow, await load_organisation(uow.session), uow.now)
    await engine.dispose()


async def _nothing(*_: object) -> None:
    """No event happens while the database is filled."""


def _signed_in(settings: Settings) -> str:
    who = {"username": f"{Role.SUPERVISOR.value}-vs-1501", "password": PASSWORD}
    reply = httpx.post(f"{_url(settings)}/api/v1/session", json=who, timeout=30, trust_env=False)
    return str(reply.raise_for_status().json()["token"])


def _url(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.port}"


def report(found: dict[str, Any]) -> str:
    """A line a variant; the ratio says what the whole costs against it."""
    lines = [
        f"CPU of web server and PostgreSQL backends, {os.cpu_count()} cores; ratio: all on to this, the median of the rounds"
    ]
    for name, figures in found.items():
        for what in ("intake", "queue"):
            row = figures[what]
            lines.append(
                f"  {what:7s} {name:14s} {row['median_ms']:7.2f} ms (least {row['least_ms']:.2f})"
                f"   all on costs {row['whole_to_this']:.3f} ×"
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
