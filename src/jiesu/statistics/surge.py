"""When more came than chance would bring: a Poisson threshold over what is usual for that weekday, or that week."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import msgspec

__all__ = ["SurgePolicy", "chance_of", "expected", "is_surge", "is_surge_over", "season", "usual"]

WEEK = 7
#: Below so many in the weeks before, last year says nothing of the season; and no season does more than this.
ENOUGH, LEAST, MOST = 20, 0.5, 3.0


class SurgePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is usual is the mean of so many `weeks` before, and no less than `floor`.

    At least `minimum` must have come, and so many by chance at most once in 1/`chance` times.
    """

    weeks: int
    minimum: int
    floor: float
    chance: float


def usual(earlier: Sequence[int], policy: SurgePolicy) -> float:
    """The mean of the weeks before."""
    return sum(earlier) / policy.weeks


def is_surge(came: int, earlier: Sequence[int], policy: SurgePolicy) -> bool:
    """Whether so many are a surge, after what came in the weeks before (missing ones count 0)."""
    return is_surge_over(came, usual(earlier, policy), policy)


def is_surge_over(came: int, mean: float, policy: SurgePolicy) -> bool:
    """The same where the mean is known."""
    return came >= policy.minimum and chance_of(came, max(mean, policy.floor)) <= policy.chance


def expected(came: int, days: int, policy: SurgePolicy) -> float:
    """How many so many days would bring, by what came in all the weeks before."""
    return came * days / (policy.weeks * WEEK)


def season(came: int, earlier: int, days: int, policy: SurgePolicy) -> float:
    """By how much last year's period was above or below the weeks before it; 1 where those hold too few to tell."""
    if earlier < ENOUGH:
        return 1.0
    return min(max(came / expected(earlier, days, policy), LEAST), MOST)


def chance_of(count: int, mean: float) -> float:
    """How probable `count` or more are where `mean` are usual and they come independently (Poisson)."""
    if mean > 600:  # exp(-mean) would vanish; nobody needs a formula for such a crowd
        return 1.0 if count <= mean else 0.0
    term = total = exp(-mean)
    for number in range(1, count):
        term *= mean / number
        total += term
    return max(0.0, 1.0 - total) if count > 0 else 1.0
