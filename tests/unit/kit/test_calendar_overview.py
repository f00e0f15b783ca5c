"""A year to look at, and what publishing it would change."""

from datetime import date

import pytest

from jiesu.kit.calendar import CalendarEdits, DayView, OutsideCalendar, differences, load_calendars, year_view
from tests.unit.kit.other_hours import CALENDARS, FOLDER

OFFICE = CALENDARS["office"]
EDIT_2027 = {
    "year": 2027,
    "published": True,
    "off": [
        {"name": "元旦", "name_en": "New Year's Day", "from": "2027-01-01", "to": "2027-01-03"},
        {"name": "春节", "name_en": "Spring Festival", "from": "2027-02-05", "to": "2027-02-11"},
    ],
    "work": [{"days": ["2027-02-14"]}],
}


def test_a_year_shows_its_holidays_and_make_up_days_and_no_plain_day():
    view = year_view(OFFICE, 2026)
    assert view.published
    assert len(view.days) == 3 + 9 + 3 + 5 + 3 + 3 + 7 + 6
    assert view.days[0] == DayView(date(2026, 1, 1), "元旦", "New Year's Day", works=False)
    assert [day.date for day in view.days if day.works] == [
        date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10),
    ]  # fmt: skip


def test_a_provisional_year_shows_the_statutory_days_and_says_it_is_not_published():
    view = year_view(OFFICE, 2027)
    assert not view.published
    assert len(view.days) == 13
    assert not any(day.works for day in view.days)


def test_a_year_beyond_the_calendar_is_refused():
    with pytest.raises(OutsideCalendar):
        year_view(OFFICE, 2100)


def test_publishing_a_year_shows_each_date_that_changes_and_no_other():
    published = load_calendars(FOLDER, CalendarEdits(years={2027: EDIT_2027})).default
    changes = {change.date: change for change in differences(OFFICE, published, 2027)}
    weekend_named, bridge, make_up = date(2027, 1, 2), date(2027, 2, 9), date(2027, 2, 14)
    assert (changes[weekend_named].before.name_zh, changes[weekend_named].after.name_zh) == ("周末", "元旦")
    assert (changes[bridge].before.works, changes[bridge].after.works) == (True, False)
    assert (changes[make_up].before.name_zh, changes[make_up].after.name_zh) == ("周末", "调休上班")
    assert changes[date(2027, 4, 5)].after.works  # the edit is the whole truth about its year
    assert date(2027, 1, 1) not in changes
    assert date(2027, 2, 5) not in changes
    assert list(changes) == sorted(changes)


def test_a_year_nobody_touched_has_no_differences():
    published = load_calendars(FOLDER, CalendarEdits(years={2027: EDIT_2027})).default
    assert differences(OFFICE, published, 2026) == differences(OFFICE, OFFICE, 2027) == ()
