"""A calendar written down and read back says the same under the same version."""

import json
import random
from datetime import datetime, timedelta

import pytest

from jiesu.kit.calendar import calendar_from
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.config import ConfigMistake
from tests.unit.kit.other_hours import CALENDARS, calendar_with

KILOBYTE = 1024


@pytest.mark.parametrize("name", CALENDARS)
def test_a_calendar_read_back_gives_the_same_answers_under_the_same_version(name):
    calendar, chance = CALENDARS[name], random.Random(20261124)
    again = calendar_from(json.loads(json.dumps(calendar.document())))
    assert again.version == calendar.version
    assert (again.special, again.published) == (calendar.special, calendar.published)
    for _ in range(300):
        start = datetime(2004, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=chance.randrange(30 * 365 * 1440))
        hours, days = timedelta(minutes=chance.randint(1, 3000)), chance.randint(1, 40)
        assert again.add_working_time(start, hours) == calendar.add_working_time(start, hours)
        assert again.add_working_days(start, days) == calendar.add_working_days(start, days)
        assert again.add_natural_days(start, days) == calendar.add_natural_days(start, days)
        assert again.skipped(start, start + timedelta(days=9)) == calendar.skipped(start, start + timedelta(days=9))


@pytest.mark.parametrize("name", CALENDARS)
def test_an_edition_is_compact(name):
    assert len(json.dumps(CALENDARS[name].document(), ensure_ascii=False).encode()) < 40 * KILOBYTE


def test_the_order_of_keys_in_storage_does_not_matter():
    calendar = CALENDARS["seasons"]
    backwards = dict(reversed(calendar.document().items()))
    assert calendar_from(backwards).version == calendar.version


def test_the_version_does_not_depend_on_hours_that_never_hold():
    hidden = calendar_with({"shifts": ["01:00-02:00"]}, {"shifts": ["09:00-17:00"]})
    twice = calendar_with(
        {"from": "2010-01-01", "shifts": ["09:00-17:00"]}, {"until": "2009-12-31", "shifts": ["09:00-17:00"]}
    )
    assert hidden.version == twice.version == calendar_with({"shifts": ["09:00-17:00"]}).version


def test_other_hours_are_another_version():
    assert len({calendar.version for calendar in CALENDARS.values()}) == len(CALENDARS)


def test_a_document_of_another_shape_is_refused():
    with pytest.raises(ConfigMistake, match="missing required field `published`"):
        calendar_from({})
