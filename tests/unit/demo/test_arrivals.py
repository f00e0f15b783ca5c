"""When simulated people complain."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from jiesu.demo.arrivals import arrivals, day_weight
from jiesu.kit.calendar import load_calendar
from jiesu.kit.clock import SHANGHAI

START = datetime(2026, 1, 20, tzinfo=UTC)
END = START + timedelta(days=60)


@pytest.fixture(scope="module")
def calendar():
    return load_calendar(Path(__file__).parents[3] / "config" / "calendar")


@pytest.fixture(scope="module")
def moments(calendar):
    return arrivals(Random(7), calendar, START, END, 4000)


def test_exactly_as_many_come_as_were_asked_for_in_order_and_in_time(moments):
    assert len(moments) == 4000
    assert moments == sorted(moments)
    assert START <= moments[0] <= moments[-1] <= END


def test_a_working_morning_is_busier_than_an_afternoon_and_a_night_is_quiet(moments):
    hours = Counter(moment.astimezone(SHANGHAI).hour for moment in moments)
    assert hours[9] > hours[15] > hours[20] > hours[3]


def test_the_lunar_new_year_is_quieter_than_a_weekend_and_a_made_up_saturday_is_worked(calendar):
    new_year, sunday, saturday = date(2026, 2, 17), date(2026, 2, 8), date(2026, 2, 28)
    assert day_weight(calendar, new_year) < day_weight(calendar, sunday) < day_weight(calendar, saturday)


def test_the_same_seed_brings_the_same_moments(calendar, moments):
    assert arrivals(Random(7), calendar, START, END, 4000) == moments
    assert arrivals(Random(8), calendar, START, END, 4000) != moments
