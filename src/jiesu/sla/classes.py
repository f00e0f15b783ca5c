"""The service classes P0–P4, C and X with their limits, and the whole clock policy read from `config/clocks.toml`."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from jiesu.kit.config import ConfigMistake, convert, read_toml
from jiesu.sla.beside import Beside, read_beside
from jiesu.sla.limits import BY_STEP, FINAL, ON_REQUEST, RECURRING, ClockKind, Limit, Target, parse_limit
from jiesu.sla.rungs import CountRule, Rung, read_counts, read_rungs
from jiesu.sla.terms import LadderTerms, read_terms
from jiesu.tickets.tries import Tries

__all__ = [
    "FINAL", "ClockKind", "ClockPolicy", "Limit", "Rung", "ServiceClass", "SurveyPolicy", "Target", "clocks_from", "load_clocks",
]  # fmt: skip

CODES = ("P0", "P1", "P2", "P3", "P4", "C", "X")
#: 信访工作条例 Art. 22–23, 34, 35 and 36: no policy may grant itself longer
LAW = {
    Target.NOTICE: Limit(15, "natural_days"),
    Target.OPINION: Limit(60, "natural_days"),
    Target.RECHECK: Limit(30, "natural_days"),
    Target.REVIEW: Limit(30, "natural_days"),
}
#: Art. 34: a written opinion may be extended by so much and no more
LAWFUL_EXTENSION = {Target.OPINION: Limit(30, "natural_days")}


class ServiceClass(Struct, frozen=True):
    """How fast a kind of matter is handled; `petitioner` and `unit` are the targets each clock keeps, in order.

    `extension` is the most that one extension may add to the final target.
    """

    code: str
    name_zh: str
    name_en: str
    limits: Mapping[Target, Limit]
    petitioner: tuple[Target, ...]
    unit: tuple[Target, ...]
    extension: Limit

    @property
    def final(self) -> Target:
        """The target that ends the work: resolve, plan or opinion."""
        return next(target for target in self.limits if target in FINAL)

    def targets(self, clock: ClockKind) -> tuple[Target, ...]:
        return self.petitioner if clock is ClockKind.PETITIONER else self.unit


class SurveyPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Attempts by phone and the days they spread over, how long the link is good, hours until the one reminder."""

    attempts: int
    over_days: int
    link_days: int
    reminder_after: int


class ClockPolicy(Struct, frozen=True):
    """Everything in `clocks.toml`; a ticket keeps the version it was registered under."""

    version: str
    classes: Mapping[str, ServiceClass]
    ladder: tuple[Rung, ...]
    counts: tuple[CountRule, ...]
    terms: LadderTerms
    survey: SurveyPolicy
    #: when a first contact counts as tried
    tries: Tries
    beside: Beside
    #: what the file says, for keeping the edition
    document: Mapping[str, Any]


class WrittenLadder(Struct, forbid_unknown_fields=True):
    rung: list[Any]
    terms: dict[str, Any]
    counts: dict[str, Any] = {}


class WrittenPolicy(Struct, forbid_unknown_fields=True):
    version: str
    contact_attempts: int
    classes: dict[str, Any]
    ladder: WrittenLadder
    survey: SurveyPolicy
    #: left out in versions before 2026-5: calls counted however soon they followed
    contact_apart: str | None = None
    #: left out in versions before 2026-3, and in part before 2026-4
    beside: dict[str, Any] = {}


class WrittenClass(Struct, forbid_unknown_fields=True):
    name_zh: str
    name_en: str
    limits: dict[Target, str]
    #: left out, it is the original limit, or what the law allows
    extension: str | None = None


def load_clocks(path: Path) -> ClockPolicy:
    """The clock policy of a file. Raises ConfigMistake at the first mistake."""
    return clocks_from(read_toml(path), path)


