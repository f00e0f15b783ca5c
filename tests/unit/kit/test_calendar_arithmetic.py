"""Adding and measuring working time: cases worked by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jiesu.kit.calendar import OutsideCalendar, load_calendar
from jiesu.kit.clock import SHANGHAI

CALENDAR = load_calendar(Path(__file__).parents[3] / "config" / "calendar")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-09-24 10:00", 4, "2026-09-24 16:30"),  # over lunch
        ("2026-09-24 10:00", 2, "2026-09-24 12:00"),  # ends with the morning, not after lunch
        ("2026-09-24 16:30", 4, "2026-09-28 11:30"),  # over Mid-Autumn
        ("2026-09-30 17:30", 1, "2026-10-08 09:30"),  # over National Day
        ("2026-10-09 17:00", 1, "2026-10-10 09:00"),  # into a Saturday that is worked
        ("2026-10-10 17:00", 1, "2026-10-12 09:00"),
        ("2026-09-19 12:00", 1, "2026-09-20 09:30"),  # from a Saturday into a worked Sunday
        ("2026-12-31 17:00", 1, "2027-01-04 09:00"),  # over the year's end into a provisional year
    ],
)
def test_working_hours_run_only_in_office_hours(start, hours, end):
    assert CALENDAR.add_working_time(at(start), timedelta(hours=hours)) == at(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-09-24 10:00", 5, "2026-10-09 17:30"),  # Mid-Autumn and National Day between
        ("2026-09-24 10:00", 10, "2026-10-15 17:30"),  # 10 October counts
        ("2026-02-13 10:00", 10, "2026-03-05 17:30"),  # Spring Festival, 14 and 28 February count
        ("2026-02-13 23:59", 1, "2026-02-14 17:30"),
        ("2025-12-31 10:00", 5, "2026-01-08 17:30"),  # year end, Sunday 4 January counts
        ("2024-02-28 10:00", 1, "2024-02-29 17:30"),
        ("2026-09-26 10:00", 1, "2026-09-28 17:30"),  # from a holiday
    ],
)
def test_working_days_count_from_the_next_day_to_the_close_of_office(start, days, end):
    assert CALENDAR.add_working_days(at(start), days) == at(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-09-24 10:00", 15, "2026-10-09 17:30"),
        ("2026-09-20 10:00", 15, "2026-10-08 17:30"),  # 5 October rolls
        ("2026-09-25 10:00", 15, "2026-10-10 17:30"),  # a worked Saturday does not roll
        ("2026-07-03 10:00", 15, "2026-07-20 17:30"),  # a Saturday does
        ("2024-02-14 10:00", 15, "2024-02-29 17:30"),
        ("2026-12-17 10:00", 15, "2027-01-04 17:30"),  # 1 January and the weekend roll
    ],
)
def test_natural_days_run_on_and_roll_off_rest_days(start, days, end):
    assert CALENDAR.add_natural_days(at(start), days) == at(end)


def test_moments_of_any_zone_are_reckoned_in_shanghai_and_answered_in_utc():
    in_utc = datetime(2026, 9, 24, 16, 30, tzinfo=UTC)  # half past midnight of the 25th in Shanghai
    due = CALENDAR.add_natural_days(in_utc, 3)
    assert due == at("2026-09-28 17:30")
    assert due.tzinfo is UTC


def test_office_time_begins_with_the_shift_and_ends_before_its_last_instant():
    assert CALENDAR.is_office_time(at("2026-09-24 08:30"))
    assert not CALENDAR.is_office_time(at("2026-09-24 12:00"))
    assert CALENDAR.next_office_time(at("2026-09-24 12:00")) == at("2026-09-24 14:30")
    assert CALENDAR.next_office_time(at("2026-09-30 17:30")) == at("2026-10-08 08:30")
    assert CALENDAR.next_office_time(at("2026-10-10 09:15")) == at("2026-10-10 09:15")


def test_what_is_skipped_is_named_and_adds_up():
    start, end = at("2026-09-24 16:00"), at("2026-09-28 15:00")
    skipped = CALENDAR.skipped(start, end)
    assert [skip.name for skip in skipped] == ["下班", "中秋节", "下班", "午休"]
    assert [(skip.start, skip.end) for skip in skipped][1] == (at("2026-09-25 00:00"), at("2026-09-28 00:00"))
    assert sum((skip.end - skip.start for skip in skipped), timedelta()) == (
        end - start - CALENDAR.working_time_between(start, end)
    )


def test_nonsense_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="no time zone"):
        CALENDAR.add_working_days(datetime(2026, 9, 24), 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="count at least one"):
        CALENDAR.add_natural_days(at("2026-09-24 10:00"), 0)
    with pytest.raises(OutsideCalendar, match="outside the calendar"):
        CALENDAR.add_working_time(at("2099-12-01 10:00"), timedelta(days=365))
    with pytest.raises(OutsideCalendar, match="No working day is left"):
        CALENDAR.add_working_days(at("2099-12-01 10:00"), 365)
