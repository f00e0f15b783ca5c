"""When a limit falls due, and what a pause leaves of it; pure functions of a start, a limit and a calendar."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from jiesu.kit.calendar import WorkingCalendar
from jiesu.kit.clock import SHANGHAI, aware_utc
from jiesu.sla.classes import ServiceClass
from jiesu.sla.limits import AT_ONCE, ClockKind, Limit, Target

__all__ = [
    "Due", "Pause", "PlannedDeadline",
    "class_deadlines", "due", "due_after_pauses", "ending", "nominal_end", "remaining", "resume", "rolled_to_close",
]  # fmt: skip


class Due(Struct, frozen=True):
    """Aware UTC; provisional when it falls in a year whose holidays are not published, so it may still move."""

    due_at: datetime
    provisional: bool


class PlannedDeadline(Struct, frozen=True):
    """One target of one clock; times aware UTC."""

    clock: ClockKind
    target: Target
    limit: Limit
    start_at: datetime
    due_at: datetime
    provisional: bool


class Pause(Struct, frozen=True):
    """A span in which a clock stood still; `end` is None while it lasts."""

    start: datetime
    end: datetime | None = None
    reason: str = ""


def due(limit: Limit, start: datetime, calendar: WorkingCalendar) -> Due:
    """When the limit ends that starts at an aware moment in any zone.

    Hours and minutes run on; working hours run in office shifts; days count from the next day and end at the close
    of office, natural days rolling off rest days.
    """
    match limit.unit:
        case "minutes" | "hours":
            moment = aware_utc(start) + limit.length
        case "working_hours":
            moment = calendar.add_working_time(start, limit.length)
        case "working_days":
            moment = calendar.add_working_days(start, limit.amount)
        case "natural_days":
            moment = calendar.add_natural_days(start, limit.amount)
    return ending(moment, calendar)


def class_deadlines(
    service_class: ServiceClass,
    clock: ClockKind,
    start: datetime,
    calendar: WorkingCalendar,
    only: Collection[Target] = AT_ONCE,
) -> tuple[PlannedDeadline, ...]:
    """The deadlines among `only` that the clock keeps for the class, in the class's order, all running from `start`."""
    planned = []
    for target in [target for target in service_class.targets(clock) if target in only]:
        limit = service_class.limits[target]
        end = due(limit, start, calendar)
        planned.append(PlannedDeadline(clock, target, limit, aware_utc(start), end.due_at, end.provisional))
    return tuple(planned)


def remaining(
    limit: Limit,
    start: datetime,
    due_at: datetime,
    paused_at: datetime,
    calendar: WorkingCalendar,
    *,
    earlier: Sequence[Pause] = (),
) -> timedelta:
    """What is left of the limit when its clock stops; negative when it was late already.

    Working hours and working days leave office time, natural units leave wall time; so after a pause working days may
    end within a day, natural days still end at a close of office. Of natural days the tail that only rolled off a
    rest day is not counted again: this needs the `earlier` (ended) pauses; without them, or after an extension, the
    whole time to `due_at` remains.
    """
    if limit.counts_work:
        return calendar.working_time_between(paused_at, due_at)
    if limit.unit == "natural_days" and paused_at <= due_at:
        nominal = nominal_end(limit, start, calendar, earlier)
        if calendar.next_close(nominal) == due_at:
            return max(nominal - paused_at, timedelta())
    return due_at - paused_at


def resume(limit: Limit, left: timedelta, resumed_at: datetime, calendar: WorkingCalendar) -> Due:
    """The new end of a limit of which `remaining` left so much."""
    if limit.counts_work:
        return ending(calendar.add_working_time(resumed_at, left), calendar)
    moment = aware_utc(resumed_at) + left
    return ending(calendar.next_close(moment) if limit.unit == "natural_days" else moment, calendar)


def rolled_to_close(moment: datetime, calendar: WorkingCalendar) -> Due:
    """A date given by name: it stands, or rolls off a rest day to the next close of office."""
    moment = aware_utc(moment)
    worked = calendar.is_working_day(moment.astimezone(SHANGHAI).date())
    return ending(moment if worked else calendar.next_close(moment), calendar)


def nominal_end(limit: Limit, start: datetime, calendar: WorkingCalendar, pauses: Sequence[Pause] = ()) -> datetime:
    """Where a limit in natural days would end if no rest day could push it to the next close of office."""
    nominal = calendar.nominal_close(start, limit.amount)
    for pause in pauses:
        if pause.end is not None:
            nominal = aware_utc(pause.end) + max(nominal - pause.start, timedelta())
    return nominal


def due_after_pauses(limit: Limit, start: datetime, pauses: Sequence[Pause], calendar: WorkingCalendar) -> Due:
    """When a limit ends that ran from `start` with these ended pauses, in order: for a clock whose class changes.

    A pause that began after the limit had run out moves nothing: what was missed stays missed.
    """
    end = due(limit, start, calendar)
    for number, pause in enumerate(pauses):
        if pause.end is None or pause.start > end.due_at:
            break
        left = remaining(limit, start, end.due_at, pause.start, calendar, earlier=pauses[:number])
        end = resume(limit, left, pause.end, calendar)
    return end


def ending(moment: datetime, calendar: WorkingCalendar) -> Due:
    """The moment as an end: provisional or not. Midnight belongs to the day that it ends."""
    last = moment.astimezone(SHANGHAI) - timedelta(microseconds=1)
    return Due(moment, calendar.is_provisional(last.date()))
