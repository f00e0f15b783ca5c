"""When more came than chance would bring: a Poisson threshold over what is usual for that weekday, or that week."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import msgspec

__all__ = ["SurgePolicy", "chance_of", "is_surge", "usual"]


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
    if came < policy.minimum:
        return False
    return chance_of(came, max(usual(earlier, policy), policy.floor)) <= policy.chance


def chance_of(count: int, mean: float) -> float:
    """How probable `count` or more are where `mean` are usual and they come independently (Poisson)."""
    if mean > 600:  # exp(-mean) would vanish; nobody needs a formula for such a crowd
        return 1.0 if count <= mean else 0.0
    term = total = exp(-mean)
    for number in range(1, count):
        term *= mean / number
        total += term
    return max(0.0, 1.0 - total) if count > 0 else 1.0
