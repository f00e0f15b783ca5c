"""The organisation as a frozen snapshot: who is where, who stands above whom, who is responsible for what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["FUNCTIONS", "KINDS", "LEVELS", "Organisation", "Place", "Unit", "UnknownPlace", "UnknownUnit"]

#: From the top down; a place's level and a unit's tier come from here.
LEVELS = ("city", "county", "township", "village")
KINDS = ("centre", "station", "division", "institution", "legal")
#: What a unit may be responsible for; the dispatch catalogue names these.
FUNCTIONS = frozenset(
    {
        *("frontline", "hardship", "benefits", "employment", "resettlement", "retired_cadres", "commemoration"),
        *("rights", "mutual_support", "office", "discipline", "cadre_service", "mutual_service", "military_supply"),
        *("cemetery", "glory_home", "legal_aid"),
    }
)


class UnknownPlace(LookupError):
    """No place has this code."""


class UnknownUnit(LookupError):
    """No unit has this code."""


@dataclass(frozen=True, slots=True)
class Place:
    """An official division.

    `code` has 4, 6, 9 or 12 digits by `level`; `kind` is the Chinese kind of division (街道, 村委会).
    """

    code: str
    name: str
    level: str
    parent: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the network.

    `tier` is one of LEVELS, `place` the code of the division it serves, `parent` the unit above.
    """

    code: str
    name: str
    name_en: str
    kind: str
    tier: str
    place: str
    parent: str | None
    functions: frozenset[str]
    phone: str | None = None


class Organisation:
    """Places and units with every question about their trees answered from memory; never changes.

    Expects data that `importing.check` finds no mistake in. A code not there raises UnknownPlace or UnknownUnit.
    """

    def __init__(self, places: Iterable[Place], units: Iterable[Unit]) -> None:
        self.places: Mapping[str, Place] = MappingProxyType({place.code: place for place in places})
        self.units: Mapping[str, Unit] = MappingProxyType({unit.code: unit for unit in units})
        self._above = {code: tuple(_climb(code, self.units)) for code in self.units}
        below: dict[str, set[str]] = {code: {code} for code in self.units}
        for code, ancestors in self._above.items():
            for ancestor in ancestors:
                below[ancestor].add(code)
        self._below = {code: frozenset(codes) for code, codes in below.items()}
        self._stations = {unit.place: unit for unit in self.units.values() if unit.kind in ("centre", "station")}
        self._holders = {(unit.place, function): unit for unit in self.units.values() for function in unit.functions}

    def place(self, code: str) -> Place:
        """The place with this code."""
        try:
            return self.places[code]
        except KeyError:
            raise UnknownPlace(code) from None

    def find_place(self, code: str) -> Place | None:
        """The place with this code, None when there is none."""
        return self.places.get(code)

    def ancestors_of_place(self, code: str) -> tuple[Place, ...]:
        """The places around a place, nearest first, without itself."""
        self.place(code)
        return tuple(self.places[above] for above in _climb(code, self.places))

    def full_place_name(self, code: str) -> str:
        """`新城区 / 海拉尔东路街道 / 公主府社区居委会`; the city is named only when it is the place itself."""
        around = [place for place in self.ancestors_of_place(code) if place.level != "city"]
        return " / ".join(place.name for place in (*reversed(around), self.places[code]))

    @property
    def root(self) -> Unit:
        """The unit at the top. Raises UnknownUnit while no unit has been imported."""
        for unit in self.units.values():
            if unit.parent is None:
                return unit
        raise UnknownUnit("root")

    def unit(self, code: str) -> Unit:
        """The unit with this code."""
        try:
            return self.units[code]
        except KeyError:
            raise UnknownUnit(code) from None

    def find_unit(self, code: str) -> Unit | None:
        """The unit with this code, None when there is none."""
        return self.units.get(code)

    def parent(self, unit_code: str) -> Unit | None:
        """The unit directly above, None for the root."""
        above = self.unit(unit_code).parent
        return None if above is None else self.units[above]

    def ancestors(self, unit_code: str) -> tuple[str, ...]:
        """Codes of the units above, nearest first, without the unit itself."""
        return self._above[self.unit(unit_code).code]

    def subtree(self, unit_code: str) -> frozenset[str]:
        """Codes of the unit and all units under it."""
        return self._below[self.unit(unit_code).code]

    def is_under(self, unit_code: str, ancestor_code: str) -> bool:
        """Whether a unit belongs to another's subtree; a unit belongs to its own."""
        return self.unit(unit_code).code in self.subtree(ancestor_code)

    def station_for(self, place_code: str) -> Unit:
        """The centre or station answerable for a place (属地管理): its own, else that of the nearest around it."""
        return self.centre_for(place_code, LEVELS[-1])

    def centre_for(self, place_code: str, tier: str) -> Unit:
        """The centre or station answerable for a place at `tier`, or at the next tier above that has one there."""
        return next(unit for code in self._upwards(place_code, tier) if (unit := self._stations.get(code)))

    def unit_for_function(self, function: str, tier: str, place: str) -> Unit | None:
        """The lowest unit, no lower than `tier`, that holds a function for a place; None when nobody holds it."""
        return next(
            (unit for code in self._upwards(place, tier) if (unit := self._holders.get((code, function)))), None
        )

    def _upwards(self, place_code: str, tier: str) -> Iterator[str]:
        lowest = LEVELS.index(tier)
        for place in (self.place(place_code), *self.ancestors_of_place(place_code)):
            if LEVELS.index(place.level) <= lowest:
                yield place.code


def _climb(code: str, tree: Mapping[str, Place] | Mapping[str, Unit]) -> Iterator[str]:
    above = tree[code].parent
    while above is not None:
        yield above
        above = tree[above].parent
