"""What must hold for places and units before they may be used, each breach told with row, column and remedy."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from jiesu.kit.config import ConfigMistake
from jiesu.units.organisation import FUNCTIONS, KINDS, LEVELS, Place, Unit
from jiesu.units.sheets import Sheet

__all__ = ["check"]

Node = TypeVar("Node", Place, Unit)
_DIGITS = dict(zip(LEVELS, (4, 6, 9, 12), strict=True))


def check(places: Sheet[Place], units: Sheet[Unit]) -> list[ConfigMistake]:
    """Every mistake in the two tables, empty when an Organisation may be built from them.

    Codes are unique, parents known and one tree, levels step downwards, every place has a centre or station at or above
    it, a unit's tier is its place's level and not above its parent's, a function has one holder in a place.
    """
    known = {place.code: place for place in places.items}
    shape = [
        *_tree(places),
        *_levels(places, known),
        *_tree(units),
        *_units(units, known),
        *_tiers(units),
        *_holders(units),
    ]
    return shape or list(_coverage(places, known, units))


def _tree(sheet: Sheet[Node]) -> Iterator[ConfigMistake]:
    """Codes given and unique, parents known, exactly one root, no cycle."""
    first: dict[str, int] = {}
    parents = {item.code: item.parent for item in sheet.items}
    roots = [(line, item.code) for line, item in sheet.rows if item.parent is None]
    if not roots:
        yield ConfigMistake(sheet.file, "column parent", None, "nothing stands at the top; leave one parent empty.")
    for line, item in sheet.rows:
        if not item.code or item.code in first:
            remedy = f"row {first[item.code]} has this code too; every code is unique." if item.code else "give a code."
            yield sheet.mistake(line, "code", item.code, remedy)
        first.setdefault(item.code, line)
        if not item.name:
            yield sheet.mistake(line, "name", item.name, "give a name.")
        if item.parent is None and (line, item.code) != roots[0]:
            yield sheet.mistake(line, "parent", "", f"{roots[0][1]} already stands at the top; name the parent.")
        if item.parent is not None and item.parent not in parents:
            yield sheet.mistake(line, "parent", item.parent, "no row has this code; correct it or add the row.")
        elif _is_own_ancestor(item.code, parents):
            yield sheet.mistake(line, "parent", item.parent, f"{item.code} is above itself; break the cycle.")


def _is_own_ancestor(code: str, parents: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    above = parents[code]
    while above is not None and above not in seen:
        if above == code:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def _levels(places: Sheet[Place], known: Mapping[str, Place]) -> Iterator[ConfigMistake]:
    for line, place in places.rows:
        if place.level not in LEVELS:
            yield places.mistake(line, "level", place.level, f"a level is one of {', '.join(LEVELS)}.")
            continue
        if len(place.code) != _DIGITS[place.level] or not (place.code.isascii() and place.code.isdigit()):
            yield places.mistake(
                line, "code", place.code, f"the code of a {place.level} has {_DIGITS[place.level]} digits."
            )
        above = known.get(place.parent) if place.parent else None
        expected = LEVELS[max(LEVELS.index(place.level) - 1, 0)]
        if above is not None and (above.level != expected or place.level == LEVELS[0]):
            yield places.mistake(
                line, "parent", place.parent, f"a {place.level} stands under a {expected}, this is a {above.level}."
            )


def _units(units: Sheet[Unit], known: Mapping[str, Place]) -> Iterator[ConfigMistake]:
    for line, unit in units.rows:
        if unit.kind not in KINDS:
            yield units.mistake(line, "kind", unit.kind, f"a kind is one of {', '.join(KINDS)}.")
        for function in sorted(unit.functions - FUNCTIONS):
            yield units.mistake(line, "functions", function, f"a function is one of {', '.join(sorted(FUNCTIONS))}.")
        place = known.get(unit.place)
        if place is None:
            yield units.mistake(line, "place", unit.place, "places.csv has no such code; correct it or add the place.")
        elif unit.tier != place.level:
            yield units.mistake(
                line, "tier", unit.tier, f"{place.code} {place.name} is a {place.level}; write {place.level}."
            )


def _tiers(units: Sheet[Unit]) -> Iterator[ConfigMistake]:
    by_code = {unit.code: unit for unit in units.items}
    for line, unit in units.rows:
        above = by_code.get(unit.parent) if unit.parent else None
        if above is None or unit.tier not in LEVELS or above.tier not in LEVELS:
            continue
        if LEVELS.index(above.tier) > LEVELS.index(unit.tier):
            yield units.mistake(
                line, "parent", unit.parent, f"a {unit.tier} unit cannot stand under a {above.tier} unit."
            )


def _holders(units: Sheet[Unit]) -> Iterator[ConfigMistake]:
    """One centre or station in a place and one holder of a function there, or routing would depend on the order of
    rows.
    """
    stations: dict[str, str] = {}
    holders: dict[tuple[str, str], str] = {}
    for line, unit in units.rows:
        if unit.kind in ("centre", "station") and stations.setdefault(unit.place, unit.code) != unit.code:
            yield units.mistake(
                line, "place", unit.place, f"{stations[unit.place]} already serves it; keep one centre or station."
            )
        for function in sorted(unit.functions):
            if holders.setdefault((unit.place, function), unit.code) != unit.code:
                holder = holders[unit.place, function]
                yield units.mistake(
                    line, "functions", function, f"{holder} already holds it for {unit.place}; keep one holder."
                )


def _coverage(places: Sheet[Place], known: Mapping[str, Place], units: Sheet[Unit]) -> Iterator[ConfigMistake]:
    served = {unit.place for unit in units.items if unit.kind in ("centre", "station")}
    for line, place in places.rows:
        at: Place | None = place
        while at is not None and at.code not in served:
            at = known.get(at.parent) if at.parent else None
        if at is None:
            yield places.mistake(
                line, "code", place.code, "no centre or station serves it or a place around it; add one to units.csv."
            )
