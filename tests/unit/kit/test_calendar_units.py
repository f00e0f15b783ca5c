"""Units that keep other hours, in the folder or by the administrator's edits, under the holidays all share."""

import shutil
from datetime import date, datetime, timedelta

import pytest

from jiesu.kit.calendar import CalendarEdits, load_calendars
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.config import ConfigMistake
from tests.unit.kit.other_hours import FOLDER

UNIT = "VS-150121"
FILE = f'[units."{UNIT}"]\nschedule = [{{ from = 2000-01-01, shifts = ["09:00-12:00", "13:30-17:00"] }}]\n'
NINE_TO_FIVE = {"schedule": [{"from": "2000-01-01", "shifts": ["09:00-17:00"]}]}
YEAR_2027 = {
    "year": 2027,
    "published": True,
    "off": [{"name": "春节", "name_en": "Spring Festival", "from": "2027-02-05", "to": "2027-02-12"}],
    "work": [{"days": ["2027-01-31", "2027-02-14"]}],
}


@pytest.fixture
def folder(tmp_path):
    """A copy of the real calendar folder that a test may change."""
    return shutil.copytree(FOLDER, tmp_path / "calendar")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def close(calendar, day):
    return calendar.add_working_days(at(f"{day} 10:00"), 1).astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def test_nobody_keeps_other_hours_as_shipped():
    calendars = load_calendars(FOLDER)
    assert dict(calendars.own) == {}
    assert calendars.of(UNIT) is calendars.of(None) is calendars.default


def test_a_folder_without_a_file_for_units_is_in_order(folder):
    (folder / "units.toml").unlink()
    assert dict(load_calendars(folder).own) == {}


def test_a_unit_keeps_the_hours_the_file_gives_it_and_nobody_else_does(folder):
    (folder / "units.toml").write_text(FILE, encoding="utf-8")
    calendars = load_calendars(folder)
    assert close(calendars.of(UNIT), "2026-11-02") == "11-03 17:00"
    assert close(calendars.of("VS-150122"), "2026-11-02") == "11-03 17:30"


def test_all_units_share_the_holidays_and_the_make_up_days():
    own = load_calendars(FOLDER, CalendarEdits(hours={UNIT: NINE_TO_FIVE})).of(UNIT)
    assert close(own, "2026-09-30") == "10-08 17:00"
    assert close(own, "2026-10-09") == "10-10 17:00"


def test_an_edit_takes_the_place_of_what_the_file_says_of_the_unit(folder):
    (folder / "units.toml").write_text(FILE.replace("09:00", "9"), encoding="utf-8")  # a mistake nobody reads any more
    calendars = load_calendars(folder, CalendarEdits(hours={UNIT: NINE_TO_FIVE}))
    assert calendars.of(UNIT).add_working_time(at("2026-11-02 12:00"), timedelta(hours=1)) == at("2026-11-02 13:00")


def test_empty_hours_mean_the_networks_hours_again(folder):
    (folder / "units.toml").write_text(FILE, encoding="utf-8")
    calendars = load_calendars(folder, CalendarEdits(hours={UNIT: {"schedule": []}}))
    assert calendars.of(UNIT) is calendars.default


def test_where_a_unit_says_nothing_the_networks_hours_hold():
    hours = {UNIT: {"schedule": [{"from": "2026-12-01", "until": "2027-03-31", "shifts": ["10:00-16:00"]}]}}
    own = load_calendars(FOLDER, CalendarEdits(hours=hours)).of(UNIT)
    assert [close(own, day) for day in ("2026-11-27", "2026-11-30", "2027-03-31")] == [
        "11-30 17:30", "12-01 16:00", "04-01 17:30",
    ]  # fmt: skip


def test_units_of_the_same_hours_share_one_calendar_and_of_the_same_weekdays_their_days():
    summer = {"from": "2000-01-01", "season": ["06-01", "08-31"], "shifts": ["08:00-12:00"]}
    hours = {"A": NINE_TO_FIVE, "B": NINE_TO_FIVE, "C": {"schedule": [summer]}}
    calendars = load_calendars(FOLDER, CalendarEdits(hours=hours))
    a, b, c = (calendars.of(unit) for unit in "ABC")
    assert a is b
    assert a.version != c.version != calendars.default.version
    assert a.special is c.special is calendars.default.special
    assert a.timeline.days is c.timeline.days is calendars.default.timeline.days


def test_hours_that_change_nothing_make_the_networks_calendar():
    same = {"schedule": [{"from": "2026-01-01", "shifts": ["08:30-12:00", "14:30-17:30"]}]}
    calendars = load_calendars(FOLDER, CalendarEdits(hours={UNIT: same}))
    assert calendars.of(UNIT) is calendars.default


def test_an_edit_publishes_a_year_for_everybody():
    before = load_calendars(FOLDER).default
    edited = load_calendars(FOLDER, CalendarEdits(years={2027: YEAR_2027}, hours={UNIT: NINE_TO_FIVE}))
    for calendar in (edited.default, edited.of(UNIT)):
        assert not calendar.is_provisional(date(2027, 2, 12))
        assert not calendar.is_working_day(date(2027, 2, 12))
        assert calendar.is_working_day(date(2027, 2, 14))
    assert edited.default.version != before.version


def test_an_edit_takes_the_place_of_the_years_file(folder):
    (folder / "2027.toml").write_text("no year at all", encoding="utf-8")
    calendar = load_calendars(folder, CalendarEdits(years={2027: YEAR_2027})).default
    assert calendar.day_name(date(2027, 2, 5)) == "春节"


