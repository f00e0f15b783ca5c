"""The dispatch catalogue 派单目录: category × nature → function, tier and class, and the words that indicate each."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from jiesu.kit.config import ConfigMistake, convert, read_toml
from jiesu.routing.categories import CLASSES, Category, load_categories
from jiesu.routing.lexicon import Lexicon, Word, words
from jiesu.units.organisation import FUNCTIONS, LEVELS

__all__ = ["NATURES", "Catalogue", "Category", "Handling", "Limits", "load_catalogue", "load_categories"]

NATURES = ("consult", "help", "complaint", "report", "suggestion")
#: Dearest first: an urgency found is never lowered by a later one.
URGENCIES = ("P0", "P1")


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What makes a routing confident; catalogue.toml explains each number."""

    strength: float
    confident: float
    margin: float
    veteran: float
    title: float
    chosen: float


class Handling(msgspec.Struct, frozen=True):
    """Who handles a category and nature: the function, the lowest tier that may, the class."""

    function: str
    tier: str
    service_class: str


class _Exception(msgspec.Struct, forbid_unknown_fields=True):
    function: str | None = None
    tier: str | None = None
    class_: str | None = msgspec.field(name="class", default=None)


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    words: dict[str, str]
    class_: str | None = msgspec.field(name="class", default=None)


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    tier: str
    words: dict[str, str]
    function: str | None = None
    class_: str | None = msgspec.field(name="class", default=None)
    natures: dict[str, _Exception] = {}


class _File(msgspec.Struct, forbid_unknown_fields=True):
    limits: Limits
    veteran: _Words
    natures: dict[str, _Words]
    urgency: dict[str, str]


class Catalogue:
    """The catalogue in memory; never changes. One lexicon finds veterans' words, natures, urgencies and categories
    together.
    """

    def __init__(
        self,
        categories: Mapping[str, Category],
        limits: Limits,
        handlings: Mapping[tuple[str, str], Handling],
        entries: Iterable[Word],
    ) -> None:
        self.categories = categories
        self.leaves = tuple(category for category in categories.values() if category.parent)
        self.limits = limits
        self.lexicon = Lexicon(entries)
        self._handlings = handlings

    def category(self, code: str) -> Category | None:
        """The category with this code of two or four digits."""
        return self.categories.get(code)

    def handling(self, category: str, nature: str) -> Handling:
        """Who handles a second-level category for a nature."""
        return self._handlings[category, nature]


def load_catalogue(path: Path) -> Catalogue:
    """The catalogue at `path` with the categories.toml beside it. Raises ConfigMistake naming the key at fault."""
    categories = load_categories(path.with_name("categories.toml"))
    raw = read_toml(path)
    entries = {code: convert(raw.pop(code), _Entry, path, code) for code in list(raw) if code.isdigit()}
    general = convert(raw, _File, path)
    leaves = [category for category in categories.values() if category.parent]
    for code in [leaf.code for leaf in leaves if leaf.code not in entries] + [
        code for code in entries if code not in categories
    ]:
        raise ConfigMistake(
            path, code, None, "categories.toml and catalogue.toml must name the same second-level categories."
        )
    _one_of(path, "natures", general.natures, NATURES)
    _one_of(path, "urgency", general.urgency, URGENCIES)
    handlings = {
        (leaf.code, nature): _handling(path, leaf, entries[leaf.code], nature, general.natures)
        for leaf in leaves
        for nature in NATURES
    }
    return Catalogue(categories, general.limits, handlings, _all_words(path, general, entries))


def _handling(path: Path, leaf: Category, entry: _Entry, nature: str, natures: Mapping[str, _Words]) -> Handling:
    """An exception for the nature wins; the nature's own class comes before the category's unless that is urgent or
    sealed.
    """
    _one_of(path, f"{leaf.code}.natures", entry.natures, NATURES, complete=False)
    special = entry.natures.get(nature, _Exception())
    ordinary = entry.class_ or leaf.service_class
    of_nature = None if leaf.sealed or ordinary in URGENCIES else natures[nature].class_
    handling = Handling(
        function=special.function or entry.function or leaf.function,
        tier=special.tier or entry.tier,
        service_class=special.class_ or of_nature or ordinary,
    )
    checks = (
        ("tier", handling.tier, LEVELS),
        ("class", handling.service_class, CLASSES),
        ("function", handling.function, FUNCTIONS),
    )
    for key, value, allowed in checks:
        if value not in allowed:
            raise ConfigMistake(path, f"{leaf.code}.{key}", value, f"it is one of {', '.join(sorted(allowed))}.")
    return handling


def _one_of(path: Path, key: str, given: Mapping[str, Any], allowed: tuple[str, ...], *, complete: bool = True) -> None:
    for name in given:
        if name not in allowed:
            raise ConfigMistake(path, f"{key}.{name}", None, f"it is one of {', '.join(allowed)}.")
    for name in allowed if complete else ():
        if name not in given:
            raise ConfigMistake(path, f"{key}.{name}", None, "this part is missing; add it.")


def _all_words(path: Path, general: _File, entries: Mapping[str, _Entry]) -> Iterator[Word]:
    """Meanings are `veteran`, a nature, an urgency or a category's code."""
    tables: dict[str, Mapping[str, str]] = {"veteran": general.veteran.words}
    tables |= {nature: table.words for nature, table in general.natures.items()}
    tables |= {urgency: {"1": listed} for urgency, listed in general.urgency.items()}
    tables |= {code: entry.words for code, entry in entries.items()}
    for meaning, table in tables.items():
        try:
            yield from words(meaning, table)
        except ValueError as problem:
            raise ConfigMistake(path, f"{meaning}.words", None, f"weights are numbers: {problem}.") from problem
