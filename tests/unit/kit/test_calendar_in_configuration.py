"""The calendar among the other policies: checked with them, and loaded with the administrator's edits."""

import shutil
from datetime import date

import pytest

from jiesu.configuration import mistakes
from jiesu.kit.calendar import CalendarEdits
from jiesu.rules import load_policies
from tests.unit.kit.other_hours import FOLDER

CONFIG = FOLDER.parent
HOURS = 'schedule = [{ from = 2026-01-01, shifts = ["09:00-17:00"] }]\n'


@pytest.fixture
def config(tmp_path):
    """A copy of the real configuration that a test may change."""
    return shutil.copytree(CONFIG, tmp_path / "config")


def test_hours_of_a_unit_in_the_organisation_are_in_order(config):
    (config / "calendar" / "units.toml").write_text(f'[units."VS-150121"]\n{HOURS}', encoding="utf-8")
    assert mistakes(config) == []


def test_hours_of_a_unit_nobody_knows_are_a_mistake(config):
    (config / "calendar" / "units.toml").write_text(f'[units."VS-159999"]\n{HOURS}', encoding="utf-8")
    (mistake,) = mistakes(config)
    assert mistake.file.endswith("units.toml")
    assert (mistake.key, mistake.value) == ("units", "VS-159999")


def test_policies_are_loaded_with_the_administrators_edits():
    year = {
        "year": 2026,
        "published": True,
        "off": [{"name": "雪", "name_en": "snow", "from": "2026-11-24", "to": "2026-11-24"}],
    }
    hours = {"VS-150121": {"schedule": [{"from": "2026-01-01", "shifts": ["09:00-17:00"]}]}}
    policies = load_policies(CONFIG, CalendarEdits(years={2026: year}, hours=hours))
    assert policies.calendar.day_name(date(2026, 11, 24)) == "雪"
    assert list(policies.calendars.own) == ["VS-150121"]
    assert load_policies(CONFIG).calendar.is_working_day(date(2026, 11, 24))
