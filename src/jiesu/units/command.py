"""`jiesu units import`: check, show the difference, apply."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.prompt import Confirm
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.db.engine import connect, sessions
from jiesu.kit.config import ConfigMistake
from jiesu.settings import Settings
from jiesu.units.importing import Diff, check, read_places, read_units
from jiesu.units.store import apply_import, count_units, planned_diff

__all__ = ["Wish", "import_units"]

out = Console()
Note = Callable[[AsyncSession, Diff], Awaitable[None]]


@dataclass(frozen=True)
class Wish:
    """How far to go: only show, never ask, or do nothing where units are loaded already."""

    dry_run: bool
    yes: bool
    if_empty: bool


async def import_units(settings: Settings, file: Path, places: Path, wish: Wish, note: Note) -> int:
    """`note` is told what changed, in the same transaction. Exit code 0 when done, 1 when the files are wrong or nothing was written for want of a yes."""
    if settings.database_url is None:
        remedy = "start `jiesu up` on this data directory, or give the URL of a database"
        raise ConfigMistake("environment", "JIESU_DATABASE_URL", None, remedy)
    place_sheet, unit_sheet = read_places(places), read_units(file)
    mistakes = check(place_sheet, unit_sheet)
    for mistake in mistakes:
        out.print(f"[bold red]✗[/] {mistake}", highlight=False)
    if mistakes:
        return 1
    engine = connect(settings.database_url)
    try:
        async with sessions(engine).begin() as session:
            if wish.if_empty and await count_units(session):
                return 0
            difference = await planned_diff(session, {unit.code: unit for unit in unit_sheet.items})
            _show(difference)
            if wish.dry_run:
                return 0
            if not _agreed(difference, wish):
                out.print("Nothing was written.")
                return 1
            await apply_import(session, list(place_sheet.items), list(unit_sheet.items))
            if difference:
                await note(session, difference)
            out.print(f"[green]✓[/] {len(unit_sheet.items)} units, {len(place_sheet.items)} places.")
    finally:
        await engine.dispose()
    return 0


def _agreed(difference: Diff, wish: Wish) -> bool:
    """Whether to write: asked on a terminal; elsewhere yes, unless units would be taken out."""
    if wish.yes or wish.if_empty or not difference:
        return True
    if sys.stdin.isatty():
        return Confirm.ask("Apply these changes?", console=out, default=False)
    if difference.removed:
        out.print("Units would be taken out: add --yes to do so.")
    return not difference.removed


def _show(difference: Diff) -> None:
    changed = [new for _, new in difference.changed]
    for name, units in (("added", difference.added), ("changed", changed), ("removed", difference.removed)):
        if units:
            more = " …" if len(units) > 10 else ""
            codes = " ".join(unit.code for unit in units[:10])
            out.print(f"{name}: {len(units)}  {codes}{more}", highlight=False)
    if not difference:
        out.print("No unit changes.")
