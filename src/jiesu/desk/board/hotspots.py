"""Where appeals gather: category × place, of what is open or came this month, and the surges among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum

import msgspec
from sqlalchemy import func, select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import NONE, Cut, What, allowed_unit, condition, place_digits, place_of
from jiesu.desk.board.standing import Cell, Standing, standing
from jiesu.desk.board.surges import Surge, surges
from jiesu.desk.names import Named, category_named
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.models import FIRST_LEVEL

__all__ = ["Heat", "HeatCell", "HeatOf", "Hotspots", "SurgeView", "heat", "hotspots"]

NOWHERE: Mapping[str, tuple[str, str]] = {"category": ("未定", "not decided"), "place": ("未填", "not given")}


class HeatOf(StrEnum):
    """What the map counts: open tickets, or this month's filings."""

    OPEN = "open"
    MONTH = "month"


class HeatCell(msgspec.Struct, frozen=True):
    """Cells without a ticket are left out. `none` stands for no category, or no place."""

    category: str
    place: str
    tickets: int


class Heat(msgspec.Struct, frozen=True):
    """First-level categories and, by who looks, districts, townships or villages."""

    of: HeatOf
    since: date | None
    categories: list[Named]
    places: list[Named]
    cells: list[HeatCell]


class SurgeView(msgspec.Struct, frozen=True):
    """`days` is 1 for today so far, 7 for these seven days; `usual` the mean of as long in the weeks before."""

    days: int
    category: Named
    place: Named
    came: int
    usual: float
    since: date
    until: date


class Hotspots(msgspec.Struct, frozen=True):
    heat: Heat
    surges: list[SurgeView]


async def hotspots(
    uow: UnitOfWork, rules: Rules, staff: Staff, unit: str | None, of: HeatOf, locale: Locale = "zh"
) -> Hotspots:
    """Raises NotYours, UnitNotSeen."""
    chosen = allowed_unit(staff, unit)
    found = await standing(uow, rules, staff, chosen) if of is HeatOf.OPEN else None
    map_ = await heat(uow, rules, staff, chosen, of, found, locale)
    return Hotspots(map_, await surge_views(uow, rules, staff, chosen, locale))


async def heat(
    uow: UnitOfWork, rules: Rules, staff: Staff, unit: str, of: HeatOf, found: Standing | None, locale: Locale = "zh"
) -> Heat:
    """The map of a unit; `found` is the pass over the open tickets, needed for the map of those."""
    since = None if of is HeatOf.OPEN else uow.now.astimezone(SHANGHAI).date().replace(day=1)
    cells = found.by_cell if found and since is None else await _filed(uow, rules, staff, unit, since)
    return Heat(
        of=of,
        since=since,
        categories=list(_categories(rules, cells, locale)),
        places=list(_places(rules, unit, cells, locale)),
        cells=[HeatCell(category, place, tickets) for (category, place), tickets in sorted(cells.items())],
    )


async def _filed(uow: UnitOfWork, rules: Rules, staff: Staff, unit: str, since: date | None) -> Counter[Cell]:
    grouped = FIRST_LEVEL, place_of(place_digits(rules, unit))
    filed = condition(Cut(What.ARRIVED, unit=unit, since=since), rules, staff, uow.now)
    query = select(*grouped, func.count()).where(filed).group_by(*grouped)
    found = await uow.session.execute(query)
    return Counter({(category or NONE, place or NONE): tickets for category, place, tickets in found})


async def surge_views(uow: UnitOfWork, rules: Rules, staff: Staff, unit: str, locale: Locale) -> list[SurgeView]:
    """The surges by name, the least likely first."""
    return [_named(rules, surge, locale) for surge in await surges(uow, rules, staff, unit)]


def _named(rules: Rules, surge: Surge, locale: Locale) -> SurgeView:
    return SurgeView(
        days=surge.days,
        category=category_of(rules, surge.category, locale),
        place=place_named(rules, surge.place, locale),
        came=surge.came,
        usual=surge.usual,
        since=surge.since,
        until=surge.until,
    )


def _categories(rules: Rules, cells: Iterable[Cell], locale: Locale) -> Iterator[Named]:
    known = [code for code, row in rules.catalogue.categories.items() if row.parent is None]
    used = {category for category, _ in cells}
    yield from (category_of(rules, code, locale) for code in [*known, *sorted(used - set(known))])


def _places(rules: Rules, unit: str, cells: Iterable[Cell], locale: Locale) -> Iterator[Named]:
    """Those the unit is divided into, and any other from which something came."""
    around = rules.organisation.unit(unit).place
    known = [code for code, place in rules.organisation.places.items() if place.parent == around] or [around]
    used = {place for _, place in cells}
    yield from (place_named(rules, code, locale) for code in [*known, *sorted(used - set(known))])


def category_of(rules: Rules, code: str, locale: Locale) -> Named:
    """A first-level category, or the word for none."""
    if code == NONE:
        return Named(NONE, NOWHERE["category"][locale == "en"])
    return category_named(rules, code, locale) or Named(code, code)


def place_named(rules: Rules, code: str, locale: Locale) -> Named:
    """A place by its own name alone, or the word for none."""
    if code == NONE:
        return Named(NONE, NOWHERE["place"][locale == "en"])
    place = rules.organisation.find_place(code)
    return Named(code, place.name if place else code)
