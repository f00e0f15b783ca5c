"""Finding places by typing: Chinese, pinyin, first letters, and what stands above."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiesu.units.finding import find_places
from jiesu.units.organisation import Organisation
from jiesu.units.sheets import read_places

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return Organisation(read_places(CONFIG / "places.csv").items, ())


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("新城", "新城区"),
        ("xc", "新城区"),
        ("XinCheng", "新城区"),
        ("xincq", "新城区"),
        ("公主府", "新城区 / 海拉尔东路街道 / 公主府社区居委会"),
        ("gzf", "新城区 / 海拉尔东路街道 / 公主府社区居委会"),
        ("helin", "和林格尔县"),
        ("tmtzq", "土默特左旗"),
        ("xcq gzf", "新城区 / 海拉尔东路街道 / 公主府社区居委会"),
        ("呼和浩特 回民", "回民区"),
    ],
)
def test_the_likeliest_place_comes_first(organisation: Organisation, typed: str, first: str):
    assert organisation.full_place_name(find_places(organisation, typed, most=5)[0].code) == first


@pytest.mark.parametrize("typed", ["", "   ", "/", "zzzz", "纽约", "回民区 公主府", "a" * 40])
def test_what_is_nowhere_finds_nothing(organisation: Organisation, typed: str):
    assert find_places(organisation, typed, most=5) == []
