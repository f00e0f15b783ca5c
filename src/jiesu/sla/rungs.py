"""The rungs of the escalation ladder as policy: when each is due, on what conditions, whom it reaches, what it does."""

import re
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from jiesu.kit.config import ConfigMistake, convert
from jiesu.sla.limits import ClockKind, Limit, Target

__all__ = [
    "ALWAYS",
    "Action",
    "Condition",
    "CountRule",
    "Facts",
    "Recipient",
    "Rung",
    "When",
    "read_counts",
    "read_rungs",
]

Recipient = Literal["unit", "parent", "grandparent", "root"]
RungKind = Literal["warning", "supervision", "escalation", "leader_case"]
#: What a rung does besides telling the duty post.
Action = Literal["raise_class", "take_over", "order"]
OffsetUnit = Literal["hours", "working_hours", "days", "working_days"]
WHEN = re.compile(r"(\d+) %|due|(\d+) (hour|working hour|day|working day)s? (before|after)")


class When(Struct, frozen=True):
    """A moment relative to a deadline: a share of the clock run, or an offset (negative before, 0 the due moment)."""

    share: float | None = None
    offset: int = 0
    unit: OffsetUnit = "hours"

    @property
    def early(self) -> bool:
        """Whether it comes before the due moment."""
        return self.share is not None or self.offset < 0


class Facts(Struct, frozen=True):
    """What conditions ask of a ticket at the moment a rung is due."""

    service_class: str
    category: str | None = None
    rework: int = 0
    units_passed: int = 0
    dissatisfied: int = 0
    vulnerable: bool = False


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """All that is given must hold; counts are "at least", a category stands for all below it."""

    classes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    rework: int = 0
    units_passed: int = 0
    dissatisfied: int = 0
    vulnerable: bool = False

    def holds(self, facts: Facts) -> bool:
        """Whether a ticket meets it."""
        return (
            (not self.classes or facts.service_class in self.classes)
            and (not self.categories or (facts.category or "-").startswith(self.categories))
            and facts.rework >= self.rework
            and facts.units_passed >= self.units_passed
            and facts.dissatisfied >= self.dissatisfied
            and (facts.vulnerable or not self.vulnerable)
        )


#: The condition of a rung that has none.
ALWAYS = Condition()


class Rung(Struct, frozen=True):
    """One step; its `name` ("L1-80%") identifies it on a deadline, several rungs may share a `level`."""

    name: str
    level: int
    after: When
    #: the duty post of the responsible unit, or of the unit one or two above it, or of the city centre
    to: Recipient
    kind: RungKind
    wants_ack: bool
    #: only for limits counted in hours (minutes included), only for those in days, or any
    limits: Literal["hours", "days", "any"] = "any"
    clocks: tuple[ClockKind, ...] = tuple(ClockKind)
    targets: tuple[Target, ...] = tuple(Target)
    when: Condition = ALWAYS
    actions: tuple[Action, ...] = ()

    def applies_to(self, clock: ClockKind, target: Target, limit: Limit) -> bool:
        measured = "days" if limit.counts_days else "hours"
        return self.limits in ("any", measured) and clock in self.clocks and target in self.targets


class CountRule(Struct, frozen=True):
    """Reaching a count lifts a ticket to a level, whatever the time: the third rework to L4."""

    what: Literal["rework", "dissatisfied", "units_passed"]
    at: int
    level: int


class WrittenRung(Struct, forbid_unknown_fields=True):
    name: str
    level: int
    after: str
    to: Recipient
    kind: RungKind
    wants_ack: bool
    limits: Literal["hours", "days", "any"] = "any"
    clocks: tuple[ClockKind, ...] = tuple(ClockKind)
    targets: tuple[Target, ...] = tuple(Target)
    when: Condition = ALWAYS
    actions: tuple[Action, ...] = ()


class WrittenCount(Struct, forbid_unknown_fields=True):
    at: int
    level: int


def read_rungs(raw: object, path: Path, classes: frozenset[str]) -> tuple[Rung, ...]:
    """The rungs of `[[ladder.rung]]`, lowest level first as written; `classes` are those there are. Raises ConfigMistake."""
    rungs = tuple(_rung(entry, path, f"ladder.rung[{n}]") for n, entry in enumerate(convert(raw, list[Any], path)))
    seen: set[str] = set()
    for number, rung in enumerate(rungs):
        if rung.name in seen:
            raise ConfigMistake(path, f"ladder.rung[{number}].name", rung.name, "give every rung its own name.")
        if number and rung.level < rungs[number - 1].level:
            raise ConfigMistake(path, f"ladder.rung[{number}].level", rung.level, "write the rungs lowest level first.")
        for unknown in set(rung.when.classes) - classes:
            known = ", ".join(sorted(classes))
            raise ConfigMistake(
                path, f"ladder.rung[{number}].when.classes", unknown, f"use classes of the file: {known}."
            )
        seen.add(rung.name)
    return rungs


def read_counts(raw: object, path: Path, levels: frozenset[int]) -> tuple[CountRule, ...]:
    """The rules of `[ladder.counts]`; every level must have a rung. Raises ConfigMistake."""
    rules = []
    written = convert(raw, dict[Literal["rework", "dissatisfied", "units_passed"], WrittenCount], path, "ladder.counts")
    for what, rule in written.items():
        if rule.level not in levels:
            known = ", ".join(map(str, sorted(levels)))
            raise ConfigMistake(path, f"ladder.counts.{what}.level", rule.level, f"use a level of the ladder: {known}.")
        least = 2 if what == "units_passed" else 1
        if rule.at < least:
            raise ConfigMistake(path, f"ladder.counts.{what}.at", rule.at, f"use at least {least}.")
        rules.append(CountRule(what, rule.at, rule.level))
    return tuple(rules)


def _rung(raw: object, path: Path, key: str) -> Rung:
    written = convert(raw, WrittenRung, path, key)
    after = _when(written.after, path, f"{key}.after")
    if (written.kind == "warning") != after.early:
        raise ConfigMistake(
            path, f"{key}.kind", written.kind, "what comes before the deadline is a warning, and only that."
        )
    if written.actions and after.early:
        raise ConfigMistake(path, f"{key}.actions", written.actions, "act only when the deadline has passed.")
    return Rung(
        written.name, written.level, after, written.to, written.kind, written.wants_ack,
        written.limits, written.clocks, written.targets, written.when, written.actions,
    )  # fmt: skip


def _when(text: str, path: Path, key: str) -> When:
    match = WHEN.fullmatch(text)
    if match is None or (match[1] and not 0 < int(match[1]) < 100):
        examples = '"80 %", "24 hours before", "2 working days before", "due", "1 working day after"'
        raise ConfigMistake(path, key, text, f"write it like one of {examples}.")
    if match[1]:
        return When(share=int(match[1]) / 100)
    if match[2] is None:
        return When()
    units: dict[str, OffsetUnit] = {
        "hour": "hours", "working hour": "working_hours", "day": "days", "working day": "working_days",
    }  # fmt: skip
    return When(offset=int(match[2]) * (-1 if match[4] == "before" else 1), unit=units[match[3]])
