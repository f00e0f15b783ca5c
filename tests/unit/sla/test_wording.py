"""A deadline is always written the same way: the moment, then what is left."""

from datetime import datetime

import pytest

from jiesu.kit.clock import SHANGHAI
from jiesu.sla.deadlines import PlannedDeadline, due
from jiesu.sla.explain import explain, humanise_due
from jiesu.sla.limits import ClockKind, Limit, Target
from tests.unit.kit.other_hours import CALENDARS


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("due_at", "now", "zh", "en"),
    [
        (
            "2026-11-30 17:30",
            "2026-11-26 09:00",
            "11月30日 17:30 · 剩 2 个工作日",
            "30 Nov 17:30 · 2 working days left",
        ),
        ("2026-11-27 17:30", "2026-11-26 09:00", "11月27日 17:30 · 剩 1 个工作日", "27 Nov 17:30 · 1 working day left"),
        ("2026-11-26 17:30", "2026-11-26 09:00", "11月26日 17:30 · 剩 8 小时", "26 Nov 17:30 · 8 hours left"),
        ("2026-11-26 10:00", "2026-11-26 09:35", "11月26日 10:00 · 剩 25 分钟", "26 Nov 10:00 · 25 minutes left"),
        (
            "2026-11-26 10:00",
            "2026-11-26 09:59:30",
            "11月26日 10:00 · 剩不到 1 分钟",
            "26 Nov 10:00 · less than a minute left",
        ),
        ("2026-11-26 10:00", "2026-11-26 13:20", "11月26日 10:00 · 已超时 3 小时", "26 Nov 10:00 · 3 hours overdue"),
        (
            "2026-09-30 17:30",
            "2026-10-09 18:00",
            "9月30日 17:30 · 已超时 2 个工作日",
            "30 Sep 17:30 · 2 working days overdue",
        ),
        ("2026-10-06 12:00", "2026-10-03 09:00", "10月6日 12:00 · 剩 3 天", "6 Oct 12:00 · 3 days left"),
        (
            "2027-01-08 17:30",
            "2026-12-30 09:00",
            "2027年1月8日 17:30 · 剩 6 个工作日",
            "8 Jan 2027 17:30 · 6 working days left",
        ),
    ],
)
def test_what_is_left_is_told_in_the_unit_people_would_use(calendar, due_at, now, zh, en):
    assert humanise_due(at(due_at), at(now), calendar) == zh
    assert humanise_due(at(due_at), at(now), calendar, "en") == en


def test_an_office_that_closes_at_midnight_closes_on_the_day_before():
    """A unit on duty round the clock: what is due at 24:00 on Wednesday is due on Wednesday."""
    calendar = CALENDARS["round the clock"]
    planned = PlannedDeadline(
        ClockKind.UNIT, Target.RESOLVE, Limit(2, "natural_days"), at("2026-11-02 09:00"), at("2026-11-05 00:00"), False
    )
    assert due(planned.limit, planned.start_at, calendar).due_at == planned.due_at
    assert humanise_due(planned.due_at, at("2026-11-03 09:00"), calendar).endswith("剩 1 个工作日")
    assert not [line for line in explain(planned, calendar).lines() if line.startswith("顺延")]
    new_year = due(Limit(1, "natural_days"), at("2026-12-30 09:00"), calendar)
    assert (new_year.due_at, new_year.provisional) == (at("2027-01-01 00:00"), False)