def clocks_from(document: Mapping[str, Any], path: Path) -> ClockPolicy:
    """The clock policy of what `path` says or once said. Raises ConfigMistake at the first mistake."""
    written = convert(document, WrittenPolicy, path)
    for code in CODES:
        if code not in written.classes:
            raise ConfigMistake(path, f"classes.{code}", None, f"add the class; the seven are {', '.join(CODES)}.")
    for name in SurveyPolicy.__struct_fields__:
        _positive(path, f"survey.{name}", getattr(written.survey, name))
    known = frozenset(written.classes)
    rungs = read_rungs(written.ladder.rung, path, known)
    classes = {code: _service_class(code, raw, path) for code, raw in written.classes.items()}
    return ClockPolicy(
        version=written.version,
        classes=MappingProxyType(classes),
        ladder=rungs,
        counts=read_counts(written.ladder.counts, path, frozenset(rung.level for rung in rungs)),
        terms=read_terms(written.ladder.terms, path, known),
        survey=written.survey,
        tries=_tries(written, classes.values(), path),
        beside=read_beside(written.beside, path, known),
        document=document,
    )


def _service_class(code: str, raw: object, path: Path) -> ServiceClass:
    key = f"classes.{code}"
    written = convert(raw, WrittenClass, path, key)
    for target in written.limits.keys() & BY_STEP:
        raise ConfigMistake(path, f"{key}.limits", target, "it begins with a step: write it in [beside].")
    limits = {  # in the order of the targets, however the file is written: an edition read back has lost its order
        target: _limit(target, written.limits[target], path, f"{key}.limits.{target}")
        for target in Target
        if target in written.limits
    }
    if len(limits.keys() & FINAL) != 1:
        raise ConfigMistake(path, f"{key}.limits", sorted(limits), "give exactly one of resolve, plan and opinion.")
    petitioner = tuple(target for target in limits if target not in (Target.SIGN, *RECURRING))
    unit = tuple(target for target in limits if target not in (Target.NOTICE, *ON_REQUEST))
    extension = _extension(written.extension, limits, path, key)
    return ServiceClass(code, written.name_zh, written.name_en, MappingProxyType(limits), petitioner, unit, extension)


def _tries(written: WrittenPolicy, classes: Iterable[ServiceClass], path: Path) -> Tries:
    """So far apart that all calls still fit into the shortest limit for a first contact."""
    _positive(path, "contact_attempts", written.contact_attempts)
    if written.contact_apart is None:
        return Tries(written.contact_attempts)
    limit = _parsed(written.contact_apart, path, "contact_apart")
    if limit.unit not in ("minutes", "hours"):
        raise ConfigMistake(path, "contact_apart", written.contact_apart, "write minutes or hours.")
    tries = Tries(written.contact_attempts, limit.length)
    limits = (each.limits.get(Target.FIRST_CONTACT) for each in classes)
    shortest = min((each.length for each in limits if each and not each.counts_days), default=timedelta.max)
    if tries.apart * (tries.needed - 1) >= shortest:
        remedy = f"{tries.needed} calls so far apart do not fit into the shortest limit for a first contact."
        raise ConfigMistake(path, "contact_apart", written.contact_apart, remedy)
    return tries


def _extension(text: str | None, limits: Mapping[Target, Limit], path: Path, key: str) -> Limit:
    """At most the original limit (domain.md §4), and never more than the law allows."""
    final = next(target for target in limits if target in FINAL)
    most = LAWFUL_EXTENSION.get(final, limits[final])
    if text is None:
        return most
    limit = _parsed(text, path, f"{key}.extension")
    if limit.unit != most.unit or limit.amount > most.amount:
        remedy = f"one extension adds at most {most.amount} {most.unit.replace('_', ' ')}."
        raise ConfigMistake(path, f"{key}.extension", text, remedy)
    return limit


def _limit(target: Target, text: str, path: Path, key: str) -> Limit:
    limit = _parsed(text, path, key)
    lawful = LAW.get(target)
    if lawful and (limit.unit != lawful.unit or limit.amount > lawful.amount):
        raise ConfigMistake(path, key, text, f"the law allows at most {lawful.amount} natural days.")
    return limit


def _parsed(text: str, path: Path, key: str) -> Limit:
    try:
        return parse_limit(text)
    except ValueError as problem:
        raise ConfigMistake(path, key, text, str(problem)) from problem


def _positive(path: Path, key: str, value: int) -> None:
    if value < 1:
        raise ConfigMistake(path, key, value, "use at least 1.")
