"""What the select boxes offer: places step by step, categories and units in groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.desk.names import Named, reason_named
from jiesu.desk.views import DeskView
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.units.organisation import Organisation

__all__ = [
    "Group",
    "PlaceChoice",
    "accusable",
    "categories",
    "classes",
    "others",
    "place_choice",
    "reason_choices",
    "reply_choices",
    "targets",
]


class Group(msgspec.Struct, frozen=True):
    """A heading and the options below it."""

    name: str
    options: list[Named]


class PlaceChoice(msgspec.Struct, frozen=True):
    """One level of the place picker after the other; a level below nothing chosen is empty."""

    district: str
    township: str
    village: str
    districts: list[Named]
    townships: list[Named]
    villages: list[Named]

    @property
    def code(self) -> str | None:
        """The most exact place that was chosen."""
        return self.village or self.township or self.district or None


def place_choice(organisation: Organisation, fields: Mapping[str, str]) -> PlaceChoice:
    """What was chosen so far and what can be chosen next; a choice that is not below the one above is dropped.

    `place`, the code of one that was found by typing, stands for its levels.
    """
    fields = _levels(organisation, fields.get("place", "")) or fields
    districts = _below(organisation, organisation.root.place)
    district = _one_of(fields.get("district", ""), districts)
    townships = _below(organisation, district) if district else []
    township = _one_of(fields.get("township", ""), townships)
    villages = _below(organisation, township) if township else []
    village = _one_of(fields.get("village", ""), villages)
    return PlaceChoice(district, township, village, districts, townships, villages)


def categories(rules: Rules, locale: Locale) -> list[Group]:
    """The taxonomy: first level as headings, second level as options."""
    english = locale == "en"
    found = rules.catalogue.categories.values()
    named = [(category, category.name_en if english else category.name_zh) for category in found]
    return [
        Group(name, [Named(sub.code, sub_name) for sub, sub_name in named if sub.parent == first.code])
        for first, name in named
        if first.parent is None
    ]


def units(organisation: Organisation, codes: Iterable[str], locale: Locale) -> list[Group]:
    """Units by the county centre they belong to; those of the city first."""
    groups: dict[str, list[Named]] = {}
    for code in sorted(codes):
        unit = organisation.unit(code)
        line = [organisation.unit(above) for above in organisation.ancestors(code)]
        county = next((above for above in (unit, *line) if above.tier == "county"), organisation.root)
        groups.setdefault(county.code, []).append(Named(code, unit.name_en if locale == "en" else unit.name))
    root = organisation.root.code
    ordered = sorted(groups.items(), key=lambda group: (group[0] != root, group[0]))
    return [Group(_unit_name(organisation, code, locale), options) for code, options in ordered]


def accusable(organisation: Organisation, choice: PlaceChoice, locale: Locale) -> list[Group]:
    """Units somebody may complain about: the city's, the counties', and the stations of the chosen district."""
    near = {code for code, unit in organisation.units.items() if unit.tier in ("city", "county")}
    if choice.district:
        near |= organisation.subtree(organisation.centre_for(choice.district, "county").code)
    return units(organisation, near, locale)


def targets(rules: Rules, staff: Staff, view: DeskView, locale: Locale) -> list[Group]:
    """Whom it may be dispatched to: below the person, and anybody for what was sealed in doubt; never the accused."""
    organisation = rules.organisation
    codes = set(organisation.units) if view.sealed else set(staff.subtree)
    if view.accused_unit is not None:
        codes -= organisation.subtree(view.accused_unit.code)
    return units(organisation, codes, locale)


def others(rules: Rules, view: DeskView, locale: Locale) -> list[Group]:
    """Whom a unit may propose in its place: anybody but itself and the accused."""
    organisation = rules.organisation
    codes = set(organisation.units) - {view.lead_unit.code if view.lead_unit else ""}
    if view.accused_unit is not None:
        codes -= organisation.subtree(view.accused_unit.code)
    return units(organisation, codes, locale)


def classes(rules: Rules, policy_version: str, locale: Locale) -> list[Named]:
    """The service classes of the policy a ticket began with: `P2 一般`."""
    english = locale == "en"
    found = rules.clocks_of(policy_version).classes.items()
    return [Named(code, f"{code} {known.name_en if english else known.name_zh}") for code, known in found]


def reply_choices(rules: Rules, category: str | None, locale: Locale) -> dict[str, list[Named]]:
    """Reply templates by step; their texts are filled in when one is chosen."""
    found: dict[str, list[Named]] = {}
    for reply in rules.replies.for_category(category):
        for step in reply.steps:
            found.setdefault(step, []).append(Named(reply.code, reply.name(locale)))
    return found


def _unit_name(organisation: Organisation, code: str, locale: Locale) -> str:
    unit = organisation.unit(code)
    return unit.name_en if locale == "en" else unit.name


def _levels(organisation: Organisation, code: str) -> dict[str, str]:
    """A place as the choices that lead to it: `{"county": …}`; nothing for an unknown one."""
    if organisation.find_place(code) is None:
        return {}
    line = (organisation.place(code), *organisation.ancestors_of_place(code))
    names = {"county": "district", "township": "township", "village": "village"}
    return {names[place.level]: place.code for place in line if place.level in names}


def _below(organisation: Organisation, code: str) -> list[Named]:
    return [Named(place.code, place.name) for place in organisation.places.values() if place.parent == code]


def _one_of(code: str, options: list[Named]) -> str:
    return code if any(option.code == code for option in options) else ""


def reason_choices(rules: Rules, locale: Locale) -> list[Named]:
    """Why people are not content (不满意的原因)."""
    return [reason_named(rules, code, locale) for code in rules.reasons.offered]
