"""A calendar as a document that can be kept: what differs from the plain rules, and the version that names it."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from jiesu.kit.calendar.shifts import DayPlan, Shift, ShiftPlan
from jiesu.kit.calendar.special import DayName, SpecialDay, SpecialDays

__all__ = ["Edition", "days_document", "hours_document", "version_of"]


class Named(Struct, forbid_unknown_fields=True):
    """Dates that share a name and whether they are worked."""

    zh: str
    en: str
    works: bool
    days: list[date]


class Plan(Struct, forbid_unknown_fields=True):
    """Shifts in microseconds after midnight, as the arithmetic takes them."""

    shifts: list[Shift]
    weekdays: list[int]


class Edition(Struct, forbid_unknown_fields=True):
    """A document read back; a plan holds from its date in `runs` until the next."""

    published: list[int]
    special: list[Named]
    first: date
    last: date
    plans: list[Plan]
    runs: list[tuple[date, int]]

    def special_days(self) -> SpecialDays:
        days = {
            day: SpecialDay(DayName(named.zh, named.en), named.works) for named in self.special for day in named.days
        }
        return SpecialDays(days, frozenset(self.published))

    def shift_plan(self) -> ShiftPlan:
        plans = tuple(DayPlan(tuple(plan.shifts), frozenset(plan.weekdays)) for plan in self.plans)
        ends = [start for start, _ in self.runs[1:]] + [self.last + timedelta(days=1)]
        runs = (bytes([plan]) * (end - start).days for (start, plan), end in zip(self.runs, ends, strict=True))
        return ShiftPlan(plans, b"".join(runs))


def days_document(special: SpecialDays) -> dict[str, Any]:
    """The half of the document that all calendars of an installation share."""
    groups: dict[SpecialDay, list[str]] = {}
    for day, what in sorted(special.days.items()):
        groups.setdefault(what, []).append(day.isoformat())
    named = [
        {"zh": name.zh, "en": name.en, "works": works, "days": days} for (name, works), days in sorted(groups.items())
    ]
    return {"published": sorted(special.published), "special": named}


def hours_document(first: date, shifts: ShiftPlan) -> dict[str, Any]:
    """The half that tells one unit's calendar from another's."""
    return {
        "first": first.isoformat(),
        "last": (first + timedelta(days=len(shifts.plan_of) - 1)).isoformat(),
        "plans": [
            {"shifts": [list(shift) for shift in plan.shifts], "weekdays": sorted(plan.weekdays)}
            for plan in shifts.plans
        ],
        "runs": [[(first + timedelta(days=start)).isoformat(), plan] for start, _, plan in shifts.runs()],
    }


def version_of(halves: Iterable[dict[str, Any]]) -> str:
    """Twelve hex digits of what the calendar says, not of how its files are written."""
    digest = hashlib.sha256()
    for half in halves:
        digest.update(json.dumps(half, ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()[:12]
