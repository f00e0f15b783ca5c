"""Cursors: what was encoded comes back, anything else is refused in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesu.kit.paging import BadCursor, decode_cursor, encode_cursor

MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.none() | MOMENTS, st.integers(1, 2**62))
def test_the_sort_keys_come_back(moment: datetime | None, number: int):
    assert decode_cursor(encode_cursor(moment, number), tuple[datetime | None, int]) == (moment, number)


@pytest.mark.parametrize("cursor", ["?", "诉求", "bm8", encode_cursor(1), encode_cursor("x", "y"), "=" * 5, "A" * 5000])
def test_anything_else_is_refused(cursor: str):
    with pytest.raises(BadCursor) as refused:
        decode_cursor(cursor, tuple[datetime, int])
    assert refused.value.field == "cursor"
