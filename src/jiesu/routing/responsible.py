"""The lowest unit answerable for a function at a place (属地管理), never the accused one nor any under it."""

from jiesu.routing.catalogue import Handling
from jiesu.routing.reasons import Reason
from jiesu.units.organisation import Organisation, Unit

__all__ = ["responsible"]


def responsible(
    handling: Handling, place: str | None, accused: str | None, organisation: Organisation
) -> tuple[str | None, tuple[Reason, ...]]:
    """The unit's code and why; None with the reason when the place is needed but unknown, or nobody is left.

    Where the accused unit would be responsible, the nearest unit above it is.
    """
    known = organisation.find_place(place) if place else None
    if known is None and handling.tier != "city":
        return None, (Reason("no_place"),)
    where = known.code if known else organisation.root.place
    unit = organisation.unit_for_function(handling.function, handling.tier, where)
    if unit is None:
        return None, (Reason("nobody_holds"),)
    if accused is None or not organisation.is_under(unit.code, accused):
        return unit.code, (_because(unit, where, handling, organisation),)
    instead = organisation.parent(accused)
    if instead is None:
        return None, (Reason("nobody_left"),)
    return instead.code, (
        Reason("avoided", {**_named(organisation.unit(accused), "accused"), **_named(instead, "unit")}),
    )


def _because(unit: Unit, place: str, handling: Handling, organisation: Organisation) -> Reason:
    if handling.tier == "city":
        return Reason("city_wide", _named(unit, "unit"))
    return Reason("responsible", {"place": organisation.full_place_name(place), **_named(unit, "unit")})


def _named(unit: Unit, role: str) -> dict[str, str]:
    return {role: unit.name, f"{role}_en": unit.name_en}
