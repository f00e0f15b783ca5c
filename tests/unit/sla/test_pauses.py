"""What a pause leaves of a limit: nothing lost, nothing given, however it is cut."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jiesu.kit.calendar import load_calendar
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.classes import Limit
from jiesu.sla.deadlines import Pause, due, due_after_pauses, remaining, resume

CALENDAR = load_calendar(Path(__file__).parents[3] / "config" / "calendar")
LIMITS = [
    Limit(30, "minutes"),
    Limit(24, "hours"),
    Limit(4, "working_hours"),
    Limit(5, "working_days"),
    Limit(15, "natural_days"),
]
limits = st.sampled_from(LIMITS)
starts = st.builds(
    lambda day, second: datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(seconds=second),
    st.dates(date(2024, 1, 1), date(2027, 6, 30)),
    st.integers(0, 86_399),
)
spans = st.timedeltas(timedelta(0), timedelta(days=20))
shares = st.floats(0, 1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("limit", "pause", "end"),
    [
        # Two working hours used before the pause, two left, over lunch.
        (Limit(4, "working_hours"), ("2026-09-24 12:00", "2026-09-28 11:00"), "2026-09-28 15:30"),
        # Paused on the Thursday at 14:30: three office hours of that day and five working days are left.
        (Limit(5, "working_days"), ("2026-09-24 14:30", "2026-10-12 08:30"), "2026-10-19 11:30"),
        # A pause at night and over the holiday costs a working-day limit nothing.
        (Limit(5, "working_days"), ("2026-09-24 18:00", "2026-09-27 09:00"), "2026-10-09 17:30"),
        (Limit(24, "hours"), ("2026-09-24 12:00", "2026-09-26 12:00"), "2026-09-27 10:00"),
        # Fifteen days from the 24th end on 9 October; two days more fall on Sunday the 11th and roll.
        (Limit(15, "natural_days"), ("2026-09-28 09:00", "2026-09-30 09:00"), "2026-10-12 17:30"),
        # Two days and 23 hours more reach Monday 16:30, which ends with the office that day.
        (Limit(15, "natural_days"), ("2026-09-28 09:00", "2026-10-01 08:00"), "2026-10-12 17:30"),
    ],
)
def test_a_pause_resumes_with_what_remained(limit, pause, end):
    start = at("2026-09-24 10:00")
    paused_at, resumed_at = map(at, pause)
    left = remaining(limit, start, due(limit, start, CALENDAR).due_at, paused_at, CALENDAR)
    assert resume(limit, left, resumed_at, CALENDAR).due_at == at(end)


def test_a_pause_is_not_lost_when_the_class_changes():
    start = at("2026-09-24 10:00")
    pauses = [Pause(at("2026-09-28 08:30"), at("2026-10-08 08:30"), "need_info")]  # three working days
    assert due_after_pauses(Limit(5, "working_days"), start, pauses, CALENDAR).due_at == at("2026-10-13 17:30")
    assert due_after_pauses(Limit(10, "working_days"), start, pauses, CALENDAR).due_at == at("2026-10-20 17:30")


def test_paused_time_is_not_counted_from_creation_but_only_while_paused():
    limit, start = Limit(24, "hours"), at("2026-09-24 10:00")
    pauses = [Pause(at("2026-09-24 20:00"), at("2026-09-24 21:00")), Pause(at("2026-09-25 01:00"))]
    assert due_after_pauses(limit, start, pauses, CALENDAR).due_at == at("2026-09-25 11:00")


def test_a_pause_after_the_deadline_leaves_what_was_missed_missed():
    limit, start = Limit(5, "working_days"), at("2026-09-24 10:00")
    late = [Pause(at("2026-10-10 09:00"), at("2026-10-12 09:00"))]
    assert due_after_pauses(limit, start, late, CALENDAR) == due(limit, start, CALENDAR)


def test_without_the_earlier_pauses_a_natural_day_limit_still_loses_nothing():
    limit, start = Limit(15, "natural_days"), at("2026-09-24 10:00")
    moved = at("2026-11-09 17:30")  # an extension, not this limit's own end
    left = remaining(limit, start, moved, at("2026-10-08 17:30"), CALENDAR)
    assert left == timedelta(days=32)


@given(limits, starts, spans, spans, shares)
def test_splitting_a_pause_changes_nothing(limit, start, before, length, share):
    planned = due(limit, start, CALENDAR).due_at
    paused_at, resumed_at = start + before, start + before + length
    assume(paused_at < planned)
    middle = paused_at + length * share
    whole = due_after_pauses(limit, start, [Pause(paused_at, resumed_at)], CALENDAR)
    split = due_after_pauses(limit, start, [Pause(paused_at, middle), Pause(middle, resumed_at)], CALENDAR)
    assert split == whole


@given(limits, starts, spans, spans)
def test_a_pause_never_brings_a_deadline_forward(limit, start, before, length):
    planned = due(limit, start, CALENDAR).due_at
    assume(start + before < planned)
    paused = due_after_pauses(limit, start, [Pause(start + before, start + before + length)], CALENDAR)
    assert paused.due_at >= planned
    if not limit.counts_days and not limit.counts_work:
        assert paused.due_at == planned + length


@given(limits, starts, spans)
def test_a_pause_of_no_length_changes_nothing(limit, start, before):
    moment = start + before
    planned = due(limit, start, CALENDAR)
    assume(moment < planned.due_at)
    assert due_after_pauses(limit, start, [Pause(moment, moment)], CALENDAR) == planned
