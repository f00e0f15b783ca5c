"""How long one waits after wrong codes, and until the next one is sent: rules on counts and times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

__all__ = [
    "ASKING",
    "ASKING_IN_SIEGE",
    "CALM",
    "SIEGE",
    "Asking",
    "Limit",
    "Limits",
    "Tally",
    "open_from",
    "seconds_until",
]

#: The first wait; it doubles with each further wrong code.
FIRST = timedelta(seconds=30)


class Tally(NamedTuple):
    """How many codes count, and when the last was given."""

    codes: int
    last: datetime | None


class Limit(NamedTuple):
    """How many codes cost nothing, and the longest wait after more."""

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


class Asking(NamedTuple):
    """For codes asked for one telephone and not used, and from one address: these cost money and ring at somebody's home."""

    phone: Limit
    address: Limit


ASKING = Asking(phone=Limit(1, timedelta(minutes=30)), address=Limit(20, timedelta(minutes=10)))
ASKING_IN_SIEGE = Asking(phone=Limit(1, timedelta(minutes=30)), address=Limit(3, timedelta(minutes=10)))


def open_from(tallies: Iterable[tuple[Tally, Limit]]) -> datetime | None:
    """When the next code is looked at, if that is not at once."""
    return max((until for tally, limit in tallies if (until := _until(tally, limit)) is not None), default=None)


def seconds_until(moment: datetime, now: datetime) -> int:
    """Rounded up, at least one: how a wait is told."""
    return max(1, -int(-(moment - now).total_seconds() // 1))


def _until(tally: Tally, limit: Limit) -> datetime | None:
    if tally.last is None or tally.codes < limit.free:
        return None
    doubled: int = 2 ** min(tally.codes - limit.free, 10)
    return tally.last + min(FIRST * doubled, limit.longest)
