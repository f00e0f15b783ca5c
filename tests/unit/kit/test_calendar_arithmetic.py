"""Adding and measuring working time: cases worked by hand, laws, and a reference that walks minute by minute."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesu.kit.calendar import OutsideCalendar, load_calendar
from jiesu.kit.clock import SHANGHAI

CALENDAR = load_calendar(Path(__file__).parents[3] / "config" / "calendar")
MINUTE = timedelta(minutes=1)

moments = st.builds(
    lambda day, second: datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(seconds=second),
    st.dates(date(2004, 1, 1), date(2028, 12, 31)),
    st.integers(0, 86_399),
)
deltas = st.timedeltas(timedelta(0), timedelta(hours=3000))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-09-24 10:00", 4, "2026-09-24 16:30"),  # over lunch
        ("2026-09-24 10:00", 2, "2026-09-24 12:00"),  # ends with the morning, not after lunch
        ("2026-09-24 16:30", 4, "2026-09-28 11:30"),  # over Mid-Autumn
        ("2026-09-30 17:30", 1, "2026-10-08 09:30"),  # over National Day
        ("2026-10-09 17:00", 1, "2026-10-10 09:00"),  # into a Saturday that is worked
        ("2026-10-10 17:00", 1, "2026-10-12 09:00"),
        ("2026-09-19 12:00", 1, "2026-09-20 09:30"),  # from a Saturday into a worked Sunday
        ("2026-12-31 17:00", 1, "2027-01-04 09:00"),  # over the year's end into a provisional year
    ],
)
def test_working_hours_run_only_in_office_hours(start, hours, end):
    assert CALENDAR.add_working_time(at(start), timedelta(hours=hours)) == at(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-09-24 10:00", 5, "2026-10-09 17:30"),  # Mid-Autumn and National Day between
        ("2026-09-24 10:00", 10, "2026-10-15 17:30"),  # 10 October counts
        ("2026-02-13 10:00", 10, "2026-03-05 17:30"),  # Spring Festival, 14 and 28 February count
        ("2026-02-13 23:59", 1, "2026-02-14 17:30"),
        ("2025-12-31 10:00", 5, "2026-01-08 17:30"),  # year end, Sunday 4 January counts
        ("2024-02-28 10:00", 1, "2024-02-29 17:30"),
        ("2026-09-26 10:00", 1, "2026-09-28 17:30"),  # from a holiday
    ],
)
def test_working_days_count_from_the_next_day_to_the_close_of_office(start, days, end):
    assert CALENDAR.add_working_days(at(start), days) == at(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-09-24 10:00", 15, "2026-10-09 17:30"),
        ("2026-09-20 10:00", 15, "2026-10-08 17:30"),  # 5 October rolls
        ("2026-09-25 10:00", 15, "2026-10-10 17:30"),  # a worked Saturday does not roll
        ("2026-07-03 10:00", 15, "2026-07-20 17:30"),  # a Saturday does
        ("2024-02-14 10:00", 15, "2024-02-29 17:30"),
        ("2026-12-17 10:00", 15, "2027-01-04 17:30"),  # 1 January and the weekend roll
    ],
)
def test_natural_days_run_on_and_roll_off_rest_days(start, days, end):
    assert CALENDAR.add_natural_days(at(start), days) == at(end)


def test_moments_of_any_zone_are_reckoned_in_shanghai_and_answered_in_utc():
    in_utc = datetime(2026, 9, 24, 16, 30, tzinfo=UTC)  # half past midnight of the 25th in Shanghai
    due = CALENDAR.add_natural_days(in_utc, 3)
    assert due == at("2026-09-28 17:30")
    assert due.tzinfo is UTC


def test_office_time_begins_with_the_shift_and_ends_before_its_last_instant():
    assert CALENDAR.is_office_time(at("2026-09-24 08:30"))
    assert not CALENDAR.is_office_time(at("2026-09-24 12:00"))
    assert CALENDAR.next_office_time(at("2026-09-24 12:00")) == at("2026-09-24 14:30")
    assert CALENDAR.next_office_time(at("2026-09-30 17:30")) == at("2026-10-08 08:30")
    assert CALENDAR.next_office_time(at("2026-10-10 09:15")) == at("2026-10-10 09:15")


def test_what_is_skipped_is_named_and_adds_up():
    start, end = at("2026-09-24 16:00"), at("2026-09-28 15:00")
    skipped = CALENDAR.skipped(start, end)
    assert [skip.name for skip in skipped] == ["下班", "中秋节", "下班", "午休"]
    assert [(skip.start, skip.end) for skip in skipped][1] == (at("2026-09-25 00:00"), at("2026-09-28 00:00"))
    assert sum((skip.end - skip.start for skip in skipped), timedelta()) == (
        end - start - CALENDAR.working_time_between(start, end)
    )


def test_nonsense_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="no time zone"):
        CALENDAR.add_working_days(datetime(2026, 9, 24), 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="count at least one"):
        CALENDAR.add_natural_days(at("2026-09-24 10:00"), 0)
    with pytest.raises(OutsideCalendar, match="outside the calendar"):
        CALENDAR.add_working_time(at("2099-12-01 10:00"), timedelta(days=365))
    with pytest.raises(OutsideCalendar, match="No working day is left"):
        CALENDAR.add_working_days(at("2099-12-01 10:00"), 365)


@given(moments, deltas)
def test_adding_then_measuring_is_the_identity(start, delta):
    end = CALENDAR.add_working_time(start, delta)
    assert CALENDAR.working_time_between(start, end) == delta
    assert CALENDAR.working_time_between(end, start) == -delta


@given(moments, deltas)
def test_going_back_as_far_measures_the_same(start, delta):
    begin = CALENDAR.add_working_time(start, delta)
    back = CALENDAR.add_working_time(begin, -delta)
    assert back <= begin
    assert CALENDAR.working_time_between(back, begin) == delta


@given(moments, moments, deltas, st.integers(1, 90))
def test_a_later_start_never_ends_earlier(one, other, delta, days):
    first, second = sorted((one, other))
    assert CALENDAR.add_working_time(first, delta) <= CALENDAR.add_working_time(second, delta)
    assert CALENDAR.add_working_days(first, days) <= CALENDAR.add_working_days(second, days)
    assert CALENDAR.add_natural_days(first, days) <= CALENDAR.add_natural_days(second, days)


@given(moments, deltas, deltas)
def test_two_additions_are_one(start, one, other):
    assert CALENDAR.add_working_time(CALENDAR.add_working_time(start, one), other) == CALENDAR.add_working_time(
        start, one + other
    )


@given(moments)
def test_the_next_office_time_loses_no_working_time(moment):
    following = CALENDAR.next_office_time(moment)
    assert CALENDAR.is_office_time(following)
    assert CALENDAR.working_time_between(moment, following) == timedelta(0)


class MinuteWalk:
    """The same questions answered by walking: no sums, no bisection, its own idea of which days are worked."""

    FIRST = date(2004, 1, 1)
    #: month and day of what the law names in the unpublished year
    LAW_2027 = frozenset(
        {(1, 1), (2, 5), (2, 6), (2, 7), (2, 8), (4, 5), (5, 1), (5, 2), (6, 9), (9, 15), (10, 1), (10, 2), (10, 3)}
    )

    def __init__(self):
        shift = bytearray(1440)
        shift[8 * 60 + 30 : 12 * 60] = b"\1" * 210
        shift[14 * 60 + 30 : 17 * 60 + 30] = b"\1" * 180
        count = (date(2027, 12, 31) - self.FIRST).days + 1
        self.worked = [self._works(self.FIRST + timedelta(days=offset)) for offset in range(count)]
        self.minutes = b"".join(bytes(shift) if works else bytes(1440) for works in self.worked)

    def _works(self, day):
        if day.year == 2027:
            return day.isoweekday() <= 5 and (day.month, day.day) not in self.LAW_2027
        return chinese_calendar.is_workday(day)

    def add(self, minute, length):
        while length:
            length -= self.minutes[minute]
            minute += 1
        return minute

    def add_days(self, minute, count):
        day = minute // 1440
        while count:
            day += 1
            count -= self.worked[day]
        return day * 1440 + 17 * 60 + 30

    def roll(self, minute, count):
        day = minute // 1440 + count
        while not self.worked[day]:
            day += 1
        return day * 1440 + 17 * 60 + 30

    def moment(self, minute):
        return datetime(2004, 1, 1, tzinfo=SHANGHAI) + minute * MINUTE


def test_a_walk_minute_by_minute_agrees_on_four_thousand_random_cases():
    walk, chance = MinuteWalk(), random.Random(20261123)
    last = len(walk.minutes) - 60 * 1440
    for _ in range(4000):
        minute, length, days = chance.randrange(last), chance.randint(1, 30 * 60), chance.randint(1, 30)
        start = walk.moment(minute)
        end = walk.add(minute, length)
        assert CALENDAR.add_working_time(start, length * MINUTE) == walk.moment(end), start
        assert CALENDAR.working_time_between(start, walk.moment(end)) == length * MINUTE, start
        assert CALENDAR.add_working_days(start, days) == walk.moment(walk.add_days(minute, days)), start
        assert CALENDAR.add_natural_days(start, days) == walk.moment(walk.roll(minute, days)), start
        assert CALENDAR.is_office_time(start) == bool(walk.minutes[minute]), start
