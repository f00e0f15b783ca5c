"""How long one waits after wrong codes: a rule on counts and times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

__all__ = ["CALM", "SIEGE", "Limit", "Limits", "Tally", "open_from"]

#: The first wait; it doubles with each further wrong code.
FIRST = timedelta(seconds=30)


class Tally(NamedTuple):
    """How many wrong codes count, and when the last was given."""

    wrong: int
    last: datetime | None


class Limit(NamedTuple):
    """How many wrong codes cost nothing, and the longest wait after more."""

    free: int
    longest: timedelta


class Limits(NamedTuple):
    """For one number tried from one address, for one number from anywhere, for one address whatever it tries.

    Waits are short, that for a number the shortest: neither strangers who try it nor neighbours behind the same address may
    keep its petitioner out.
    """

    here: Limit
    number: Limit
    address: Limit


CALM = Limits(
    here=Limit(5, timedelta(minutes=10)),
    number=Limit(20, timedelta(minutes=2)),
    address=Limit(20, timedelta(minutes=10)),
)
#: While wrong codes come in from everywhere. Three typos still cost nothing.
SIEGE = Limits(
    here=Limit(4, timedelta(minutes=10)),
    number=Limit(6, timedelta(minutes=2)),
    address=Limit(6, timedelta(minutes=10)),
)


def open_from(tallies: Iterable[tuple[Tally, Limit]]) -> datetime | None:
    """When the next code is looked at, if that is not at once."""
    return max((until for tally, limit in tallies if (until := _until(tally, limit)) is not None), default=None)


def _until(tally: Tally, limit: Limit) -> datetime | None:
    if tally.last is None or tally.wrong < limit.free:
        return None
    doubled: int = 2 ** min(tally.wrong - limit.free, 10)
    return tally.last + min(FIRST * doubled, limit.longest)
