"""A new calendar and the deadlines that run: reckoned anew in the background, a batch at a time, never silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, select, tuple_

from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.kit.calendar import Calendars, WorkingCalendar
from jiesu.sla.clocks import TicketClocks, limit_of
from jiesu.sla.deadlines import Due, due_after_pauses, rolled_to_close
from jiesu.sla.deadlines import Pause as Span
from jiesu.sla.limits import FINAL
from jiesu.sla.models import ClockState, Deadline, Extension, ExtensionState, MoveCause
from jiesu.sla.spans import Spans
from jiesu.tickets.events import SYSTEM, DeadlineMoved
from jiesu.tickets.models import Ticket

__all__ = ["RECOMPUTE", "CalendarNotHere", "ends_of", "outdated", "recompute_batch", "schedule_recompute"]

#: Job kind: reckon a stretch of the running deadlines by the calendars of now.
RECOMPUTE = "calendar.recompute"
#: Deadlines looked at in one transaction, and the pause between two: the office goes on working meanwhile.
BATCH, PAUSE = 200, timedelta(seconds=1)
#: How long until every process works by the new calendar; what is armed by the old one until then is reckoned after it.
GRACE = timedelta(seconds=20)


class CalendarNotHere(Exception):
    """This process does not know the calendar yet; the job is tried again."""


async def schedule_recompute(uow: UnitOfWork, calendars: Calendars) -> None:
    """Have all running deadlines looked at, once every process knows these calendars."""
    await _promise(uow, calendars.version, uow.now + GRACE, None, 0)


async def outdated(uow: UnitOfWork, calendars: Calendars) -> bool:
    """Whether a running deadline was reckoned by a calendar no unit keeps any more: a file may have been changed back."""
    kept = {calendars.default.version, *(calendar.version for calendar in calendars.own.values())}
    other = exists().where(
        Deadline.state == ClockState.RUNNING, Deadline.due_at > uow.now, Deadline.calendar_version.not_in(kept)
    )
    return bool(await uow.session.scalar(select(other)))


async def _promise(uow: UnitOfWork, version: str, at: datetime, due: datetime | None, deadline_id: int) -> None:
    payload = {"version": version, "due_at": due.isoformat() if due else None, "deadline_id": deadline_id}
    key = f"{RECOMPUTE}:{version}:{deadline_id}"
    await jobs.schedule(uow, jobs.Promise(RECOMPUTE, at, key, payload, None, jobs.Priority.BULK))


async def recompute_batch(
    uow: UnitOfWork, calendars: Calendars, version: str, due_at: datetime | None, deadline_id: int
) -> int:
    """Reckon the next stretch of running deadlines, in the order of their dates, and promise the one after it.

    What is late already, met or paused is left alone: a pause is reckoned when it ends. A date never moves to a moment that
    has passed. Returns how many dates moved. Locks the tickets whose dates move. Raises CalendarNotHere.
    """
    if calendars.version != version:
        raise CalendarNotHere(f"This process reckons by {calendars.version}, not by {version} yet.")
    rows = await _stretch(uow, due_at or uow.now, deadline_id)
    ends = await ends_of(
        uow, calendars, [row for row in rows if row.calendar_version != calendars.of(row.unit).version]
    )
    moved = 0
    for ticket_id in sorted({row.ticket_id for row in ends}):
        moved += await _apply(uow, calendars, ticket_id, {row.id: end for row, end in ends.items()})
    if len(rows) == BATCH:
        await _promise(uow, version, uow.now + PAUSE, rows[-1].due_at, rows[-1].id)
    return moved


async def _stretch(uow: UnitOfWork, due_at: datetime, deadline_id: int) -> Sequence[Deadline]:
    key = tuple_(Deadline.due_at, Deadline.id)
    after = select(Deadline).where(Deadline.state == ClockState.RUNNING, Deadline.due_at >= due_at)
    after = after.where(key > (due_at, deadline_id)).order_by(Deadline.due_at, Deadline.id).limit(BATCH)
    return (await uow.session.scalars(after)).all()


async def ends_of(uow: UnitOfWork, calendars: Calendars, rows: Sequence[Deadline]) -> dict[Deadline, Due]:
    """Where each would end by the calendar of now."""
    tickets = {row.ticket_id for row in rows}
    spans = await Spans.of(uow.session, tickets)
    granted = select(Extension).where(Extension.ticket_id.in_(tickets), Extension.state == ExtensionState.GRANTED)
    until = {each.ticket_id: each.until for each in await uow.session.scalars(granted)}
    return {row: _end(row, calendars.of(row.unit), spans.of_deadline(row), until) for row in rows}


def _end(row: Deadline, calendar: WorkingCalendar, spans: Sequence[Span], until: Mapping[int, datetime]) -> Due:
    """An extended date is a date by name: it only rolls off a rest day."""
    limit, promised = limit_of(row), until.get(row.ticket_id)
    if promised is not None and row.target in FINAL and row.due_at >= promised:
        return rolled_to_close(promised, calendar)
    return due_after_pauses(limit, row.start_at, spans, calendar)


async def _apply(uow: UnitOfWork, calendars: Calendars, ticket_id: int, ends: Mapping[int, Due]) -> int:
    ticket = await uow.session.get_one(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    clocks = await TicketClocks.fresh(uow, ticket)
    moved = 0
    for row in list(clocks.live()):
        end, calendar = ends.get(row.id), calendars.of(row.unit)
        if end is None or row.state is not ClockState.RUNNING or row.due_at <= uow.now:
            continue
        old = row.due_at
        if end.due_at <= uow.now:  # a date is never moved into the past: it stands
            end = Due(old, end.provisional)
        if clocks.move(row, end, MoveCause.CALENDAR, calendar):
            moved += 1
            event = DeadlineMoved(
                ticket_id=ticket.id, by=SYSTEM, clock=row.clock, target=row.target, old=old, new=row.due_at,
                cause=MoveCause.CALENDAR,
            )  # fmt: skip
            await uow.record(event)
    return moved
