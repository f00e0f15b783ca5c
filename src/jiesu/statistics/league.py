"""The league of units of one tier, and who stayed at its bottom for months: pure functions over figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from jiesu.statistics.rates import Figures

__all__ = ["last_places", "places", "snails"]


def places(figures: Mapping[str, Figures]) -> dict[str, int]:
    """Unit → place by its score, the best is 1; equal scores share a place. Who has too few answers, or no score, has none."""
    ranked = {unit: row.score for unit, row in figures.items() if row.ranked and row.score is not None}
    return {unit: 1 + sum(other > score for other in ranked.values()) for unit, score in ranked.items()}


def last_places(figures: Mapping[str, Figures], count: int) -> frozenset[str]:
    """The `count` units with the lowest scores and whoever has the same; none where that would be everybody with a place."""
    ranked: list[tuple[Fraction, str]] = sorted(
        (row.score, unit) for unit, row in figures.items() if row.ranked and row.score is not None
    )
    if len(ranked) <= count:
        return frozenset()
    limit = ranked[count - 1][0]
    found = frozenset(unit for score, unit in ranked if score <= limit)
    return found if len(found) < len(ranked) else frozenset()


def snails(months: Sequence[Mapping[str, Figures]], count: int) -> list[str]:
    """Who was among the last `count` in each of the months."""
    if not months:
        return []
    always = frozenset[str].intersection(*(last_places(month, count) for month in months))
    return sorted(always)
