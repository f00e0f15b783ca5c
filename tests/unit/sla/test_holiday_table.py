"""The page a clerk checks by hand is what the program says."""

from pathlib import Path

from bench.holidays import CASES, page

PAGE = Path(__file__).parents[3] / "docs" / "deadlines-2025-2027.md"


def test_the_committed_page_is_what_is_generated():
    assert PAGE.read_text(encoding="utf-8") == page(), "python bench/holidays.py > docs/deadlines-2025-2027.md"


def test_it_has_thirty_deadlines_and_every_holiday_of_each_year():
    assert sum(map(len, CASES.values())) == 30
    for cases in CASES.values():
        named = "".join(case.holiday for case in cases)
        assert all(holiday in named for holiday in ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"))


def test_only_what_falls_due_in_2027_is_provisional():
    text = page()
    assert text.count("，暂定 provisional |") == text.count("到期：2027年") == len(CASES[2027])
