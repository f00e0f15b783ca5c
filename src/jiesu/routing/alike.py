"""How alike two appeals are: pairs of characters in common, with something for the same petitioner and the same place."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import combinations
from pathlib import Path

import msgspec

from jiesu.kit.config import ConfigMistake, convert, read_toml

__all__ = ["AlikePolicy", "largest_group", "load_alike"]


class AlikePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`config/alike.toml`: what is compared, and from what likeness on it is shown."""

    days: int = 90
    look_at: int = 300
    least: float = 0.3
    same_person: float = 0.3
    same_place: float = 0.1
    most: int = 5

    def likeness(self, mine: Set[str], other: Set[str], *, person: bool, place: bool) -> float:
        """From 0 to 1: twice the pieces in common over all pieces (Dice), and what person and place add."""
        pieces = len(mine) + len(other)
        shared = 2 * len(mine & other) / pieces if pieces else 0.0
        return min(1.0, shared + self.same_person * person + self.same_place * place)


def largest_group(texts: Sequence[Set[str]], least: float) -> list[int]:
    """Places of the texts that are alike to one of them, that one with the most, itself among them; the first of equals.

    `texts` as pieces. What two share is Dice's measure without person and place, at least `least`.
    """
    groups: list[list[int]] = [[place] for place in range(len(texts))]
    for (one, mine), (two, other) in combinations(enumerate(texts), 2):
        if 2 * len(mine & other) >= least * (len(mine) + len(other)) > 0:
            groups[one].append(two)
            groups[two].append(one)
    largest: list[int] = max(groups, key=len, default=[])
    return sorted(largest)


def load_alike(path: Path) -> AlikePolicy:
    """Raises ConfigMistake."""
    policy = convert(read_toml(path), AlikePolicy, path)
    for name, value in msgspec.structs.asdict(policy).items():
        if isinstance(value, float) and not 0 <= value <= 1:
            raise ConfigMistake(path, name, value, "use a number from 0 to 1.")
        if not isinstance(value, float) and not 1 <= value <= 1000:
            raise ConfigMistake(path, name, value, "use a number from 1 to 1000.")
    return policy
