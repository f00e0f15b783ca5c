"""Laws of working time that hold in every calendar, whatever hours it keeps."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from jiesu.kit.clock import SHANGHAI
from tests.unit.kit.other_hours import CALENDARS

calendars = st.sampled_from(list(CALENDARS.values()))
moments = st.builds(
    lambda day, tick: datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(microseconds=tick),
    st.dates(date(2004, 1, 1), date(2028, 12, 31)),
    st.one_of(st.integers(0, 86_399_999_999), st.integers(0, 1439).map(lambda minute: minute * 60_000_000)),
)
#: a calendar of two hours a week needs decades for more
deltas = st.timedeltas(timedelta(0), timedelta(hours=1000))


@given(calendars, moments, deltas)
def test_adding_then_measuring_is_the_identity(calendar, start, delta):
    end = calendar.add_working_time(start, delta)
    assert calendar.working_time_between(start, end) == delta
    assert calendar.working_time_between(end, start) == -delta


@given(calendars, moments, deltas)
def test_going_back_as_far_measures_the_same(calendar, start, delta):
    begin = calendar.add_working_time(start, delta)
    back = calendar.add_working_time(begin, -delta)
    assert back <= begin
    assert calendar.working_time_between(back, begin) == delta


@given(calendars, moments, deltas, deltas)
def test_two_additions_are_one(calendar, start, one, other):
    between = calendar.add_working_time(start, one)
    assert calendar.add_working_time(between, other) == calendar.add_working_time(start, one + other)


@given(calendars, moments, deltas)
def test_more_working_time_never_ends_earlier(calendar, start, delta):
    assert calendar.add_working_time(start, delta) <= calendar.add_working_time(start, delta + timedelta(minutes=1))


@given(calendars, moments)
def test_the_next_office_time_loses_no_working_time(calendar, moment):
    following = calendar.next_office_time(moment)
    assert calendar.is_office_time(following)
    assert calendar.working_time_between(moment, following) == timedelta(0)


@given(calendars, moments, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_what_is_skipped_and_what_is_worked_make_the_whole(calendar, start, length):
    skipped = sum((skip.end - skip.start for skip in calendar.skipped(start, start + length)), timedelta())
    assert skipped + calendar.working_time_between(start, start + length) == length


@given(calendars, moments)
def test_the_next_close_is_the_close_of_a_working_day_and_stays_where_it_is(calendar, moment):
    close = calendar.next_close(moment)
    assert close >= moment
    assert calendar.next_close(close) == close
    assert calendar.is_working_day((close - timedelta(microseconds=1)).astimezone(SHANGHAI).date())
