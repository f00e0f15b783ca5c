"""Moments before a deadline: working days back, and a share of the time."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesu.kit.calendar import OutsideCalendar
from jiesu.kit.clock import SHANGHAI
from tests.unit.kit.other_hours import CALENDARS

OFFICE = CALENDARS["office"]
calendars = st.sampled_from(list(CALENDARS.values()))
moments = st.builds(
    lambda day, second: datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(seconds=second),
    st.dates(date(2004, 6, 1), date(2028, 12, 31)),
    st.integers(0, 86_399),
)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "days", "before"),
    [
        ("2026-10-09 17:30", 1, "2026-10-08 17:30"),
        ("2026-10-09 17:30", 2, "2026-09-30 17:30"),  # over National Day
        ("2026-10-12 17:30", 1, "2026-10-10 17:30"),  # a worked Saturday
        ("2026-10-03 09:00", 1, "2026-09-30 09:00"),  # from a holiday
        ("2026-10-09 03:15", 1, "2026-10-08 03:15"),  # outside office hours it stays so
        ("2027-01-05 17:30", 2, "2026-12-31 17:30"),
        ("2024-03-01 17:30", 1, "2024-02-29 17:30"),
    ],
)
def test_working_days_are_counted_back_at_the_same_time_of_day(moment, days, before):
    assert OFFICE.working_days_before(at(moment), days) == at(before)


def test_a_close_at_midnight_is_counted_back_to_a_close_at_midnight():
    always = CALENDARS["round the clock"]
    due = always.add_working_days(at("2026-09-28 10:00"), 2)
    assert due == at("2026-10-01 00:00")
    assert always.working_days_before(due, 1) == at("2026-09-30 00:00")


def test_counting_back_beyond_the_calendar_is_refused_and_never_wraps_around():
    with pytest.raises(OutsideCalendar):
        OFFICE.working_days_before(at("2000-01-05 10:00"), 10)
    with pytest.raises(ValueError, match="count at least one"):
        OFFICE.working_days_before(at("2026-01-05 10:00"), 0)


@given(calendars, moments, st.integers(1, 60))
def test_so_many_working_days_lie_between(calendar, moment, days):
    before = calendar.working_days_before(moment, days)
    assert calendar.is_working_day(before.astimezone(SHANGHAI).date())
    between = calendar.working_days_between(before, moment)
    assert between == days - (not calendar.is_working_day(moment.date()))


@pytest.mark.parametrize(
    ("start", "end", "share", "working", "moment"),
    [
        ("2026-09-24 10:00", "2026-09-25 10:00", 0.5, False, "2026-09-24 22:00"),
        ("2026-09-24 10:00", "2026-09-24 16:30", 0.5, True, "2026-09-24 12:00"),  # two of four working hours
        ("2026-09-24 08:30", "2026-10-09 17:30", 0.5, True, "2026-09-29 17:30"),  # three of six working days
        ("2026-10-09 08:30", "2026-10-10 17:30", 0.8, True, "2026-10-10 14:54"),  # 10.4 of 13 hours, a worked Saturday
        ("2026-10-01 10:00", "2026-10-02 10:00", 0.5, True, "2026-10-01 22:00"),  # no office time at all between
        ("2026-09-24 10:00", "2026-09-25 10:00", 0.0, True, "2026-09-24 10:00"),
        ("2026-09-24 10:00", "2026-09-25 10:00", 1.0, False, "2026-09-25 10:00"),
    ],
)
def test_a_share_is_counted_in_working_or_in_natural_time(start, end, share, working, moment):
    assert OFFICE.share(at(start), at(end), share, working) == at(moment)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_beyond_the_whole_is_refused(share):
    with pytest.raises(ValueError, match="no share of a time"):
        OFFICE.share(at("2026-09-24 10:00"), at("2026-09-25 10:00"), share, working=False)


@given(calendars, moments, st.timedeltas(timedelta(0), timedelta(days=60)), st.floats(0, 1), st.booleans())
def test_a_share_lies_within_and_a_larger_one_not_earlier(calendar, start, length, share, working):
    end = start + length
    moment = calendar.share(start, end, share, working)
    assert start <= moment <= end
    assert calendar.share(start, end, share / 2, working) <= moment
