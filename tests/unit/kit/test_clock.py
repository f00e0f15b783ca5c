"""The clock that is passed in everywhere."""

from datetime import UTC, datetime, timedelta

import pytest

from jiesu.kit.clock import SHANGHAI, ManualClock, SystemClock


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
