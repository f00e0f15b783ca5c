"""Which rung is earned when: warnings before, supervision and leaders after, each once."""

from datetime import datetime

import pytest

from jiesu.escalation.ladder import next_rung, rung_by_count, rung_times
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.classes import ClockKind
from jiesu.sla.deadlines import Pause, PlannedDeadline, class_deadlines, due_after_pauses


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def deadline(policy, calendar):
    """One deadline of the unit's clock for a class and a start."""

    def of(code, target, start):
        planned = class_deadlines(policy.classes[code], ClockKind.UNIT, at(start), calendar)
        return next(each for each in planned if each.target == target)

    return of


@pytest.fixture
def times(policy, calendar):
    return lambda planned: [(rung.name, moment) for rung, moment in rung_times(policy.ladder, planned, calendar)]


def test_a_day_clock_warns_48_and_24_hours_before_and_climbs_after(times, deadline):
    assert times(deadline("P2", "resolve", "2026-09-24 10:00")) == [
        ("L1-48h", at("2026-10-07 17:30")),
        ("L1-24h", at("2026-10-08 17:30")),
        ("L2", at("2026-10-09 17:30")),
        ("L3", at("2026-10-10 17:30")),  # a Saturday that is worked
        ("L4", at("2026-10-13 17:30")),
    ]


def test_an_hour_clock_warns_at_half_and_four_fifths(times, deadline):
    assert times(deadline("P0", "resolve", "2026-09-24 10:00"))[:3] == [
        ("L1-50%", at("2026-09-24 11:00")),
        ("L1-80%", at("2026-09-24 11:36")),
        ("L2", at("2026-09-24 12:00")),
    ]


def test_a_working_hour_clock_takes_its_shares_in_office_hours(times, deadline):
    assert times(deadline("P2", "sign", "2026-09-24 16:30"))[:3] == [
        ("L1-50%", at("2026-09-28 09:30")),
        ("L1-80%", at("2026-09-28 10:42")),
        ("L2", at("2026-09-28 11:30")),
    ]


def test_a_warning_is_given_at_its_hour_and_not_at_midnight(times, deadline):
    warnings = dict(times(deadline("P3", "resolve", "2026-07-06 10:00")))
    assert warnings["L1-24h"] == at("2026-07-19 17:30")


def test_a_warning_that_would_lie_before_the_start_is_left_out(times, deadline):
    assert [name for name, _ in times(deadline("C", "resolve", "2026-07-06 10:00"))] == ["L1-24h", "L2", "L3", "L4"]
    assert [name for name, _ in times(deadline("C", "resolve", "2026-07-06 17:30"))] == ["L2", "L3", "L4"]


def test_not_only_the_first_level_fires_and_none_fires_twice(policy, calendar, deadline):
    planned, taken, fired = deadline("P2", "resolve", "2026-09-24 10:00"), set(), []
    while (step := next_rung(policy.ladder, planned, taken, calendar)) is not None:
        fired.append(step[0].name)
        taken.add(step[0].name)
    assert fired == ["L1-48h", "L1-24h", "L2", "L3", "L4"]


def test_a_rung_that_was_slept_through_is_still_the_next(policy, calendar, deadline):
    planned = deadline("P2", "resolve", "2026-09-24 10:00")
    rung, moment = next_rung(policy.ladder, planned, {"L1-48h", "L2"}, calendar)
    assert (rung.name, moment) == ("L1-24h", at("2026-10-08 17:30"))


def test_a_missed_first_contact_does_not_mask_the_resolve_clock(policy, calendar, deadline):
    contact = deadline("P2", "first_contact", "2026-09-24 10:00")
    resolve = deadline("P2", "resolve", "2026-09-24 10:00")
    every_rung_of_contact = {rung.name for rung, _ in rung_times(policy.ladder, contact, calendar)}
    assert next_rung(policy.ladder, contact, every_rung_of_contact, calendar) is None
    assert next_rung(policy.ladder, resolve, set(), calendar)[0].name == "L1-48h"


def test_a_pause_moves_the_whole_ladder(policy, calendar, deadline, times):
    before = deadline("P0", "resolve", "2026-09-24 10:00")
    end = due_after_pauses(
        before.limit, before.start_at, [Pause(at("2026-09-24 10:30"), at("2026-09-24 13:30"))], calendar
    )
    after = PlannedDeadline(before.clock, before.target, before.limit, before.start_at, end.due_at, end.provisional)
    assert times(after)[:3] == [
        ("L1-50%", at("2026-09-24 14:00")),
        ("L1-80%", at("2026-09-24 14:36")),
        ("L2", at("2026-09-24 15:00")),
    ]


def test_each_rung_reaches_a_higher_post_and_only_what_follows_the_deadline_wants_an_answer(policy):
    reached = {rung.name: (rung.to, rung.kind, rung.wants_ack) for rung in policy.ladder}
    assert reached["L1-80%"] == ("unit", "warning", False)
    assert reached["L2"] == ("parent", "supervision", True)
    assert reached["L3"] == ("grandparent", "escalation", True)
    assert reached["L4"] == ("root", "leader_case", True)


@pytest.mark.parametrize(
    ("tally", "taken", "name"),
    [
        ({"rework": 2}, set(), None),
        ({"rework": 3}, set(), "L4"),
        ({"rework": 4}, {"L4"}, None),
        ({"dissatisfied": 2}, {"L2"}, "L3"),
        ({"dissatisfied": 2, "units_passed": 3}, set(), "L4"),
        ({}, set(), None),
    ],
)
def test_counts_lift_a_ticket_whatever_the_time(policy, tally, taken, name):
    rung = rung_by_count(policy.ladder, policy.counts, tally, taken)
    assert (rung.name if rung else None) == name
