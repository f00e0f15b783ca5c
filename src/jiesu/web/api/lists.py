"""Open lists for forms: places and categories."""

from __future__ import annotations

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from jiesu.desk.views import Named
from jiesu.kit.locale import Locale
from jiesu.rules import Rules

__all__ = ["ListController"]

MOST = 300


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
        """Places directly below `parent` (by default the city's districts), or all whose name contains `q`."""
        organisation = rules.organisation
        above = parent or organisation.root.place
        found = (
            place
            for place in organisation.places.values()
            if (q.strip() in place.name if q.strip() else place.parent == above)
        )
        return [
            Named(place.code, organisation.full_place_name(place.code))
            for place, _ in zip(found, range(MOST), strict=False)
        ]

    @get("/categories", operation_id="ListCategories")
    async def categories(self, rules: NamedDependency[Rules], locale: NamedDependency[Locale]) -> list[CategoryView]:
        """The taxonomy, both levels."""
        return [
            CategoryView(category.code, category.parent, category.name_en if locale == "en" else category.name_zh)
            for category in rules.catalogue.categories.values()
        ]
