"""Which calls in vain count as a first contact tried."""

from datetime import UTC, datetime, timedelta

import pytest

from jiesu.tickets.tries import Tries

NINE = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("apart", "minutes", "counting"),
    [
        (10, [0, 1, 2], [0]),
        (10, [0, 10, 20], [0, 10, 20]),
        (10, [0, 6, 12, 18, 24], [0, 12, 24]),
        (10, [0, 9, 18, 19], [0, 18]),
        (0, [0, 0, 1], [0, 0, 1]),
        (10, [], []),
    ],
)
def test_each_lies_so_far_from_the_last_that_counts(apart, minutes, counting):
    calls = [NINE + timedelta(minutes=minute) for minute in minutes]
    assert Tries(3, timedelta(minutes=apart)).counting(calls) == [NINE + timedelta(minutes=each) for each in counting]
