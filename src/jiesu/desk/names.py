"""Codes with the names people read: units, categories, places."""

from __future__ import annotations

import msgspec

from jiesu.kit.locale import Locale
from jiesu.rules import Rules

__all__ = ["Named", "category_named", "place_named", "reason_named", "unit_named", "unit_or_code"]


class Named(msgspec.Struct, frozen=True):
    """A code and how people read it."""

    code: str
    name: str


def unit_named(rules: Rules, code: str | None, locale: Locale = "zh") -> Named | None:
    """Code and name of a unit."""
    unit = rules.organisation.find_unit(code) if code else None
    return Named(unit.code, unit.name_en if locale == "en" else unit.name) if unit else None


def unit_or_code(rules: Rules, code: str, locale: Locale = "zh") -> Named:
    """The same, of a unit that may have left the organisation since: then by its code."""
    return unit_named(rules, code, locale) or Named(code, code)


def category_named(rules: Rules, code: str | None, locale: Locale = "zh") -> Named | None:
    """Code and name of a category."""
    category = rules.catalogue.category(code) if code else None
    return Named(category.code, category.name_en if locale == "en" else category.name_zh) if category else None


def place_named(rules: Rules, code: str | None) -> Named | None:
    """Code and full name of a place."""
    return Named(code, rules.organisation.full_place_name(code)) if code else None


def reason_named(rules: Rules, code: str, locale: Locale = "zh") -> Named:
    """Why somebody is not content (不满意的原因)."""
    return Named(code, rules.reasons.name(code, locale))
