"""`jiesu units import`: check, show the difference, apply."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from jiesu.db.uow import connect, sessions
from jiesu.settings import Settings
from jiesu.units.importing import Diff, check, read_places, read_units
from jiesu.units.store import apply_import, count_units, planned_diff

__all__ = ["import_units"]

out = Console()


async def import_units(settings: Settings, file: Path, places: Path, *, apply: bool, if_empty: bool) -> int:
    """Exit code 0 when the files are in order, 1 when they are not; nothing is written then."""
    place_sheet, unit_sheet = read_places(places), read_units(file)
    mistakes = check(place_sheet, unit_sheet)
    for mistake in mistakes:
        out.print(f"[bold red]✗[/] {mistake}", highlight=False)
    if mistakes:
        return 1
    engine = connect(settings.database_url or "")
    try:
        async with sessions(engine).begin() as session:
            if if_empty and await count_units(session):
                return 0
            units = {unit.code: unit for unit in unit_sheet.items}
            _show(await planned_diff(session, units))
            if apply or if_empty:
                await apply_import(session, list(place_sheet.items), list(unit_sheet.items))
                out.print(f"[green]✓[/] {len(unit_sheet.items)} units, {len(place_sheet.items)} places.")
            else:
                out.print("Nothing was written. Add --apply to write it.")
    finally:
        await engine.dispose()
    return 0


def _show(difference: Diff) -> None:
    for name in ("added", "changed", "removed"):
        codes = [str(getattr(row, "code", row)) for row in getattr(difference, name)]
        if codes:
            more = " …" if len(codes) > 10 else ""
            out.print(f"{name}: {len(codes)}  {' '.join(codes[:10])}{more}", highlight=False)
    if not difference:
        out.print("No unit changes.")
