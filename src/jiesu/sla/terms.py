"""How the ladder deals with people: who is told at any hour, by when a post answers, who counts as vulnerable."""

from pathlib import Path

from msgspec import Struct

from jiesu.kit.config import ConfigMistake, convert
from jiesu.sla.limits import Limit, parse_limit

__all__ = ["LadderTerms", "Vulnerable", "read_terms"]


class Vulnerable(Struct, frozen=True, forbid_unknown_fields=True):
    """Petitioners of these kinds, or of at least this age in years, where an ID number tells it."""

    kinds: tuple[str, ...] = ()
    age: int | None = None


class LadderTerms(Struct, frozen=True):
    """`urgent` classes are told at any hour; other notices are held until the office opens."""

    urgent: frozenset[str]
    #: an escalation is acknowledged within this, or the post above is told
    acknowledge: Limit
    acknowledge_urgent: Limit
    vulnerable: Vulnerable

    def acknowledge_within(self, service_class: str) -> Limit:
        """How long a post has to answer."""
        return self.acknowledge_urgent if service_class in self.urgent else self.acknowledge


class WrittenTerms(Struct, forbid_unknown_fields=True):
    urgent: tuple[str, ...]
    acknowledge: str
    acknowledge_urgent: str
    vulnerable: Vulnerable = Vulnerable()


def read_terms(raw: object, path: Path, classes: frozenset[str]) -> LadderTerms:
    """`[ladder.terms]`. Raises ConfigMistake."""
    key = "ladder.terms"
    written = convert(raw, WrittenTerms, path, key)
    for unknown in set(written.urgent) - classes:
        raise ConfigMistake(path, f"{key}.urgent", unknown, f"use classes of the file: {', '.join(sorted(classes))}.")
    if written.vulnerable.age is not None and not 0 < written.vulnerable.age < 150:
        raise ConfigMistake(path, f"{key}.vulnerable.age", written.vulnerable.age, "give an age in years.")
    return LadderTerms(
        urgent=frozenset(written.urgent),
        acknowledge=_limit(written.acknowledge, path, f"{key}.acknowledge"),
        acknowledge_urgent=_limit(written.acknowledge_urgent, path, f"{key}.acknowledge_urgent"),
        vulnerable=written.vulnerable,
    )


def _limit(text: str, path: Path, key: str) -> Limit:
    try:
        return parse_limit(text)
    except ValueError as problem:
        raise ConfigMistake(path, key, text, str(problem)) from problem
