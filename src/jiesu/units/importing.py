"""An import of the organisation: what is wrong with the files, and what they would change."""

from collections.abc import Mapping
from dataclasses import dataclass

from jiesu.units.checking import check
from jiesu.units.organisation import Unit
from jiesu.units.sheets import read_places, read_units

__all__ = ["Diff", "check", "diff", "read_places", "read_units"]


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
