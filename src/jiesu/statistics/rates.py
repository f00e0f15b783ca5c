"""The three rates: a pure function from what petitioners answered to figures (domain.md §5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import msgspec

from jiesu.kit.config import ConfigMistake, convert, read_toml
from jiesu.statistics.surge import SurgePolicy
from jiesu.surveys.words import Satisfaction, Solved

__all__ = ["Fact", "Figures", "RatesPolicy", "Weights", "figure", "load_rates"]


#: Every month has this day.
LAST_FIRST_DAY = 28


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Per cent of the score."""

    response: int
    resolution: int
    satisfaction: int


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    preset: str
    mostly: float
    minimum: int
    presets: dict[str, Weights]
    surge: SurgePolicy
    first_day: int = 1
    freeze_after: int = 5


class RatesPolicy(msgspec.Struct, frozen=True):
    """`mostly`: what “mostly satisfied” counts for; below `minimum` valid surveys a unit is shown but not ranked."""

    weights: Weights
    mostly: Fraction
    minimum: int
    surge: SurgePolicy = SurgePolicy(weeks=8, minimum=3, floor=0.5, chance=0.001)
    #: The assessment month (考核月) called November begins on this day of October; 1: it is the calendar month.
    first_day: int = 1
    #: A month is frozen so many days after its end (冻结).
    freeze_after: int = 5


class Fact(msgspec.Struct, frozen=True):
    """One ticket's valid survey: the last one in the period. None: that question was not answered."""

    contacted: bool | None
    solved: Solved | None
    satisfied: Satisfaction | None
    #: Whether the first result solved it, without rework.
    first_time: bool
    #: Whether the system saw a contact before the limit; None where no such clock ran.
    contacted_in_time: bool | None = None
    #: Whether two people outside the unit took it out of the figures (剔除).
    excluded: bool = False
    #: Whether the petitioner sent a result of it back, this one or one before (重办).
    reworked: bool = False


class Figures(msgspec.Struct, frozen=True):
    """Rates as exact fractions, None where nobody answered: shown as “—”, never as zero."""

    #: V, the tickets with a valid survey.
    base: int
    response: Fraction | None
    resolution: Fraction | None
    satisfaction: Fraction | None
    score: Fraction | None
    first_time_solved: Fraction | None
    timed_response: Fraction | None
    #: Share of V whose petitioner sent a result back.
    rework: Fraction | None
    ranked: bool


def figure(facts: Iterable[Fact] | Mapping[Fact, int], policy: RatesPolicy, *, raw: bool = False) -> Figures:
    """The figures of one unit (or subtree) and period, from facts, or from how often each occurs. Rounding is for display.

    `raw`: as if nothing had been excluded.
    """
    known = Counter({fact: times for fact, times in Counter(facts).items() if raw or not fact.excluded})
    worth: Mapping[Satisfaction, Fraction] = {
        Satisfaction.YES: Fraction(1),
        Satisfaction.MOSTLY: policy.mostly,
        Satisfaction.NO: Fraction(0),
    }
    solved = [(fact, times) for fact, times in known.items() if fact.solved is not None]
    response = _share((Fraction(fact.contacted), times) for fact, times in known.items() if fact.contacted is not None)
    resolution = _share((Fraction(fact.solved is Solved.YES), times) for fact, times in solved)
    satisfaction = _share((worth[fact.satisfied], times) for fact, times in known.items() if fact.satisfied is not None)
    timed = ((fact.contacted_in_time, times) for fact, times in known.items())
    return Figures(
        base=known.total(),
        response=response,
        resolution=resolution,
        satisfaction=satisfaction,
        score=_score(response, resolution, satisfaction, policy.weights),
        first_time_solved=_share(
            (Fraction(fact.solved is Solved.YES and fact.first_time), times) for fact, times in solved
        ),
        timed_response=_share((Fraction(in_time), times) for in_time, times in timed if in_time is not None),
        rework=_share((Fraction(fact.reworked), times) for fact, times in known.items()),
        ranked=known.total() >= policy.minimum,
    )


def _share(values: Iterable[tuple[Fraction, int]]) -> Fraction | None:
    known = tuple(values)
    count = sum(times for _, times in known)
    return sum((value * times for value, times in known), Fraction(0)) / count if count else None


def _score(
    response: Fraction | None, resolution: Fraction | None, satisfaction: Fraction | None, weights: Weights
) -> Fraction | None:
    """None when any of the three is: a score over other weights would not compare."""
    if response is None or resolution is None or satisfaction is None:
        return None
    weighted = response * weights.response + resolution * weights.resolution + satisfaction * weights.satisfaction
    return weighted / 100


def load_rates(path: Path) -> RatesPolicy:
    """Raises ConfigMistake."""
    written = convert(read_toml(path), _Written, path)
    for name, weights in written.presets.items():
        if sum(msgspec.structs.astuple(weights)) != 100 or min(msgspec.structs.astuple(weights)) < 0:
            raise ConfigMistake(path, f"presets.{name}", weights, "three weights of 0 or more that add up to 100.")
    if written.preset not in written.presets:
        raise ConfigMistake(path, "preset", written.preset, f"use one of {', '.join(written.presets)}.")
    if not 0 <= written.mostly <= 1:
        raise ConfigMistake(path, "mostly", written.mostly, "use a number from 0 to 1.")
    if written.minimum < 1:
        raise ConfigMistake(path, "minimum", written.minimum, "use at least 1.")
    if written.surge.weeks < 1 or not 0 < written.surge.chance < 1 or written.surge.floor <= 0:
        raise ConfigMistake(path, "surge", None, "weeks must be at least 1, floor above 0, chance between 0 and 1.")
    if not 1 <= written.first_day <= LAST_FIRST_DAY:
        raise ConfigMistake(path, "first_day", written.first_day, f"use a day from 1 to {LAST_FIRST_DAY}.")
    if not 1 <= written.freeze_after <= LAST_FIRST_DAY:
        raise ConfigMistake(path, "freeze_after", written.freeze_after, f"use from 1 to {LAST_FIRST_DAY} days.")
    chosen = written.presets[written.preset]
    return RatesPolicy(
        chosen, Fraction(str(written.mostly)), written.minimum, written.surge, written.first_day, written.freeze_after
    )
