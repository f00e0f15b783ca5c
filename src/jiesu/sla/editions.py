"""Editions: every calendar and clock policy that deadlines were reckoned by is kept, so that each can be explained."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.db.uow import UnitOfWork
from jiesu.kit.calendar import CalendarEdits, Calendars, WorkingCalendar, calendar_from
from jiesu.kit.config import ConfigMistake
from jiesu.sla.classes import ClockPolicy, clocks_from
from jiesu.sla.models import CalendarEdit, Edition

__all__ = ["calendar_edition", "calendar_edits", "edits_fingerprint", "note_editions", "past_clocks"]

CLOCKS, CALENDAR = "clocks", "calendar"


async def calendar_edits(session: AsyncSession) -> CalendarEdits:
    """What administrators said last of each year and each unit's hours."""
    newest = select(CalendarEdit).ext(distinct_on(CalendarEdit.kind, CalendarEdit.subject))
    rows = await session.scalars(newest.order_by(CalendarEdit.kind, CalendarEdit.subject, CalendarEdit.id.desc()))
    years: dict[int, dict[str, Any]] = {}
    hours: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.kind == "year":
            years[int(row.subject)] = row.document
        else:
            hours[row.subject] = row.document
    return CalendarEdits(years, hours)


async def edits_fingerprint(session: AsyncSession) -> str:
    """Changes with every edit of the calendar and every new edition: a cheap question before reading everything."""
    newest = select(func.max(CalendarEdit.id)).scalar_subquery()
    editions = select(func.count()).select_from(Edition).scalar_subquery()
    return str((await session.execute(select(newest, editions))).one())


async def note_editions(uow: UnitOfWork, clocks: ClockPolicy, calendars: Calendars, file: Path) -> bool:
    """Keep what is not kept yet; True when a calendar was added to others that were in use before.

    Raises ConfigMistake when `file` says something else under a version that was in force: tickets keep the policy they
    began with, so a change wants a new version.
    """
    await _keep_clocks(uow, clocks, file)
    before = await uow.session.scalar(select(func.count()).where(Edition.kind == CALENDAR))
    new = [
        await _keep(uow, CALENDAR, each.version, each.document())
        for each in (calendars.default, *calendars.own.values())
    ]
    return bool(before) and any(new)


async def _keep_clocks(uow: UnitOfWork, clocks: ClockPolicy, file: Path) -> None:
    document = msgspec.to_builtins(clocks.document)
    if await _keep(uow, CLOCKS, clocks.version, document):
        return
    kept = await uow.session.scalar(
        select(Edition.document).where(Edition.kind == CLOCKS, Edition.version == clocks.version)
    )
    if kept != document:
        remedy = "this version was in force with other content; give the changed policy a new version."
        raise ConfigMistake(file, "version", clocks.version, remedy)


async def _keep(uow: UnitOfWork, kind: str, version: str, document: Mapping[str, Any]) -> bool:
    row = {"kind": kind, "version": version, "document": document, "noted_at": uow.now}
    added = insert(Edition).values(row).on_conflict_do_nothing().returning(Edition.version)
    return await uow.session.scalar(added) is not None


async def past_clocks(session: AsyncSession) -> dict[str, ClockPolicy]:
    """Every clock policy that was ever in force, by version."""
    rows = await session.scalars(select(Edition).where(Edition.kind == CLOCKS))
    return {row.version: clocks_from(row.document, Path(f"clocks.toml, version {row.version}")) for row in rows}


async def calendar_edition(session: AsyncSession, version: str) -> WorkingCalendar | None:
    """The calendar of that version as it was, None when it is not on record."""
    document = await session.scalar(
        select(Edition.document).where(Edition.kind == CALENDAR, Edition.version == version)
    )
    return None if document is None else calendar_from(document)
