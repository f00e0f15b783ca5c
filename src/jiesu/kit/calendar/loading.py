"""The calendar folder, and what the administrator laid over it, read into the calendars of an installation."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from jiesu.kit.calendar.calendars import Calendars
from jiesu.kit.calendar.compiling import Compiler
from jiesu.kit.calendar.days import read_special_days
from jiesu.kit.calendar.shifts import Layer, first_gap, lay, read_layers
from jiesu.kit.calendar.working import WorkingCalendar
from jiesu.kit.config import ConfigMistake, convert, read_toml

__all__ = ["NO_EDITS", "CalendarEdits", "load_calendar", "load_calendars"]

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
DAYS = (LAST - FIRST).days + 1


class CalendarEdits(Struct, frozen=True):
    """Documents the administrator gave; each takes the place of what the folder says on the same subject."""

    #: by year, in the shape of `YEAR.toml` with dates as ISO text
    years: Mapping[int, Mapping[str, Any]] = MappingProxyType({})
    #: by code of the unit, `{schedule: [...]}` as in `shifts.toml`; an empty list means the network's hours again
    hours: Mapping[str, Mapping[str, Any]] = MappingProxyType({})


NO_EDITS = CalendarEdits()


class Units(Struct, forbid_unknown_fields=True):
    units: dict[str, dict[str, Any]] = {}


def load_calendar(folder: Path) -> WorkingCalendar:
    """The network's calendar as the folder alone has it. Raises ConfigMistake."""
    return load_calendars(folder).default


def load_calendars(folder: Path, edits: CalendarEdits = NO_EDITS) -> Calendars:
    """The calendars of 2000–2099 from `statutory.toml`, `shifts.toml`, `units.toml`, any `YEAR.toml`, and the edits.

    Holidays of 2004–2026 come from the `chinesecalendar` package; a newer one brings newer years. A unit's schedules lie
    over the network's, which hold wherever the unit says nothing. Raises ConfigMistake.
    """
    compiler = Compiler(FIRST, read_special_days(folder, edits.years, range(FIRST.year, LAST.year + 1)))
    network = _network_hours(folder / "shifts.toml")
    own = {
        unit: compiler.calendar(lay((*network, *layers), DAYS))
        for unit, layers in _unit_hours(folder / "units.toml", edits.hours).items()
        if layers
    }
    return Calendars(compiler.calendar(lay(network, DAYS)), MappingProxyType(own))


def _network_hours(path: Path) -> tuple[Layer, ...]:
    layers = read_layers(read_toml(path), FIRST, LAST, path)
    gap = first_gap(layers, DAYS)
    if gap is not None:
        day = FIRST + timedelta(days=gap)
        raise ConfigMistake(path, "schedule", day.isoformat(), f"no schedule holds on this day; start one at {FIRST}.")
    return layers


def _unit_hours(path: Path, edits: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[Layer, ...]]:
    """What each unit says of its own hours; the file may be missing, and what is edited in it is not read."""
    written = convert(read_toml(path), Units, path).units if path.exists() else {}
    hours = {
        unit: read_layers(document, FIRST, LAST, path, f'units."{unit}"')
        for unit, document in written.items()
        if unit not in edits
    }
    for unit, document in edits.items():
        hours[unit] = read_layers(document, FIRST, LAST, f"calendar edit {unit}")
    return hours
