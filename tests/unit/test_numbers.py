"""Numbers that survive the telephone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesu.kit.numbers import ALPHABET, CODE_LENGTH, format_number, normalise_number, query_code

NUMBERS = st.builds(
    format_number, st.dates(min_value=date(2020, 1, 1), max_value=date(2099, 12, 31)), st.integers(1, 9_999_999)
)


def test_a_number_shows_the_day_and_the_sequence():
    number = format_number(date(2026, 11, 23), 42)
    assert number[:-1] == "HH20261123-00042-"


@given(NUMBERS)
def test_a_number_is_known_again_however_it_is_typed(number: str):
    for typed in (
        number,
        number.lower(),
        number.replace("-", ""),
        number.replace("-", "\u2011"),
        f" {number[:10]} {number[10:]}\u3000",
    ):
        assert normalise_number(typed) == number


@given(NUMBERS, st.data())
def test_every_single_wrong_digit_is_found(number: str, data: st.DataObject):
    places = [at for at, character in enumerate(number) if character.isdigit()]
    at = data.draw(st.sampled_from(places))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[at]]))
    assert normalise_number(number[:at] + wrong + number[at + 1 :]) is None


@pytest.mark.parametrize("text", ["", "HH", "HH2026112-00042-7", "XX20261123-00042-7", "HH20261123-00042", "诉求"])
def test_what_is_no_number_is_none(text: str):
    assert normalise_number(text) is None


def test_query_codes_have_no_letters_that_sound_or_look_alike():
    codes = {query_code() for _ in range(500)}
    assert len(codes) == 500
    assert {len(code) for code in codes} == {CODE_LENGTH}
    assert set("".join(codes)) <= set(ALPHABET)
    assert set(ALPHABET).isdisjoint("0O1IL2Z5S8B")