def test_an_edit_says_the_same_as_a_file_of_the_same_words(folder):
    (folder / "2027.toml").write_text(
        "year = 2027\npublished = true\nwork = [{ days = [2027-01-31, 2027-02-14] }]\n"
        'off = [{ name = "春节", name_en = "Spring Festival", from = 2027-02-05, to = 2027-02-12 }]\n',
        encoding="utf-8",
    )
    by_edit = load_calendars(FOLDER, CalendarEdits(years={2027: YEAR_2027})).default
    assert load_calendars(folder).default.version == by_edit.version


def test_new_year_may_be_arranged_together_with_the_december_before():
    off = {"name": "元旦", "name_en": "New Year's Day", "from": "2026-12-31", "to": "2027-01-02"}
    work = {"days": ["2026-12-26"]}
    year = {"year": 2027, "published": True, "off": [off], "work": [work]}
    calendar = load_calendars(FOLDER, CalendarEdits(years={2027: year})).default
    assert not calendar.is_working_day(date(2026, 12, 31))
    assert calendar.is_working_day(date(2026, 12, 26))


def off(first, last):
    return [{"name": "假", "name_en": "off", "from": first, "to": last}]


@pytest.mark.parametrize(
    ("change", "key", "value", "remedy"),
    [
        ({"year": 2028}, "year", 2028, "write year = 2027"),
        ({"holidays": []}, "", None, "unknown field"),
        ({"off": off("2027-02-30", "2027-03-01")}, "off[0].from", "2027-02-30", "date"),
        ({"off": off("2028-02-05", "2028-02-12")}, "off[0].from", "2028-02-05", "use dates of 2027"),
        ({"off": off("2027-12-30", "2028-01-02")}, "off[0].to", "2028-01-02", "end on a date of 2027"),
        ({"off": off("2026-12-05", "2026-12-06")}, "off[0].to", "2026-12-06", "end on a date of 2027"),
        ({"off": off("2027-02-05", "2027-02-04")}, "off[0].to", "2027-02-04", "on or after the first day"),
        ({"off": off("2027-05-01", "9999-12-31")}, "off[0].to", "9999-12-31", "end on a date of 2027"),
        ({"work": [{"days": ["2027-03-01"]}]}, "work[0].days", "2027-03-01", "a working day anyhow"),
        ({"work": [{"days": ["2027-02-06"]}]}, "work[0].days", "2027-02-06", "named twice"),
        ({"work": [{"days": ["2026-11-01"]}]}, "work[0].days", "2026-11-01", "use dates of 2027"),
        ({"off": []}, "off", None, "a published year has holidays"),
        ({"off": [YEAR_2027["off"][0] | {"name": ""}]}, "off[0].name", "", "length >= 1"),
    ],
)
def test_a_mistake_in_an_edited_year_is_named(change, key, value, remedy):
    with pytest.raises(ConfigMistake, match=remedy) as caught:
        load_calendars(FOLDER, CalendarEdits(years={2027: YEAR_2027 | change}))
    assert (caught.value.file, caught.value.key, caught.value.value) == ("calendar edit 2027", key, value)


def test_a_year_the_calendar_does_not_reach_is_refused():
    with pytest.raises(ConfigMistake, match="from 2000 to 2099") as caught:
        load_calendars(FOLDER, CalendarEdits(years={2150: {"year": 2150, "published": False}}))
    assert caught.value.file == "calendar edit 2150"


def test_weekends_may_be_listed_as_off_and_a_year_may_stay_provisional():
    year = {"year": 2027, "published": False, "off": off("2027-03-06", "2027-03-07")}
    calendar = load_calendars(FOLDER, CalendarEdits(years={2027: year})).default
    assert calendar.day_name(date(2027, 3, 6)) == "假"
    assert calendar.is_provisional(date(2027, 3, 6))


def test_a_make_up_day_may_stand_on_a_weekday_that_would_be_off():
    year = {"year": 2026, "published": True, "work": [{"days": ["2026-10-07"]}]}
    calendar = load_calendars(FOLDER, CalendarEdits(years={2026: year})).default
    assert calendar.is_working_day(date(2026, 10, 7))


@pytest.mark.parametrize(
    ("document", "key", "remedy"),
    [
        ({}, "", "missing required field `schedule`"),
        ({"schedule": [{"from": "2026-01-01", "shifts": ["9-5"]}]}, "schedule[0].shifts", "08:30-12:00"),
        ({"schedule": [{"from": "soon", "shifts": ["09:00-17:00"]}]}, "schedule[0].from", "date"),
        (
            {"schedule": [{"from": "2026-02-01", "until": "2026-01-01", "shifts": ["09:00-17:00"]}]},
            "schedule[0].until",
            "on or after the first day",
        ),
        ({"schedule": NINE_TO_FIVE["schedule"] * 101}, "schedule", "length <= 100"),
    ],
)
def test_a_mistake_in_edited_hours_is_named(document, key, remedy):
    with pytest.raises(ConfigMistake, match=remedy) as caught:
        load_calendars(FOLDER, CalendarEdits(hours={UNIT: document}))
    assert (caught.value.file, caught.value.key) == (f"calendar edit {UNIT}", key)


def test_a_mistake_in_the_file_of_units_is_named(folder):
    (folder / "units.toml").write_text(FILE.replace("17:00", "25:00"), encoding="utf-8")
    with pytest.raises(ConfigMistake, match="the latest end is 24:00") as caught:
        load_calendars(folder)
    assert caught.value.file.endswith("units.toml")
    assert caught.value.key == f'units."{UNIT}".schedule[0].shifts'
