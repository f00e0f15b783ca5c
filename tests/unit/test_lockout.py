"""How the wait grows."""

from __future__ import annotations

import pytest

from jiesu.accounts.lockout import FREE_FOR_ADDRESS, delay_after
from jiesu.errors import TooMany


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (11, 1920), (12, 3600), (13, 3600), (10_000, 3600)],
)
def test_half_a_minute_after_five_failures_doubling_to_an_hour(failures: int, seconds: int):
    assert delay_after(failures).total_seconds() == seconds


def test_an_office_that_shares_an_address_is_granted_more():
    assert not delay_after(19, FREE_FOR_ADDRESS)
    assert delay_after(20, FREE_FOR_ADDRESS).total_seconds() == 30


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [(1, "1秒", "1 seconds"), (30, "30秒", "30 seconds"), (60, "1分钟", "1 minute"), (61, "2分钟", "2 minutes")],
)
def test_a_wait_is_said_in_whole_units_and_never_too_short(seconds: int, zh: str, en: str):
    error = TooMany(seconds=seconds)
    assert zh in error.say("zh")
    assert en in error.say("en")
