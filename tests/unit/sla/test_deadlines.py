"""When each class falls due, worked by hand."""

from datetime import UTC, datetime

import pytest

from jiesu.kit.clock import SHANGHAI
from jiesu.sla.classes import ClockKind, Limit
from jiesu.sla.deadlines import class_deadlines, due


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("code", "start", "ends"),
    [
        # Filed on the Thursday before Mid-Autumn: 28, 29, 30 September, 8 and 9 October are the five working days.
        (
            "P2",
            "2026-09-24 10:00",
            {"sign": "2026-09-24 16:30", "first_contact": "2026-09-25 10:00", "resolve": "2026-10-09 17:30"},
        ),
        # Saturday 10 October is worked and counts as the sixth.
        (
            "P3",
            "2026-09-24 10:00",
            {"sign": "2026-09-24 16:30", "first_contact": "2026-09-25 10:00", "resolve": "2026-10-15 17:30"},
        ),
        ("C", "2026-09-24 10:00", {"resolve": "2026-09-28 17:30"}),
        ("C", "2026-09-19 10:00", {"resolve": "2026-09-20 17:30"}),
        # An emergency does not wait for the holiday to end.
        (
            "P0",
            "2026-10-01 23:55",
            {"sign": "2026-10-02 00:05", "first_contact": "2026-10-02 00:25", "resolve": "2026-10-02 01:55"},
        ),
        (
            "P4",
            "2026-09-25 09:00",
            {"sign": "2026-09-28 17:30", "first_contact": "2026-09-26 09:00", "plan": "2026-10-10 17:30"},
        ),
    ],
)
def test_the_units_clock_ends_where_a_clerk_would_count_to(policy, calendar, code, start, ends):
    planned = class_deadlines(policy.classes[code], ClockKind.UNIT, at(start), calendar)
    assert {deadline.target.value: deadline.due_at for deadline in planned} == {
        target: at(end) for target, end in ends.items()
    }
    assert not any(deadline.provisional for deadline in planned)


def test_a_petition_keeps_its_notice_on_the_petitioners_clock(policy, calendar):
    planned = class_deadlines(policy.classes["X"], ClockKind.PETITIONER, at("2026-09-20 10:00"), calendar)
    assert [(deadline.target, deadline.due_at) for deadline in planned] == [
        ("first_contact", at("2026-09-21 10:00")),
        ("notice", at("2026-10-08 17:30")),  # 5 October rolls off National Day
        ("opinion", at("2026-11-19 17:30")),
    ]


def test_a_deadline_in_a_year_with_no_calendar_is_given_and_marked_provisional(calendar):
    early = due(Limit(5, "working_days"), at("2026-12-24 10:00"), calendar)
    late = due(Limit(10, "working_days"), at("2026-12-24 10:00"), calendar)
    assert (early.due_at, early.provisional) == (at("2026-12-31 17:30"), False)
    assert (late.due_at, late.provisional) == (at("2027-01-08 17:30"), True)


def test_whether_it_is_provisional_is_decided_by_the_date_in_shanghai(calendar):
    end = due(Limit(1, "hours"), datetime(2026, 12, 31, 15, 30, tzinfo=UTC), calendar)
    assert end.due_at == at("2027-01-01 00:30")
    assert end.provisional


@pytest.mark.parametrize("limit", [Limit(24, "hours"), Limit(4, "working_hours"), Limit(5, "working_days")])
def test_the_same_moment_in_another_zone_is_the_same_deadline(calendar, limit):
    start = at("2026-09-24 00:30")
    assert due(limit, start, calendar) == due(limit, start.astimezone(UTC), calendar)
