"""The organisation in the database: reading the snapshot, applying an import."""

from __future__ import annotations

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.units.importing import Diff, diff
from jiesu.units.models import PlaceRow, UnitClosure, UnitRow
from jiesu.units.organisation import LEVELS, Organisation, Place, Unit

__all__ = ["EmptyOrganisation", "apply_import", "fingerprint", "load_organisation", "planned_diff"]


_FINGERPRINT = text("""
    SELECT md5((SELECT string_agg(u::text, '' ORDER BY code) FROM unit u) || (SELECT string_agg(p::text, '' ORDER BY code) FROM place p))
""")


class EmptyOrganisation(LookupError):
    """No units are loaded yet; run `jiesu units import`."""


async def load_organisation(session: AsyncSession) -> Organisation:
    """The active units and all places as a snapshot. Raises EmptyOrganisation."""
    # Columns, not rows of the model: a thousand objects that the session would watch cost half of a process's start.
    columns = (PlaceRow.code, PlaceRow.name, PlaceRow.level, PlaceRow.parent, PlaceRow.kind)
    places = [Place(*row) for row in await session.execute(select(*columns))]
    units = await _units(session)
    if not units:
        raise EmptyOrganisation("No units are loaded: run `jiesu units import`.")
    return Organisation(places, units.values())


async def _units(session: AsyncSession) -> dict[str, Unit]:
    names = (UnitRow.code, UnitRow.name, UnitRow.name_en, UnitRow.kind, UnitRow.tier, UnitRow.place, UnitRow.parent)
    columns = select(*names, UnitRow.functions, UnitRow.phone)
    rows = await session.execute(columns.where(UnitRow.active).order_by(UnitRow.code))
    return {row.code: Unit(*row[:7], frozenset(row.functions), row.phone) for row in rows}


async def fingerprint(session: AsyncSession) -> str:
    """Changes whenever a unit or place does: a cheap question before reading everything."""
    return str(await session.scalar(_FINGERPRINT))


async def planned_diff(session: AsyncSession, units: dict[str, Unit]) -> Diff:
    """What an import would change."""
    return diff(await _units(session), units)


async def apply_import(session: AsyncSession, places: list[Place], units: list[Unit]) -> None:
    """Make the database agree with checked files. Repeatable; a unit that left is deactivated, never deleted."""
    by_level = sorted(places, key=lambda place: LEVELS.index(place.level))
    await _upsert_places(session, by_level)
    known = {unit.code: unit for unit in units}
    await _upsert_units(session, sorted(units, key=lambda unit: _depth(unit, known)))
    await session.execute(update(UnitRow).where(UnitRow.code.not_in(known)).values(active=False))
    await session.execute(delete(UnitClosure))
    organisation = Organisation(places, units)
    closure = [
        {"ancestor": above, "descendant": code, "depth": depth}
        for code in known
        for depth, above in enumerate((code, *organisation.ancestors(code)))
    ]
    await session.execute(insert(UnitClosure), closure)


async def _upsert_places(session: AsyncSession, places: list[Place]) -> None:
    rows = [
        {"code": place.code, "name": place.name, "level": place.level, "parent": place.parent, "kind": place.kind}
        for place in places
    ]
    statement = insert(PlaceRow)
    changed = {name: statement.excluded[name] for name in ("name", "level", "parent", "kind")}
    await session.execute(statement.on_conflict_do_update(index_elements=[PlaceRow.code], set_=changed), rows)


async def _upsert_units(session: AsyncSession, units: list[Unit]) -> None:
    names = ("code", "name", "name_en", "kind", "tier", "place", "parent", "phone")
    rows = [
        {**{name: getattr(unit, name) for name in names}, "functions": sorted(unit.functions), "active": True}
        for unit in units
    ]
    statement = insert(UnitRow)
    changed = {name: statement.excluded[name] for name in (*names[1:], "functions", "active")}
    await session.execute(statement.on_conflict_do_update(index_elements=[UnitRow.code], set_=changed), rows)


def _depth(unit: Unit, known: dict[str, Unit]) -> int:
    return 0 if unit.parent is None else 1 + _depth(known[unit.parent], known)


async def count_units(session: AsyncSession) -> int:
    """How many units are active."""
    return await session.scalar(select(func.count()).select_from(UnitRow).where(UnitRow.active)) or 0
