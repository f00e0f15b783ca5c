"""A unit as people type it: its code, or enough of its name."""

from __future__ import annotations

from jiesu.errors import Invalid
from jiesu.units.finding import fits
from jiesu.units.organisation import Organisation, Unit

__all__ = ["matching_units", "typed_unit"]

#: So many are named when what was typed fits several.
NAMED = 3


class UnitNotFound(Invalid):
    zh = "没有叫“{typed}”的单位。请从列出的单位中选择，或填写单位编码。"
    en = "There is no unit “{typed}”. Choose one of those listed, or give its code."


class SeveralUnits(Invalid):
    zh = "有{number}个单位符合“{typed}”，例如{names}。请写全名称，或填写单位编码。"
    en = "“{typed}” fits {number} units, such as {names}. Write the whole name, or the code."


def matching_units(organisation: Organisation, typed: str) -> list[Unit]:
    """Units with that code, else with that name, else all that contain it in code, name or pinyin, in the order of their codes."""
    wanted = typed.replace("\0", "").strip().casefold()
    units = [organisation.units[code] for code in sorted(organisation.units)]
    for this in (
        lambda unit: unit.code.casefold() == wanted,
        lambda unit: wanted in (unit.name.casefold(), unit.name_en.casefold()),
        lambda unit: any(wanted in text.casefold() for text in (unit.code, unit.name, unit.name_en)),
        lambda unit: fits(unit.name, wanted),
    ):
        if found := [unit for unit in units if this(unit)]:
            return found
    return []


def typed_unit(organisation: Organisation, typed: str, field: str = "unit") -> str:
    """The code of the one unit that is meant. Raises UnitNotFound, SeveralUnits."""
    found = matching_units(organisation, typed) if typed.strip() else []
    if not found:
        raise UnitNotFound(field, typed=typed[:40])
    if len(found) > 1:
        names = "、".join(unit.name for unit in found[:NAMED])
        raise SeveralUnits(field, typed=typed[:40], number=len(found), names=names)
    return found[0].code
