"""The policy library: what is found first, and what a text cites."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from jiesu.configuration import mistakes
from jiesu.kit.config import ConfigMistake
from jiesu.kit.numerals import number_of, numeral
from jiesu.tickets.library import Cited, load_library

CONFIG = Path(__file__).parents[2] / "config"
TODAY = date(2026, 11, 2)


@pytest.fixture(scope="module")
def library():
    return load_library(CONFIG / "policies")


def test_numbers_are_written_as_laws_write_them():
    assert [numeral(n) for n in (1, 10, 12, 20, 34, 100, 105, 110, 234)] == [
        *("一", "十", "十二", "二十", "三十四", "一百", "一百零五", "一百一十", "二百三十四")
    ]
    assert all(number_of(numeral(n)) == n for n in range(1, 1000))
    assert (number_of("34"), number_of("十十"), number_of("")) == (34, None, None)


def test_what_is_shipped_is_a_dozen_laws_in_order(library):
    assert len({one.policy.code for one in library.articles}) >= 12
    assert mistakes(CONFIG) == []


def test_the_category_comes_first_and_what_no_longer_holds_last(library):
    found = library.search("残疾 抚恤", "0402", TODAY)
    assert found[0].closeness("0402") == 2
    assert found[-1].policy.code == "military-pensions-2004"
    before = library.search("残疾", "0402", date(2010, 1, 1))
    assert before[0].policy.code == "military-pensions-2004"


def test_without_words_only_what_fits_the_category_is_offered(library):
    assert {one.closeness("1105") for one in library.search("", "1105", TODAY)} == {2}
    assert len(library.search("", None, TODAY)) == len(library.articles)
    assert library.search("紫色大象", None, TODAY) == []


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("根据《信访工作条例》第三十四条、第三十五条的规定", ["petition-work-2022/34", "petition-work-2022/35"]),
        ("按《退役军人保障法》第二十一条第二款办理", ["veterans-protection-law/21-2"]),
        ("《中华人民共和国退役军人保障法》第21条", ["veterans-protection-law/21"]),
        ("《军人抚恤优待条例》第三章；《军人抚恤优待条例》第三章", ["military-pensions-2024/chapter-3"]),
        ("依照《烈士褒扬条例》办理", ["martyrs-commemoration-2024/"]),
        ("《红楼梦》第五章，信访工作条例第三十四条", []),
    ],
)
def test_a_text_cites_by_title_and_article(library, text, cited):
    assert [f"{one.policy}/{one.article}" for one in library.cited_in(text, TODAY)] == cited


def test_what_the_library_offers_is_what_it_recognises(library):
    for one in library.articles:
        if one.policy.in_force(TODAY):
            place = one.key if one.key[0].isdigit() or one.key.startswith("chapter-") else ""
            assert library.cited_in(f"依据{one.cite}。", TODAY) == [Cited(one.policy.code, place)]


GOOD = 'title = { zh = "某办法", en = "Some rule" }\nissuer = "某部"\ndocument = "第1号"\nfrom = 2020-01-01\n'


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (GOOD + 'until = 2019-01-01\n[articles.1]\ntext = "x"\n', "until"),
        (GOOD + '[articles.A1]\ntext = "x"\n', "articles.A1"),
        (GOOD + '[articles.1]\ntext = "x"\ncategories = ["4"]\n', "articles.1.categories"),
        (GOOD + '[articles.1]\ntxt = "x"\n', "articles"),
        (GOOD, ""),
    ],
)
def test_a_mistake_in_a_file_is_named(tmp_path, text, key):
    (tmp_path / "rule.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigMistake) as mistake:
        load_library(tmp_path)
    assert (Path(mistake.value.file).name, mistake.value.key.startswith(key)) == ("rule.toml", True)
