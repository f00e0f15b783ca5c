"""An import of the organisation: what is wrong with the files, and what they would change."""

from collections.abc import Mapping
from dataclasses import dataclass

from jiesu.units.checking import check
from jiesu.units.organisation import Place, Unit
from jiesu.units.sheets import places_in, read_places, read_units, units_in

__all__ = ["Diff", "PlaceDiff", "check", "diff", "place_diff", "places_in", "read_places", "read_units", "units_in"]


@dataclass(frozen=True, slots=True)
class Diff:
    """What an import would do: units added, changed as (old, new), removed; each in order of code."""

    added: tuple[Unit, ...]
    changed: tuple[tuple[Unit, Unit], ...]
    removed: tuple[Unit, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def diff(old: Mapping[str, Unit], new: Mapping[str, Unit]) -> Diff:
    """What turns the old units into the new ones; empty (false) when nothing would change."""
    return Diff(
        added=tuple(new[code] for code in sorted(new.keys() - old.keys())),
        changed=tuple((old[code], new[code]) for code in sorted(old.keys() & new.keys()) if old[code] != new[code]),
        removed=tuple(old[code] for code in sorted(old.keys() - new.keys())),
    )


@dataclass(frozen=True, slots=True)
class PlaceDiff:
    """What an import would do to places; one that the file leaves out stays, for tickets may name it."""

    added: tuple[Place, ...]
    changed: tuple[tuple[Place, Place], ...]
    left_out: int

    def __bool__(self) -> bool:
        return bool(self.added or self.changed)


def place_diff(old: Mapping[str, Place], new: Mapping[str, Place]) -> PlaceDiff:
    """The same for places."""
    return PlaceDiff(
        added=tuple(new[code] for code in sorted(new.keys() - old.keys())),
        changed=tuple((old[code], new[code]) for code in sorted(old.keys() & new.keys()) if old[code] != new[code]),
        left_out=len(old.keys() - new.keys()),
    )
