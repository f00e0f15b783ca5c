"""Every calendar mistake known from other ticketing systems, by name."""

from datetime import datetime, timedelta

import pytest

from jiesu.kit.calendar import CalendarEdits, load_calendars
from jiesu.kit.clock import SHANGHAI
from tests.unit.kit.other_hours import CALENDARS, FOLDER, calendar_with

OFFICE, ALWAYS, SPARSE = (CALENDARS[name] for name in ("office", "round the clock", "one day a week"))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize("minutes", [1, 2, 60, 1440, 14 * 1440 + 1])
def test_midnight_minute_is_not_lost_on_a_calendar_that_runs_around_the_clock(minutes):
    start = at("2026-07-06 23:59")
    assert ALWAYS.add_working_time(start, minutes * MINUTE) == start + minutes * MINUTE
    assert ALWAYS.working_time_between(start, start + minutes * MINUTE) == minutes * MINUTE
    assert ALWAYS.skipped(start, start + minutes * MINUTE) == ()


def test_a_day_that_closes_at_midnight_ends_there_and_not_a_day_later():
    assert ALWAYS.add_working_days(at("2026-07-06 10:00"), 1) == at("2026-07-08 00:00")
    assert ALWAYS.add_natural_days(at("2026-07-06 10:00"), 1) == at("2026-07-08 00:00")
    assert ALWAYS.add_natural_days(at("2026-09-29 10:00"), 1) == at("2026-10-01 00:00")
    assert ALWAYS.add_natural_days(at("2026-09-30 10:00"), 1) == at("2026-10-09 00:00")  # 1 October rolls to the 8th


def test_lunch_break_is_a_break_and_not_a_holiday():
    assert OFFICE.add_working_time(at("2026-07-06 11:30"), HOUR) == at("2026-07-06 15:00")
    assert OFFICE.working_time_between(at("2026-07-06 12:10"), at("2026-07-06 14:20")) == timedelta(0)
    assert OFFICE.working_days_between(at("2026-07-06 12:10"), at("2026-07-07 12:10")) == 1
    assert [skip.name for skip in OFFICE.skipped(at("2026-07-06 11:00"), at("2026-07-06 15:00"))] == ["午休"]


def test_sparse_week_of_one_working_day_is_counted_week_by_week():
    assert SPARSE.add_working_days(at("2026-07-06 10:00"), 3) == at("2026-07-22 11:00")
    assert SPARSE.add_working_time(at("2026-07-08 10:00"), 4 * HOUR) == at("2026-07-22 10:00")
    assert SPARSE.add_natural_days(at("2026-07-06 10:00"), 3) == at("2026-07-15 11:00")
    assert SPARSE.day_name(at("2026-07-09 10:00").date()) == "休息日"


def test_due_in_a_year_with_no_calendar_is_reckoned_and_moves_only_when_the_year_is_published():
    spring = {"name": "春节", "name_en": "Spring Festival", "from": "2027-02-04", "to": "2027-02-10"}
    year = {"year": 2027, "published": True, "off": [spring], "work": [{"days": ["2027-01-30", "2027-02-13"]}]}
    published = load_calendars(FOLDER, CalendarEdits(years={2027: year})).default

    def dues(start, days):
        return [calendar.add_working_days(at(start), days) for calendar in (OFFICE, published)]

    assert dues("2027-02-03 10:00", 5) == [at("2027-02-12 17:30"), at("2027-02-16 17:30")]
    assert dues("2027-01-29 10:00", 2) == [at("2027-02-02 17:30"), at("2027-02-01 17:30")]
    assert dues("2026-12-24 10:00", 5) == [at("2026-12-31 17:30")] * 2
    assert OFFICE.is_provisional(at("2027-02-12 17:30").date())
    assert not published.is_provisional(at("2027-02-16 17:30").date())


