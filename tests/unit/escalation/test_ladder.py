"""Which rung is earned when: warnings before, supervision and leaders after, each once."""

from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from jiesu.escalation.ladder import moot, next_rung, rung_by_count, rung_times
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.config import ConfigMistake
from jiesu.sla.classes import ClockKind
from jiesu.sla.deadlines import Pause, PlannedDeadline, class_deadlines, due_after_pauses
from jiesu.sla.rungs import ALWAYS, Condition, Facts, read_rungs


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
    """Names and moments of the rungs that hold for anybody."""
    return lambda planned: [
        (rung.name, moment) for rung, moment in rung_times(policy.ladder, planned, calendar) if rung.when == ALWAYS
    ]


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
    while (step := next_rung(rung_times(policy.ladder, planned, calendar), taken)) is not None:
        fired.append(step[0].name)
        taken.add(step[0].name)
    assert fired == ["L1-50%-vulnerable", "L1-48h", "L1-24h", "L2", "L3", "L4"]


def test_a_rung_that_was_slept_through_is_still_the_next(policy, calendar, deadline):
    planned = deadline("P2", "resolve", "2026-09-24 10:00")
    times = rung_times(policy.ladder, planned, calendar)
    rung, moment = next_rung(times, {"L1-50%-vulnerable", "L1-48h", "L2"})
    assert (rung.name, moment) == ("L1-24h", at("2026-10-08 17:30"))


def test_a_missed_first_contact_does_not_mask_the_resolve_clock(policy, calendar, deadline):
    contact = deadline("P2", "first_contact", "2026-09-24 10:00")
    resolve = deadline("P2", "resolve", "2026-09-24 10:00")
    of_contact = rung_times(policy.ladder, contact, calendar)
    assert next_rung(of_contact, {rung.name for rung, _ in of_contact}) is None
    assert next_rung(rung_times(policy.ladder, resolve, calendar), {"L1-50%-vulnerable"})[0].name == "L1-48h"


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
    ("tally", "name"),
    [
        ({"rework": 2}, None),
        ({"rework": 3}, "L4"),
        ({"rework": 4}, "L4"),
        ({"dissatisfied": 2}, "L3"),
        ({"dissatisfied": 2, "units_passed": 3}, "L4"),
        ({}, None),
    ],
)
def test_counts_lift_a_ticket_whatever_the_time(policy, tally, name):
    rung = rung_by_count(policy.ladder, policy.counts, tally)
    assert (rung.name if rung else None) == name


@pytest.fixture
def moment(calendar, deadline):
    """When a rung written like this falls on the resolve clock of a class that starts on a Monday morning."""

    def of(after, code="P2"):
        rung = {"name": "x", "level": 1, "after": after, "to": "unit", "kind": "warning", "wants_ack": False}
        early = "%" in after or "before" in after
        [read] = read_rungs([rung | ({} if early else {"kind": "escalation"})], Path("t"), frozenset())
        [(_, at_)] = rung_times([read], deadline(code, "resolve", "2026-11-02 09:00"), calendar)
        return at_

    return of


def test_rungs_come_in_hours_working_hours_days_working_days_and_shares(moment):
    """P2 from Monday 2 November 9:00 is due on Monday the 9th at 17:30."""
    assert moment("3 hours before") == at("2026-11-09 14:30")
    assert moment("4 working hours before") == at("2026-11-09 11:00")
    assert moment("2 working days before") == at("2026-11-05 17:30")
    assert moment("3 days before") == at("2026-11-06 17:30")
    assert moment("due") == at("2026-11-09 17:30")
    assert moment("2 working hours after") == at("2026-11-10 10:30")
    assert moment("1 working day after") == at("2026-11-10 17:30")
    assert moment("2 days after") == at("2026-11-11 17:30")


def test_half_of_a_clock_in_working_days_is_half_of_its_office_time(moment, calendar):
    half = moment("50 %")
    start, due = at("2026-11-02 09:00"), at("2026-11-09 17:30")
    assert calendar.working_time_between(start, half) == calendar.working_time_between(half, due)


def test_a_clock_that_starts_late_gives_its_latest_warning_and_not_all_of_them(policy, calendar, deadline):
    planned = deadline("P2", "resolve", "2026-11-02 09:00")
    times = rung_times(policy.ladder, planned, calendar)
    assert moot(times, planned.due_at, at("2026-11-04 09:00"), set()) == frozenset()
    assert moot(times, planned.due_at, at("2026-11-09 09:00"), set()) == {"L1-50%-vulnerable", "L1-48h"}


def test_a_warning_given_for_an_earlier_date_is_not_given_again_for_a_moment_that_has_passed(
    policy, calendar, deadline
):
    """Peers' failure: the same alert mailed at every run."""
    planned = deadline("P2", "resolve", "2026-11-02 09:00")
    times = rung_times(policy.ladder, planned, calendar)
    given = {"L1-48h", "L1-24h"}
    assert {"L1-48h", "L1-24h"} <= moot(times, planned.due_at, at("2026-11-09 09:00"), given)
    assert moot(times, planned.due_at, at("2026-11-03 09:00"), given) == frozenset()


def test_nobody_is_warned_of_what_is_late(policy, calendar, deadline):
    planned = deadline("P2", "resolve", "2026-11-02 09:00")
    times = rung_times(policy.ladder, planned, calendar)
    warnings = {rung.name for rung, _ in times if rung.kind == "warning"}
    assert moot(times, planned.due_at, planned.due_at, set()) == warnings


FACTS = Facts("P2", "0407", rework=1, units_passed=2, dissatisfied=1, vulnerable=True)


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({}, True),
        ({"classes": ["P2", "P3"]}, True),
        ({"classes": ["P0"]}, False),
        ({"categories": ["04"]}, True),
        ({"categories": ["0407"]}, True),
        ({"categories": ["0401", "05"]}, False),
        ({"rework": 1, "units_passed": 2, "dissatisfied": 1, "vulnerable": True}, True),
        ({"rework": 2}, False),
        ({"units_passed": 3}, False),
        ({"dissatisfied": 2}, False),
    ],
)
def test_a_condition_holds_when_all_of_it_does(when, holds):
    assert msgspec.convert(when, Condition).holds(FACTS) is holds


def test_a_ticket_without_category_meets_no_condition_on_one():
    assert not Condition(categories=("04",)).holds(Facts("P2"))


@pytest.mark.parametrize(
    ("change", "key", "remedy"),
    [
        ({"after": "110 %"}, "after", "write it like one of"),
        ({"after": "2 weeks before"}, "after", "write it like one of"),
        ({"after": "due"}, "kind", "is a warning, and only that"),
        ({"kind": "supervision"}, "kind", "is a warning, and only that"),
        ({"actions": ["take_over"]}, "actions", "only when the deadline has passed"),
        ({"actions": ["fire_everybody"]}, "actions[0]", "fire_everybody"),
        ({"when": {"classes": ["P9"]}}, "when.classes", "use classes of the file"),
        ({"when": {"mood": 3}}, "when", "mood"),
    ],
)
def test_a_mistake_in_a_rung_names_its_key_and_remedy(change, key, remedy):
    raw = {"name": "x", "level": 1, "after": "50 %", "to": "unit", "kind": "warning", "wants_ack": False} | change
    with pytest.raises(ConfigMistake) as caught:
        read_rungs([raw], Path("clocks.toml"), frozenset({"P2"}))
    assert caught.value.key == f"ladder.rung[0].{key}"
    assert remedy in str(caught.value)
