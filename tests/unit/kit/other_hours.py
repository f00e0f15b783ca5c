"""Calendars of units that keep unusual hours, over the shipped holidays."""

from pathlib import Path

from jiesu.kit.calendar import CalendarEdits, load_calendars

__all__ = ["CALENDARS", "FOLDER", "calendar_with"]

FOLDER = Path(__file__).parents[3] / "config" / "calendar"
ALWAYS = {"from": "2000-01-01"}


def calendar_with(*schedules):
    """The calendar of a unit with these schedules, in the shape of `shifts.toml` but for the dates, which are text."""
    edits = CalendarEdits(hours={"unit": {"schedule": [ALWAYS | schedule for schedule in schedules]}})
    return load_calendars(FOLDER, edits).of("unit")


CALENDARS = {
    "office": load_calendars(FOLDER).default,
    "round the clock": calendar_with({"shifts": ["00:00-24:00"], "weekdays": [1, 2, 3, 4, 5, 6, 7]}),
    "one day a week": calendar_with({"shifts": ["09:00-11:00"], "weekdays": [3]}),
    "seasons": calendar_with(
        {"season": ["06-01", "08-31"], "shifts": ["08:00-12:00", "15:00-18:00"]},
        {"from": "2015-01-01", "season": ["11-15", "02-29"], "shifts": ["09:00-12:00", "13:30-17:00"]},
        {
            "from": "2020-03-02",
            "until": "2020-12-31",
            "shifts": ["07:00-10:00", "11:00-14:00", "15:30-18:00", "22:00-24:00"],
            "weekdays": [1, 2, 3, 4, 5, 6],
        },
    ),
}
