"""What people see of other people's data."""

from __future__ import annotations

import pytest

from jiesu.kit.masking import mask_id_number, mask_name, mask_phone


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13800138000", "138****8000"), ("04711234567", "047****4567"), ("12345", "****45"), (None, None), ("", None)],
)
def test_a_telephone_keeps_its_ends(phone: str | None, shown: str | None):
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(("name", "shown"), [("张建国", "张*"), ("张", "张*"), ("欧阳娜娜", "欧*"), (None, None)])
def test_a_name_is_one_character_and_a_star(name: str | None, shown: str | None):
    assert mask_name(name) == shown


def test_an_id_number_shows_more_inside_than_outside():
    number = "11010519491231002X"
    assert mask_id_number(number, inside=True) == "110105********002X"
    assert mask_id_number(number, inside=False) == "110***********002X"
    assert mask_id_number(None, inside=True) is None
