"""The three rates: a pure function from what petitioners answered to figures (domain.md §5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from operator import add
from pathlib import Path

import msgspec
from msgspec.structs import astuple

from jiesu.kit.config import ConfigMistake, convert, read_toml
from jiesu.statistics.surge import SurgePolicy
from jiesu.surveys.words import Satisfaction, Solved

__all__ = ["Counts", "Fact", "Figures", "RatesPolicy", "Weights", "count", "figure", "figures_of", "load_rates"]


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

    @property
    def kept_days(self) -> frozenset[int]:
        """On which days months begin of which sums are kept: of the calendar, and of the assessment."""
        return frozenset({1, self.first_day})


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


class Counts(msgspec.Struct, frozen=True):
    """What facts add up to: all that figures are reckoned from. `…_of`: who answered that question, or had that clock."""

    #: V, the tickets with a valid survey.
    base: int = 0
    contacted: int = 0
    contacted_of: int = 0
    solved: int = 0
    solved_of: int = 0
    satisfied: int = 0
    mostly: int = 0
    satisfied_of: int = 0
    #: Of those solved, by the first result.
    first_time: int = 0
    timed: int = 0
    timed_of: int = 0
    reworked: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*map(add, astuple(self), astuple(other)))


def count(facts: Iterable[Fact] | Mapping[Fact, int], *, raw: bool = False) -> Counts:
    """What facts, or how often each occurs, add up to. `raw`: as if nothing had been excluded."""
    known = [(fact, times) for fact, times in Counter(facts).items() if raw or not fact.excluded]

    def of(meant: Callable[[Fact], bool | None]) -> int:
        return sum(times for fact, times in known if meant(fact))

    return Counts(
        base=of(lambda _: True),
        contacted=of(lambda fact: fact.contacted),
        contacted_of=of(lambda fact: fact.contacted is not None),
        solved=of(lambda fact: fact.solved is Solved.YES),
        solved_of=of(lambda fact: fact.solved is not None),
        satisfied=of(lambda fact: fact.satisfied is Satisfaction.YES),
        mostly=of(lambda fact: fact.satisfied is Satisfaction.MOSTLY),
        satisfied_of=of(lambda fact: fact.satisfied is not None),
        first_time=of(lambda fact: fact.solved is Solved.YES and fact.first_time),
        timed=of(lambda fact: fact.contacted_in_time),
        timed_of=of(lambda fact: fact.contacted_in_time is not None),
        reworked=of(lambda fact: fact.reworked),
    )


def figure(facts: Iterable[Fact] | Mapping[Fact, int], policy: RatesPolicy, *, raw: bool = False) -> Figures:
    """The figures of one unit (or subtree) and period, from facts, or from how often each occurs."""
    return figures_of(count(facts, raw=raw), policy)


def figures_of(counts: Counts, policy: RatesPolicy) -> Figures:
    """The figures of one unit (or subtree) and period. Rounding is for display."""
    response = _share(counts.contacted, counts.contacted_of)
    resolution = _share(counts.solved, counts.solved_of)
    satisfaction = _share(counts.satisfied + policy.mostly * counts.mostly, counts.satisfied_of)
    return Figures(
        base=counts.base,
        response=response,
        resolution=resolution,
        satisfaction=satisfaction,
        score=_score(response, resolution, satisfaction, policy.weights),
        first_time_solved=_share(counts.first_time, counts.solved_of),
        timed_response=_share(counts.timed, counts.timed_of),
        rework=_share(counts.reworked, counts.base),
        ranked=counts.base >= policy.minimum,
    )


def _share(part: int | Fraction, whole: int) -> Fraction | None:
    return Fraction(part) / whole if whole else None


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
