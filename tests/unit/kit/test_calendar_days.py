"""Which days are worked: published holidays, make-up days, year files, provisional years."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from jiesu.kit.calendar import OutsideCalendar, load_calendar
from jiesu.kit.config import ConfigMistake

FOLDER = Path(__file__).parents[3] / "config" / "calendar"

PUBLISHED_2027 = """
year = 2027
published = true
[[off]]
name = "春节"
name_en = "Spring Festival"
from = 2027-02-05
to = 2027-02-12
[[work]]
days = [2027-01-31, 2027-02-14]
"""


@pytest.fixture(scope="module")
def calendar():
    return load_calendar(FOLDER)


@pytest.fixture
def folder(tmp_path):
    """A copy of the real calendar folder that a test may change."""
    return shutil.copytree(FOLDER, tmp_path / "calendar")


def days(first, last):
    first, last = date.fromisoformat(first), date.fromisoformat(last)
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


@pytest.mark.parametrize("day", ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"])
def test_the_make_up_days_of_2026_are_worked_at_the_weekend(calendar, day):
    make_up = date.fromisoformat(f"2026-{day}")
    assert make_up.isoweekday() >= 6
    assert calendar.is_working_day(make_up)
    assert calendar.day_name(make_up) == "调休上班"


@pytest.mark.parametrize(
    ("first", "last", "name", "english"),
    [
        ("2026-01-01", "2026-01-03", "元旦", "New Year's Day"),
        ("2026-02-15", "2026-02-23", "春节", "Spring Festival"),
        ("2026-04-04", "2026-04-06", "清明节", "Tomb-sweeping Day"),
        ("2026-05-01", "2026-05-05", "劳动节", "Labour Day"),
        ("2026-06-19", "2026-06-21", "端午节", "Dragon Boat Festival"),
        ("2026-09-25", "2026-09-27", "中秋节", "Mid-Autumn Festival"),
        ("2026-10-01", "2026-10-07", "国庆节", "National Day"),
    ],
)
def test_the_holidays_of_2026_are_off_and_named_in_both_languages(calendar, first, last, name, english):
    for day in days(first, last):
        assert not calendar.is_working_day(day)
        assert (calendar.day_name(day), calendar.day_name(day, "en")) == (name, english)


def test_every_other_day_of_2026_follows_the_week(calendar):
    special = set(chinese_calendar.holidays) | set(chinese_calendar.workdays)
    for day in days("2026-01-01", "2026-12-31"):
        if day not in special:
            assert calendar.is_working_day(day) == (day.isoweekday() <= 5)
            assert calendar.day_name(day) == ("工作日" if day.isoweekday() <= 5 else "周末")


def test_every_day_of_2004_to_2026_agrees_with_the_published_calendar(calendar):
    for day in days("2004-01-01", "2026-12-31"):
        assert calendar.is_working_day(day) == chinese_calendar.is_workday(day), day
        assert not calendar.is_provisional(day)


@pytest.mark.parametrize(
    "day",
    ["2027-01-01", "2027-02-08", "2027-04-05", "2027-05-01", "2027-06-09", "2027-09-15", "2027-10-01", "2090-10-01"],
)
def test_a_year_without_a_calendar_is_provisional_but_knows_the_days_the_law_names(calendar, day):
    assert calendar.is_provisional(date.fromisoformat(day))
    assert not calendar.is_working_day(date.fromisoformat(day))


def test_a_provisional_year_has_no_make_up_days_and_no_bridging_days(calendar):
    assert calendar.is_working_day(date(2027, 10, 4))
    assert not calendar.is_working_day(date(2027, 10, 9))


def test_publishing_a_year_replaces_the_guess_and_changes_the_version(folder):
    before = load_calendar(folder)
    (folder / "2027.toml").write_text(PUBLISHED_2027, encoding="utf-8")
    after = load_calendar(folder)

    assert not after.is_provisional(date(2027, 2, 12))
    assert before.is_working_day(date(2027, 2, 12))
    assert not after.is_working_day(date(2027, 2, 12))
    assert after.is_working_day(date(2027, 2, 14))
    assert after.is_working_day(date(2027, 4, 5))  # the file is the whole truth about its year
    assert before.version != after.version


def test_a_year_file_lies_over_the_library_day_by_day(folder):
    (folder / "2025.toml").write_text(
        "year = 2025\npublished = true\n"
        '[[off]]\nname = "雪灾停工"\nname_en = "snow"\nfrom = 2025-03-03\nto = 2025-03-03\n'
        '[[work]]\nname = "照常上班"\nname_en = "worked"\ndays = [2025-10-08]\n',
        encoding="utf-8",
    )
    calendar = load_calendar(folder)
    assert calendar.day_name(date(2025, 3, 3)) == "雪灾停工"
    assert calendar.is_working_day(date(2025, 10, 8))
    assert not calendar.is_working_day(date(2025, 10, 7))


def test_the_version_depends_on_what_the_files_say_not_on_how(folder):
    before = load_calendar(folder).version
    path = folder / "2026.toml"
    path.write_text("# a remark\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_calendar(folder).version == before


@pytest.mark.parametrize(
    ("content", "key", "remedy"),
    [
        ("year = 2028\npublished = true", "year", "write year = 2027"),
        ("year = 2027\npublished = 1", "published", "Expected `bool`"),
        ("year = 2027\npublished = true\n[[work]]\ndays = [2029-01-02]", "work[0].days", "use dates of 2027"),
        ("year = 2027\npublished = true\n[[work]]\ndays = [2027-01-02, 2027-01-02]", "work[0].days", "named twice"),
        (
            'year = 2027\npublished = true\n[[off]]\nname="a"\nname_en="b"\nfrom = 2027-02-02\nto = 2027-02-01',
            "off[0].to",
            "on or after the first day",
        ),
    ],
)
def test_a_mistake_in_a_year_file_is_named(folder, content, key, remedy):
    (folder / "2027.toml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigMistake, match=remedy) as caught:
        load_calendar(folder)
    assert caught.value.file.endswith("2027.toml")
    assert caught.value.key == key


def test_beyond_its_years_the_calendar_says_so(calendar):
    with pytest.raises(OutsideCalendar, match="2000–2099"):
        calendar.is_working_day(date(2150, 1, 1))
