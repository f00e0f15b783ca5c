"""Which rungs must have fired by a moment, reckoned anew from the deadlines' dates and the ladder as it is written.

Nothing of ours is used but the tables and `config/clocks.toml`. It knows the office hours of plain weeks without holidays.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.faults.site import Site

__all__ = ["Reckoning", "reckon"]

ZONE = ZoneInfo("Asia/Shanghai")
SHIFTS = ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))
#: Keys of a rung without conditions; one with more may rightly not fire, and only its doubles are found.
PLAIN = {"name", "level", "actions", "after", "limits", "to", "kind", "wants_ack", "clocks", "targets"}
FIRED = """
    SELECT d.id, d.clock, d.target, d.amount, d.per, d.start_at, d.due_at, d.stopped_at, d.moves,
           coalesce(array_agg(e.rung ORDER BY e.id) FILTER (WHERE e.moves = d.moves), '{}'),
           coalesce(array_agg(e.fired_at ORDER BY e.id) FILTER (WHERE e.moves = d.moves), '{}'),
           coalesce(array_agg(e.moves || ' ' || e.rung) FILTER (WHERE e.id IS NOT NULL), '{}')
    FROM deadline d LEFT JOIN escalation e ON e.deadline_id = d.id GROUP BY d.id ORDER BY d.id"""


@dataclass
class Reckoning:
    """What was found. `overtaken` are warnings that nobody could send before their deadline was late; that is no loss."""

    deadlines: int = 0
    fired: int = 0
    due: int = 0
    overtaken: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)


def reckon(site: Site, now: datetime, *, grace: timedelta) -> Reckoning:
    """Hold every deadline against its ladder.

    `grace` is how long the installation may have been down: a warning that near to its deadline may have been overtaken
    by it, and a rung that near to the moment somebody stopped the clock by that.
    """
    ladder = _ladder(site.settings.config_dir)
    found = Reckoning()
    for row in site.rows(FIRED):
        _check(_Promise(*row), ladder, now, grace, found)
    return found


@dataclass(frozen=True)
class _Promise:
    id: int
    clock: str
    target: str
    amount: int
    per: str
    start: datetime
    due: datetime
    stopped: datetime | None
    moves: int
    rungs: list[str]
    moments: list[datetime]
    every: list[str]


def _check(promise: _Promise, ladder: list[dict[str, Any]], now: datetime, grace: timedelta, found: Reckoning) -> None:
    found.deadlines += 1
    found.fired += len(promise.every)
    found.doubled += [f"{promise.id} {rung}" for rung, times in Counter(promise.every).items() if times > 1]
    fired = dict(zip(promise.rungs, promise.moments, strict=True))
    for rung in ladder:
        at = _moment(rung, promise)
        warning = rung["kind"] == "warning"
        if at is None or (warning and at <= promise.start):
            continue
        name = f"{promise.id} {rung['name']} of {at.isoformat()}"
        if rung["name"] in fired:
            found.due += 1
            if fired[rung["name"]] < _earliest(at) or (promise.stopped and fired[rung["name"]] > promise.stopped):
                found.early.append(f"{name} fired at {fired[rung['name']].isoformat()}")
        elif at <= (promise.stopped - grace if promise.stopped else now):
            found.due += 1
            if warning and promise.due - at <= grace:
                found.overtaken += 1
            else:
                found.lost.append(name)


def _ladder(config: Path) -> list[dict[str, Any]]:
    rungs = tomllib.loads((config / "clocks.toml").read_text(encoding="utf-8"))["ladder"]["rung"]
    return [rung for rung in rungs if set(rung) <= PLAIN]


def _moment(rung: dict[str, Any], promise: _Promise) -> datetime | None:
    """When the rung is due; None when it is not for this deadline."""
    days = promise.per.endswith("days")
    if rung.get("limits", "any") not in ("any", "days" if days else "hours"):
        return None
    if promise.clock not in rung.get("clocks", [promise.clock]) or promise.target not in rung.get(
        "targets", [promise.target]
    ):
        return None
    words = rung["after"].split()
    if words == ["due"]:
        return promise.due
    number = int(words[0])
    if words[1] == "%":
        return _share(promise, number)
    if words[1].startswith("working"):
        assert words[1:] in (["working", "day", "after"], ["working", "days", "after"]), rung
        return _close_after(promise.due, number)
    return promise.due + timedelta(hours=number if words[-1] == "after" else -number)


def _share(promise: _Promise, percent: int) -> datetime:
    unit = timedelta(minutes=1) if promise.per == "minutes" else timedelta(hours=1)
    rest = promise.amount * unit * (100 - percent) / 100
    return _work_before(promise.due, rest) if promise.per.startswith("working") else promise.due - rest


def _office(day: datetime) -> list[tuple[datetime, datetime]]:
    local = day.astimezone(ZONE)
    if local.weekday() > 4:
        return []
    return [(datetime.combine(local, a, ZONE), datetime.combine(local, b, ZONE)) for a, b in SHIFTS]


def _work_before(moment: datetime, work: timedelta) -> datetime:
    """So much working time before a moment, shift by shift backwards."""
    day = moment
    while True:
        for opens, closes in reversed(_office(day)):
            usable = min(closes, moment) - opens
            if timedelta(0) < usable:
                if work <= usable:
                    return min(closes, moment) - work
                work -= usable
        day -= timedelta(days=1)


def _close_after(moment: datetime, days: int) -> datetime:
    """The close of office on so many working days after the moment's own day."""
    day = moment
    while days:
        day += timedelta(days=1)
        days -= bool(_office(day))
    return _office(day)[-1][1]


def _earliest(moment: datetime) -> datetime:
    """The opening of a shift and the close of the one before are the same working moment."""
    for back in range(4):
        closings = [closes for opens, closes in _office(moment - timedelta(days=back))]
        openings = [opens for opens, _ in _office(moment)]
        if moment.astimezone(ZONE) not in openings:
            return moment
        before = [closes for closes in closings if closes < moment]
        if before:
            return before[-1]
    return moment
