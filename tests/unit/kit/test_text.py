"""Cleaning, forbidden characters and search pieces."""

import pytest

from jiesu.kit.text import bigrams, clean, fold, forbidden_characters, query_bigrams


def test_cleaning_unifies_line_ends_and_composition_and_trims_only_the_ends():
    assert clean("  老兵\r\n补助\r没到账\u2028cafe\u0301 \n") == "老兵\n补助\n没到账\ncafé"


def test_cleaning_removes_nothing_inside():
    inside = "a\u200bb\x00c  d"
    assert clean(inside) == inside


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("优待证\t补办\n第二行", []),
        ("a\x00b\x00c", ["U+0000"]),
        ("\u202e反写\u2066", ["U+202E", "U+2066"]),
        ("半个\ud83d表情", ["U+D83D"]),
        ("😀 完整的表情", []),
        ("bell\x07 next\x85", ["U+0007", "U+0085"]),
    ],
)
def test_forbidden_characters_are_named_once_each(text, found):
    assert forbidden_characters(text) == found


def test_folding_makes_full_width_case_and_spaces_equal():
    assert fold("ＡＰＰ 登 录\n不上？") == "app登录不上?"


def test_bigrams_are_unique_pairs_and_whole_words():
    assert bigrams("老兵老兵，P2 工单ABC60岁") == ["老兵", "兵老", "p2", "工单", "abc60", "岁"]


def test_no_pair_spans_punctuation():
    assert "证补" not in bigrams("优待证，补办")


def test_a_text_matches_every_query_cut_from_one_run_of_it():
    text = "我的残疾抚恤金三月起停发"
    pieces = set(bigrams(text))
    queries = [text[start:end] for start in range(len(text)) for end in range(start + 2, len(text) + 1)]
    assert all(pieces.issuperset(query_bigrams(query)) for query in queries)


def test_a_query_of_one_character_is_that_character_and_of_none_is_empty():
    assert query_bigrams("钱") == ["钱"]
    assert query_bigrams(" ，。! ") == []


def test_a_word_without_end_is_searched_by_its_beginning():
    assert bigrams("a" * 5000) == query_bigrams("a" * 300) == ["a" * 100]