def test_deadlines_at_year_end_run_on_into_the_new_year():
    assert OFFICE.add_working_days(at("2025-12-31 10:00"), 1) == at("2026-01-04 17:30")  # a worked Sunday
    assert OFFICE.add_working_time(at("2025-12-31 17:00"), HOUR) == at("2026-01-04 09:00")
    assert OFFICE.add_natural_days(at("2025-12-17 10:00"), 15) == at("2026-01-04 17:30")
    assert OFFICE.add_working_days(at("2026-12-31 23:59"), 1) == at("2027-01-04 17:30")


def test_deadlines_on_29_february_fall_on_it_and_step_over_it():
    assert OFFICE.add_working_days(at("2024-02-28 10:00"), 1) == at("2024-02-29 17:30")
    assert OFFICE.add_working_days(at("2024-02-29 10:00"), 1) == at("2024-03-01 17:30")
    assert OFFICE.add_natural_days(at("2024-02-14 10:00"), 15) == at("2024-02-29 17:30")
    assert OFFICE.add_natural_days(at("2025-02-14 10:00"), 15) == at("2025-03-03 17:30")  # 1 March is a Saturday
    assert OFFICE.add_natural_days(at("2024-02-29 10:00"), 366) == at("2025-03-03 17:30")


def test_spring_festival_week_with_three_make_up_days_counts_each_of_them():
    spring = {"name": "春节", "name_en": "Spring Festival", "from": "2027-02-05", "to": "2027-02-13"}
    make_up = {"days": ["2027-01-30", "2027-01-31", "2027-02-14"]}
    year = {"year": 2027, "published": True, "off": [spring], "work": [make_up]}
    calendar = load_calendars(FOLDER, CalendarEdits(years={2027: year})).default
    start = at("2027-01-29 10:00")
    ends = [calendar.add_working_days(start, days) for days in (1, 2, 6, 7, 8)]
    assert ends == [at(f"2027-{day} 17:30") for day in ("01-30", "01-31", "02-04", "02-14", "02-15")]
    assert len(calendar.make_up_days(start, ends[-1])) == 3
    assert calendar.add_working_time(at("2027-02-04 17:00"), HOUR) == at("2027-02-14 09:00")


def test_the_three_make_up_days_before_and_after_the_spring_festival_of_2026_count():
    assert OFFICE.add_working_days(at("2025-12-31 10:00"), 1) == at("2026-01-04 17:30")
    assert OFFICE.add_working_days(at("2026-02-13 10:00"), 1) == at("2026-02-14 17:30")
    assert OFFICE.add_working_days(at("2026-02-14 10:00"), 5) == at("2026-02-28 17:30")


def test_seasonal_shifts_that_change_in_the_middle_of_a_limit_count_each_day_by_its_own_hours():
    calendar = calendar_with({"from": "2026-01-01", "season": ["06-01", "08-31"], "shifts": ["08:00-12:00"]})
    # Friday 29 May: half an hour until 17:30; Monday and Tuesday four hours each; half an hour on Wednesday.
    assert calendar.add_working_time(at("2026-05-29 17:00"), 9 * HOUR) == at("2026-06-03 08:30")
    assert calendar.add_working_days(at("2026-05-28 10:00"), 1) == at("2026-05-29 17:30")
    assert calendar.add_working_days(at("2026-05-29 10:00"), 1) == at("2026-06-01 12:00")
    # Monday 31 August in summer hours, Tuesday in winter hours again.
    assert calendar.add_working_time(at("2026-08-31 11:00"), 2 * HOUR) == at("2026-09-01 09:30")


def test_several_shifts_a_day_are_all_counted():
    calendar = calendar_with({"shifts": ["06:00-07:00", "09:00-10:00", "12:00-13:00", "20:00-24:00"]})
    assert calendar.add_working_time(at("2026-07-06 06:30"), 3 * HOUR) == at("2026-07-06 20:30")
    assert calendar.add_working_time(at("2026-07-06 23:30"), HOUR) == at("2026-07-07 06:30")
    assert calendar.working_time_between(at("2026-07-06 00:00"), at("2026-07-07 00:00")) == 7 * HOUR
