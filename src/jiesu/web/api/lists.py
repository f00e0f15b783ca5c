"""Open lists for forms: places and categories."""

from __future__ import annotations

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from jiesu.desk.names import Named
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.units.finding import find_places

__all__ = ["ListController"]

#: Places found by typing, and characters of what was typed that are looked at.
MOST_FOUND, LONGEST = 20, 40


class CategoryView(msgspec.Struct, frozen=True):
    """A category; `parent` is null at the first level."""

    code: str
    parent: str | None
    name: str


class ListController(Controller):
    tags = ("lists",)

    @get("/places", operation_id="ListPlaces")
    async def places(
        self, rules: NamedDependency[Rules], parent: FromQuery[str | None] = None, q: FromQuery[str] = ""
    ) -> list[Named]:
        """Places directly below `parent` (by default the city's districts). With `q` instead the best matches, by Chinese
        text, pinyin or its first letters; several words narrow it down from above (`新城 公主府`, `xcq gzf`)."""
        organisation = rules.organisation
        if q.strip():
            found = find_places(organisation, q[:LONGEST], most=MOST_FOUND)
        else:
            above = parent or organisation.root.place
            found = [place for place in organisation.places.values() if place.parent == above]
        return [Named(place.code, organisation.full_place_name(place.code)) for place in found]

    @get("/categories", operation_id="ListCategories")
    async def categories(self, rules: NamedDependency[Rules], locale: NamedDependency[Locale]) -> list[CategoryView]:
        """The taxonomy, both levels."""
        return [
            CategoryView(category.code, category.parent, category.name_en if locale == "en" else category.name_zh)
            for category in rules.catalogue.categories.values()
        ]
