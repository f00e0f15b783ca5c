"""Office hours in the file: seasons, schedules that end, mistakes."""

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


def test_a_season_may_end_on_the_last_of_february_leap_year_or_not(with_shifts):
    calendar = with_shifts(
        '[[schedule]]\nfrom = 2000-01-01\nshifts = ["08:30-17:30"]\n'
        '[[schedule]]\nfrom = 2000-01-01\nseason = ["11-01", "02-29"]\nshifts = ["09:00-17:00"]\n'
    )
    assert calendar.add_working_days(at("2024-02-28 10:00"), 1) == at("2024-02-29 17:00")
    assert calendar.add_working_days(at("2024-02-29 10:00"), 1) == at("2024-03-01 17:30")
    assert calendar.add_working_days(at("2025-02-27 10:00"), 1) == at("2025-02-28 17:00")
    assert calendar.add_working_days(at("2025-02-28 10:00"), 1) == at("2025-03-03 17:30")


@pytest.mark.parametrize(
    ("toml", "key", "remedy"),
    [
        ('from = 2000-01-01\nshifts = ["8.30-12.00"]', "schedule[0].shifts", "08:30-12:00"),
        ('from = 2000-01-01\nshifts = ["22:00-06:00"]', "schedule[0].shifts", "in order"),
        ('from = 2000-01-01\nshifts = ["08:00-12:00", "11:00-15:00"]', "schedule[0].shifts", "without overlap"),
        ("from = 2000-01-01\nshifts = []", "schedule[0].shifts", "at least one shift"),
        ('from = 2000-01-01\nshifts = ["08:00-12:00"]\nweekdays = [0]', "schedule[0].weekdays", "1 \\(Monday\\)"),
        ('from = 2000-01-01\nshifts = ["08:00-12:00"]\nseason = ["6-1", "7-1"]', "schedule[0].season", "month and day"),
        (
            'from = 2000-01-01\nuntil = 1999-12-31\nshifts = ["08:00-12:00"]',
            "schedule[0].until",
            "on or after the first day",
        ),
        ('from = 2026-01-01\nshifts = ["08:00-12:00"]', "schedule", "no schedule holds on this day"),
    ],
)
def test_a_mistake_in_the_shifts_is_named(with_shifts, toml, key, remedy):
    with pytest.raises(ConfigMistake, match=remedy) as caught:
        with_shifts(f"[[schedule]]\n{toml}\n")
    assert caught.value.key == key
