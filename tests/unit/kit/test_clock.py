"""The clock that is passed in everywhere."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from jiesu.kit.clock import SHANGHAI, FastClock, ManualClock, SystemClock, span_of


def test_the_system_clock_is_aware_and_in_utc():
    assert SystemClock().now().tzinfo is UTC


def test_a_manual_clock_stands_still_until_told_and_may_be_set_back():
    clock = ManualClock(datetime(2026, 9, 24, 10, tzinfo=SHANGHAI))
    assert clock.now() == datetime(2026, 9, 24, 2, tzinfo=UTC)

    clock.advance(timedelta(hours=1))
    assert clock.now() == datetime(2026, 9, 24, 3, tzinfo=UTC)

    clock.set(datetime(2026, 9, 24, 2, 30, tzinfo=UTC))
    assert clock.now() == datetime(2026, 9, 24, 2, 30, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        ManualClock(datetime(2026, 9, 24, 10))  # noqa: DTZ001 - the point of the test


EIGHT = datetime(2026, 11, 2, 8, tzinfo=SHANGHAI)


def test_a_fast_clock_makes_a_day_of_eight_minutes_and_all_processes_agree():
    unix = 1_000.0
    clocks = [FastClock(EIGHT, 1_000, 180, unix_time=lambda: unix) for _ in range(2)]
    assert [clock.now() for clock in clocks] == [EIGHT, EIGHT]
    unix += 480
    assert [clock.now() for clock in clocks] == [EIGHT + timedelta(days=1)] * 2
    assert clocks[0].now().tzinfo is UTC


def test_what_a_fast_clock_is_told_in_one_setting():
    clock = FastClock.parse(f"2026-11-02T08:00:00+08:00@{time.time() - 10:.3f}*180")
    assert clock.real_seconds(timedelta(hours=1)) == 20
    assert span_of(clock, 20) == timedelta(hours=1)
    assert clock.now() >= EIGHT + timedelta(minutes=29)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-02T08:00:00@0*180",
        "2026-11-02T08:00:00+08:00@0*0",
        "x@0*1",
        "now@1*-1",
        "2026-11-02T08:00:00+08:00@0*999999",
    ],
)
def test_what_is_no_fast_clock_is_refused(text: str):
    with pytest.raises(ValueError, match=r".+"):
        FastClock.parse(text)


@pytest.mark.parametrize("clock", [SystemClock(), ManualClock(EIGHT)])
def test_other_clocks_take_as_long_as_they_say(clock):
    assert clock.real_seconds(timedelta(minutes=2)) == 120
    assert span_of(clock, 120) == timedelta(minutes=2)
