"""Which rung of the ladder is earned when: pure functions of the policy, one deadline and the calendar."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from jiesu.kit.calendar import WorkingCalendar
from jiesu.sla.deadlines import PlannedDeadline
from jiesu.sla.rungs import CountRule, Rung, When

__all__ = ["Rung", "next_rung", "rung_by_count", "rung_times"]


def rung_times(
    ladder: Sequence[Rung], planned: PlannedDeadline, calendar: WorkingCalendar
) -> tuple[tuple[Rung, datetime], ...]:
    """Every rung that applies to the deadline with its moment (aware UTC), in order of time, then of level.

    Reckoned back from `due_at`, so a pause or an extension moves the warnings along. A warning that would lie at or
    before the deadline's start is left out.
    """
    applying = (rung for rung in ladder if rung.applies_to(planned.clock, planned.target, planned.limit))
    timed = ((rung, _moment(rung.after, planned, calendar)) for rung in applying)
    kept = [(rung, at) for rung, at in timed if rung.kind != "warning" or at > planned.start_at]
    return tuple(sorted(kept, key=lambda pair: (pair[1], pair[0].level)))


def next_rung(
    ladder: Sequence[Rung], planned: PlannedDeadline, taken: Collection[str], calendar: WorkingCalendar
) -> tuple[Rung, datetime] | None:
    """The earliest rung whose name is not yet taken, and its moment, which may be past; None at the top."""
    times = rung_times(ladder, planned, calendar)
    return next(((rung, at) for rung, at in times if rung.name not in taken), None)


def rung_by_count(
    ladder: Sequence[Rung], rules: Sequence[CountRule], tally: Mapping[str, int], taken: Collection[str]
) -> Rung | None:
    """The highest rung a ticket's counts (`rework`, `dissatisfied`, `units_passed`) earn; None if earned before."""
    levels = {rule.level for rule in rules if tally.get(rule.what, 0) >= rule.at}
    earned = next((rung for rung in reversed(ladder) if rung.level in levels), None)
    return None if earned is None or earned.name in taken else earned


def _moment(after: When, planned: PlannedDeadline, calendar: WorkingCalendar) -> datetime:
    if after.share is not None:
        return _shifted(planned, planned.limit.length * (after.share - 1), calendar)
    if after.unit == "working_days":
        return calendar.add_working_days(planned.due_at, after.offset)
    if after.unit == "working_hours":
        return calendar.add_working_time(planned.due_at, timedelta(hours=after.offset))
    return planned.due_at + timedelta(hours=after.offset)


def _shifted(planned: PlannedDeadline, delta: timedelta, calendar: WorkingCalendar) -> datetime:
    if planned.limit.counts_work:
        return calendar.add_working_time(planned.due_at, delta)
    return planned.due_at + delta
