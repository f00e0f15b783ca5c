"""Publishing a year's holidays or a unit's hours: checked, shown, kept with who said so, and reckoned by from then on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import and_, func, select

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.audit.events import CalendarPublished
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.kit.calendar import CalendarEdits, Calendars, DayChange, differences, load_calendars, off_by_law
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.config import ConfigMistake
from jiesu.sla.classes import ClockPolicy
from jiesu.sla.editions import calendar_edits, note_editions
from jiesu.sla.models import CalendarEdit, ClockState, Deadline
from jiesu.sla.recompute import schedule_recompute

__all__ = ["CalendarMistake", "FestivalLeftOut", "Publication", "publish_hours", "publish_year", "unit_hours"]


class CalendarMistake(Invalid):
    zh = "日历有误：{mistake}"
    en = "The calendar is not right: {mistake}"


class FestivalLeftOut(Invalid):
    """A year written by hand loses a festival easily, and every deadline around it would be wrong."""

    zh = "{day}是{zh}，依法放假，但没有列入放假日期。请补上后再公布。"
    en = "{day} is {en}, off by law, but not among the days off. Add it and publish again."


class Publication(NamedTuple):
    """What a publication changes: days of the year, and how many running deadlines will be looked at."""

    version: str
    changes: tuple[DayChange, ...]
    running: int
    #: as they are from then on
    calendars: Calendars


async def publish_year(
    uow: UnitOfWork,
    staff: Staff,
    clocks: ClockPolicy,
    folder: Path,
    year: int,
    document: dict[str, Any],
    *,
    dry_run: bool,
) -> Publication:
    """Lay a year's arrangement over the file's, and have the running deadlines reckoned by it.

    `folder` is `config/`, `document` has the shape of `calendar/YEAR.toml`. With `dry_run` nothing is written. Raises
    CalendarMistake, FestivalLeftOut, NotYours.
    """
    if document.get("published") is True:
        new = _with(folder, await calendar_edits(uow.session), "year", str(year), document).default
        for day, name in sorted(off_by_law(folder / "calendar", year).items()):
            if new.is_working_day(day):
                raise FestivalLeftOut("off", day=day.isoformat(), zh=name.zh, en=name.en)
    return await _publish(
        uow, staff, clocks, folder, "year", str(year), document, dry_run=dry_run,
        compare=lambda old, new: _around_new_year(old, new, year),
    )  # fmt: skip


def _around_new_year(old: Calendars, new: Calendars, year: int) -> tuple[DayChange, ...]:
    """A year's arrangement may take in the December before, joined to New Year."""
    return (*differences(old.default, new.default, year - 1), *differences(old.default, new.default, year))


async def publish_hours(
    uow: UnitOfWork,
    staff: Staff,
    clocks: ClockPolicy,
    folder: Path,
    unit: str,
    document: dict[str, Any],
    *,
    dry_run: bool,
) -> Publication:
    """Give a unit office hours of its own (`{schedule: […]}`), or with an empty schedule the network's again."""
    this_year = uow.now.astimezone(SHANGHAI).year
    return await _publish(
        uow, staff, clocks, folder, "hours", unit, document, dry_run=dry_run,
        compare=lambda old, new: differences(old.of(unit), new.of(unit), this_year),
    )  # fmt: skip


async def _publish(
    uow: UnitOfWork,
    staff: Staff,
    clocks: ClockPolicy,
    folder: Path,
    kind: Literal["year", "hours"],
    subject: str,
    document: dict[str, Any],
    *,
    dry_run: bool,
    compare: Callable[[Calendars, Calendars], tuple[DayChange, ...]],
) -> Publication:
    if not staff.has(Right.ADMINISTER):
        raise NotYours
    edits = await calendar_edits(uow.session)
    old, new = load_calendars(folder / "calendar", edits), _with(folder, edits, kind, subject, document)
    if not dry_run:
        row = CalendarEdit(kind=kind, subject=subject, document=document, edited_by=staff.id, edited_at=uow.now)
        uow.session.add(row)
        await note_editions(uow, clocks, new, folder / "clocks.toml")
        if new.version != old.version:
            await schedule_recompute(uow, new)
        version = new.default.version if kind == "year" else new.of(subject).version
        await uow.record(CalendarPublished(by=staff.username, subject=subject, version=version))
    return Publication(new.default.version, compare(old, new), await _running(uow), new)


async def _running(uow: UnitOfWork) -> int:
    """Of everybody's tickets: the administrator sees none of them, and is told how much work this makes."""
    ahead = and_(Deadline.state == ClockState.RUNNING, Deadline.due_at > uow.now)
    async with uow.scoped(Scope.SYSTEM):
        return await uow.session.scalar(select(func.count()).select_from(Deadline).where(ahead)) or 0


def _with(folder: Path, edits: CalendarEdits, kind: str, subject: str, document: dict[str, Any]) -> Calendars:
    if kind == "year":
        edits = msgspec.structs.replace(edits, years={**edits.years, int(subject): document})
    else:
        edits = msgspec.structs.replace(edits, hours={**edits.hours, subject: document})
    try:
        return load_calendars(folder / "calendar", edits)
    except ConfigMistake as mistake:
        raise CalendarMistake(mistake.key or None, mistake=str(mistake)) from mistake


async def unit_hours(uow: UnitOfWork, unit: str) -> list[dict[str, Any]]:
    """The schedules an administrator gave a unit last; empty when none did, or when it keeps the network's again."""
    edits = await calendar_edits(uow.session)
    schedule: list[dict[str, Any]] = list(edits.hours.get(unit, {}).get("schedule", []))
    return schedule
