"""A long day on a fast clock: people file and handle while workers, Redis and PostgreSQL are killed at random."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import redis

from jiesu.demo.texts import ComplaintText, load_texts
from jiesu.kit.clock import SHANGHAI
from jiesu.routing.categories import load_categories
from tests.faults.crowd import Crowd, appeal
from tests.faults.outside import Reckoning, reckon
from tests.faults.recovery import assert_recovered
from tests.faults.site import Site
from tests.faults.staff import STEPS, Staff

__all__ = ["SPEED", "DayReport", "a_day", "clock_from"]

#: Simulated seconds in a real one: a day in eight minutes.
SPEED = 180
CONFIG = Path(__file__).parents[2] / "config"
#: Real seconds between two mishaps, and for which anything may have stood still after one.
PAUSES, OUTAGE = (1.5, 6.0), 40.0


@dataclass(frozen=True)
class DayReport:
    """What happened and what was counted afterwards; all checks have passed."""

    simulated: timedelta
    mishaps: Counter[str]
    receipts: int
    troubles: int
    steps: int
    messages: int
    classes: dict[str, int]
    rungs: Reckoning


def clock_from(start: datetime, speed: float = SPEED) -> str:
    """The setting of a clock that shows `start` now."""
    return f"{start.isoformat()}@{time.time():.3f}*{speed}"


def a_day(site: Site, *, minutes: float, seed: int, people: int = 2, say: Callable[[str], None] = print) -> DayReport:
    """Let so many real minutes pass, mend everything, and hold it against what was written down outside.

    The site runs on a fast clock. Raises AssertionError for the first thing lost or doubled. Call from the main thread.
    """
    began = site.now()
    with Crowd(site, f"day-{seed}", people=people, pause=0.5, form=varied) as crowd, Staff(site, crowd) as staff:
        mishaps = _weather(site, Random(seed), time.monotonic() + 60 * minutes, say)
        site.mend()
    say(f"{site.now() - began} simulated, {dict(mishaps)}; {len(crowd.promised)} receipts")
    grace = timedelta(seconds=OUTAGE * SPEED)
    site.slow_down()
    assert_recovered(site, crowd)
    _none("faults of staff", staff.faults)
    _steps_are_kept(site, staff)
    rungs = reckon(site, site.now(), grace=grace)
    for what in ("lost", "doubled", "early"):
        _none(f"rungs {what}", getattr(rungs, what))
    return DayReport(
        site.now() - began,
        mishaps,
        receipts=len(crowd.promised),
        troubles=crowd.troubles,
        steps=sum(staff.done.values()),
        messages=site.count("SELECT count(*) FROM demo_message"),
        classes=dict(site.rows("SELECT service_class, count(*)::int FROM ticket GROUP BY 1 ORDER BY 1")),
        rungs=rungs,
    )


def varied(key: str) -> dict[str, Any]:
    """A form of any class, whose text no other has: emergencies, hardship, ordinary matters, consultations."""
    random = Random(key)
    text = random.choice(_texts())
    body = f"{text.filled(random, '新城区')} 编号{key}"
    return appeal(key) if random.random() < 0.3 else appeal(key) | {"text": body, "title": text.title}


@cache
def _texts() -> list[ComplaintText]:
    return load_texts(CONFIG / "demo/complaints.toml", load_categories(CONFIG / "categories.toml"))


def _weather(site: Site, random: Random, stop: float, say: Callable[[str], None]) -> Counter[str]:
    """One mishap after the other until the time is up."""
    mishaps: dict[str, tuple[int, Callable[[], None]]] = {
        "worker killed": (6, lambda: _kill_worker(site, random)),
        "Redis flushed": (3, lambda: _flush(site)),
        "Redis killed": (1, lambda: _again(site.redis.kill, site.redis.start)),
        "PostgreSQL restarted": (1, site.postgres.restart),
        "PostgreSQL killed": (1, lambda: _again(site.postgres.kill, site.postgres.start)),
    }
    seen: Counter[str] = Counter()
    while time.monotonic() < stop:
        time.sleep(random.uniform(*PAUSES))
        [name] = random.choices(list(mishaps), [weight for weight, _ in mishaps.values()])
        mishaps[name][1]()
        seen[name] += 1
        say(f"{site.now().astimezone(SHANGHAI):%d %H:%M} {name}")
    return seen


def _kill_worker(site: Site, random: Random) -> None:
    """With its relay, at whatever point it is."""
    worker = random.choice(site.workers)
    worker.kill()
    worker.start()


def _again(kill: Callable[[], None], start: Callable[[], None]) -> None:
    kill()
    start()


def _flush(site: Site) -> None:
    with redis.Redis.from_url(site.settings.redis_url or "") as client:
        client.flushall()


def _steps_are_kept(site: Site, staff: Staff) -> None:
    """What staff were told was done is in the trail, once for each yes; a step whose answer was lost may be there too."""
    entries = "SELECT t.number, e.kind, count(*)::int FROM trail e JOIN ticket t ON t.id = e.ticket_id GROUP BY 1, 2"
    trail = {(number, kind): times for number, kind, times in site.rows(entries)}
    lost = [
        key for key, times in staff.done.items() if key[1] in STEPS and trail.get((key[0], STEPS[key[1]][2]), 0) < times
    ]
    _none("steps lost", lost)
    once = {STEPS[step][2] for step in ("sign", "submit", "approve")}
    _none("steps doubled", [key for key, times in trail.items() if key[1] in once and times > 1])


def _none(what: str, found: Sequence[object]) -> None:
    """Raises AssertionError naming the first few."""
    assert not found, f"{len(found)} {what}, for example {found[:5]}"
