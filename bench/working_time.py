"""What adding working time costs: one hour beside two years, and loading the calendars of many units."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from timeit import repeat
from typing import Any

from jiesu.kit.calendar import CalendarEdits, WorkingCalendar, load_calendars
from jiesu.kit.clock import SHANGHAI

CALENDAR = Path(__file__).resolve().parents[1] / "config" / "calendar"
START = datetime(2025, 1, 24, 10, 0, tzinfo=SHANGHAI)
ONE_HOUR = timedelta(hours=1)
#: about 250 working days of 6.5 hours a year
TWO_YEARS = timedelta(hours=2 * 250 * 6.5)
ROUNDS, CALLS, UNITS = 15, 2000, 40


def main() -> None:
    """Measure, alternating, and print the least of all rounds, as text or with --json."""
    calendar = load_calendars(CALENDAR).default
    rounds = [(_seconds(calendar, ONE_HOUR), _seconds(calendar, TWO_YEARS)) for _ in range(ROUNDS)]
    hour, years = (min(column) for column in zip(*rounds, strict=True))
    alone, many = (min(repeat(lambda n=n: load_calendars(CALENDAR, _edits(n)), number=1)) for n in (0, UNITS))
    found = {
        "add_1_hour_us": round(hour * 1e6, 2),
        "add_2_years_us": round(years * 1e6, 2),
        "ratio": round(years / hour, 2),
        "load_ms": round(alone * 1e3, 1),
        f"load_with_{UNITS}_units_ms": round(many * 1e3, 1),
    }
    sys.stdout.write(json.dumps(found) + "\n" if "--json" in sys.argv else _report(found))


def _seconds(calendar: WorkingCalendar, delta: timedelta) -> float:
    return min(repeat(lambda: calendar.add_working_time(START, delta), number=CALLS, repeat=3)) / CALLS


def _edits(units: int) -> CalendarEdits:
    """So many units, each with summer hours of its own."""
    summer = {"from": "2020-01-01", "season": ["06-01", "08-31"]}
    hours = {
        f"unit {number}": {"schedule": [summer | {"shifts": [f"08:{number:02}-12:00", "15:00-18:00"]}]}
        for number in range(units)
    }
    return CalendarEdits(hours=hours)


def _report(found: dict[str, Any]) -> str:
    lines = ["python bench/working_time.py", *(f"  {name} {value}" for name, value in found.items())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
