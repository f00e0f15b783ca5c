"""Office hours: lunch breaks, seasons, sparse weeks, shifts that reach midnight."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jiesu.kit.calendar import load_calendar
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.config import ConfigMistake

FOLDER = Path(__file__).parents[3] / "config" / "calendar"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def with_shifts(tmp_path):
    """Loads the real calendar with other office hours."""
    folder = shutil.copytree(FOLDER, tmp_path / "calendar")

    def load(toml):
        (folder / "shifts.toml").write_text(toml, encoding="utf-8")
        return load_calendar(folder)

    return load


def test_no_midnight_minute_is_lost_on_a_calendar_that_runs_around_the_clock(with_shifts):
    calendar = with_shifts(
        '[[schedule]]\nfrom = 2000-01-01\nshifts = ["00:00-24:00"]\nweekdays = [1, 2, 3, 4, 5, 6, 7]'
    )
    start = at("2026-07-06 23:59")
    for minutes in (1, 2, 60, 1440, 14 * 1440 + 1):
        assert calendar.add_working_time(start, timedelta(minutes=minutes)) == start + timedelta(minutes=minutes)
    assert calendar.skipped(start, at("2026-07-20 12:00")) == ()


def test_a_lunch_break_is_a_break_and_not_a_holiday(with_shifts):
    calendar = with_shifts('[[schedule]]\nfrom = 2000-01-01\nshifts = ["08:30-12:00", "14:30-17:30"]')
    assert calendar.add_working_time(at("2026-07-06 11:30"), timedelta(hours=1)) == at("2026-07-06 15:00")
    assert calendar.working_time_between(at("2026-07-06 12:10"), at("2026-07-06 14:20")) == timedelta(0)
    assert calendar.working_days_between(at("2026-07-06 12:10"), at("2026-07-07 12:10")) == 1


def test_a_sparse_week_of_one_working_day_is_counted_week_by_week(with_shifts):
    calendar = with_shifts('[[schedule]]\nfrom = 2000-01-01\nshifts = ["09:00-11:00"]\nweekdays = [3]')
    assert calendar.add_working_days(at("2026-07-06 10:00"), 3) == at("2026-07-22 11:00")
    assert calendar.add_working_time(at("2026-07-08 10:00"), timedelta(hours=4)) == at("2026-07-22 10:00")
    assert calendar.day_name(at("2026-07-09 10:00").date()) == "休息日"


def test_seasonal_hours_hold_each_year_between_their_days(with_shifts):
    calendar = with_shifts(
        '[[schedule]]\nfrom = 2000-01-01\nshifts = ["08:30-12:00", "14:30-17:30"]\n'
        '[[schedule]]\nfrom = 2025-01-01\nseason = ["06-01", "08-31"]\nshifts = ["08:00-12:00", "15:00-18:00"]\n'
    )
    assert calendar.add_working_days(at("2024-07-01 10:00"), 1) == at("2024-07-02 17:30")
    assert calendar.add_working_days(at("2025-05-29 10:00"), 1) == at("2025-05-30 17:30")
    assert calendar.add_working_days(at("2025-06-03 10:00"), 1) == at("2025-06-04 18:00")
    # From Friday 29 May 17:00: half an hour in winter hours, the rest on Monday from 8:00 in summer hours.
    assert calendar.add_working_time(at("2026-05-29 17:00"), timedelta(hours=2)) == at("2026-06-01 09:30")


def test_a_season_may_run_over_the_new_year_and_a_schedule_may_end(with_shifts):
    calendar = with_shifts(
        '[[schedule]]\nfrom = 2000-01-01\nshifts = ["08:30-17:30"]\n'
        '[[schedule]]\nfrom = 2020-01-01\nuntil = 2026-12-31\nseason = ["11-01", "02-28"]\nshifts = ["09:00-17:00"]\n'
    )
    assert calendar.add_working_days(at("2026-01-14 10:00"), 1) == at("2026-01-15 17:00")
    assert calendar.add_working_days(at("2026-12-30 10:00"), 1) == at("2026-12-31 17:00")
    assert calendar.add_working_days(at("2027-01-13 10:00"), 1) == at("2027-01-14 17:30")


@pytest.mark.parametrize(
    ("toml", "key", "remedy"),
    [
        ('from = 2000-01-01\nshifts = ["8.30-12.00"]', "schedule[0].shifts", "08:30-12:00"),
        ('from = 2000-01-01\nshifts = ["22:00-06:00"]', "schedule[0].shifts", "in order"),
        ('from = 2000-01-01\nshifts = ["08:00-12:00", "11:00-15:00"]', "schedule[0].shifts", "without overlap"),
        ("from = 2000-01-01\nshifts = []", "schedule[0].shifts", "at least one shift"),
        ('from = 2000-01-01\nshifts = ["08:00-12:00"]\nweekdays = [0]', "schedule[0].weekdays", "1 \\(Monday\\)"),
        ('from = 2000-01-01\nshifts = ["08:00-12:00"]\nseason = ["6-1", "7-1"]', "schedule[0].season", "month and day"),
        ('from = 2026-01-01\nshifts = ["08:00-12:00"]', "schedule", "no schedule holds on this day"),
    ],
)
def test_a_mistake_in_the_shifts_is_named(with_shifts, toml, key, remedy):
    with pytest.raises(ConfigMistake, match=remedy) as caught:
        with_shifts(f"[[schedule]]\n{toml}\n")
    assert caught.value.key == key
