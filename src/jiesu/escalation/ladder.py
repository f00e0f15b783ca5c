"""Which rung of the ladder is earned when: pure functions of the policy, one deadline and the calendar."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from jiesu.kit.calendar import WorkingCalendar
from jiesu.sla.deadlines import PlannedDeadline
from jiesu.sla.rungs import CountRule, Rung, When

__all__ = ["Rung", "Times", "moot", "next_rung", "rung_by_count", "rung_times"]

#: Rungs with their moments (aware UTC), in order of time.
Times = tuple[tuple[Rung, datetime], ...]


def rung_times(ladder: Sequence[Rung], planned: PlannedDeadline, calendar: WorkingCalendar) -> Times:
    """Every rung that applies to the deadline with its moment (aware UTC), in order of time, then of level.

    Reckoned back from `due_at`, so a pause or an extension moves the warnings along. A warning that would lie at or
    before the deadline's start is left out.
    """
    applying = (rung for rung in ladder if rung.applies_to(planned.clock, planned.target, planned.limit))
    timed = ((rung, _moment(rung.after, planned, calendar)) for rung in applying)
    kept = [(rung, at) for rung, at in timed if rung.kind != "warning" or at > planned.start_at]
    return tuple(sorted(kept, key=lambda pair: (pair[1], pair[0].level)))


def next_rung(times: Times, taken: Collection[str]) -> tuple[Rung, datetime] | None:
    """The earliest rung whose name is not yet taken, and its moment, which may be past; None at the top."""
    return next(((rung, at) for rung, at in times if rung.name not in taken), None)


def moot(times: Times, due_at: datetime, now: datetime, given: Collection[str]) -> frozenset[str]:
    """Warnings not worth giving when a clock starts, or starts again, at `now`.

    All of them once it is late; of those whose moment has passed, the ones `given` for an earlier date, and all but the
    latest of the others: one warning says what three would.
    """
    warnings = [(rung.name, at) for rung, at in times if rung.kind == "warning"]
    if due_at <= now:
        return frozenset(name for name, _ in warnings)
    passed = [name for name, at in warnings if at <= now]
    return frozenset(name for name in passed if name in given or name != passed[-1])


def rung_by_count(ladder: Sequence[Rung], rules: Sequence[CountRule], tally: Mapping[str, int]) -> Rung | None:
    """The highest rung a ticket's counts (`rework`, `dissatisfied`, `units_passed`) earn."""
    levels = {rule.level for rule in rules if tally.get(rule.what, 0) >= rule.at}
    return next((rung for rung in reversed(ladder) if rung.level in levels), None)


def _moment(after: When, planned: PlannedDeadline, calendar: WorkingCalendar) -> datetime:
    if after.share is not None:
        return _share(after.share, planned, calendar)
    if after.unit == "working_days":
        if after.offset < 0:
            return calendar.working_days_before(planned.due_at, -after.offset)
        return calendar.add_working_days(planned.due_at, after.offset)
    if after.unit == "working_hours":
        return calendar.add_working_time(planned.due_at, timedelta(hours=after.offset))
    return planned.due_at + timedelta(**{after.unit: after.offset})


def _share(share: float, planned: PlannedDeadline, calendar: WorkingCalendar) -> datetime:
    """Of a clock in hours the share of its limit, so that pauses do not count; of one in days the share of its span."""
    if planned.limit.counts_days:
        return calendar.share(planned.start_at, planned.due_at, share, working=planned.limit.counts_work)
    left = planned.limit.length * (share - 1)
    return calendar.add_working_time(planned.due_at, left) if planned.limit.counts_work else planned.due_at + left
