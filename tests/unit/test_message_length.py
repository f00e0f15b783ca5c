"""How many short messages a text takes."""

from __future__ import annotations

import pytest

from jiesu.notifications.length import length_of


@pytest.mark.parametrize(
    ("text", "characters", "messages"),
    [
        ("", 0, 1),
        ("文" * 70, 70, 1),
        ("文" * 71, 71, 2),
        ("文" * 134, 134, 2),
        ("文" * 135, 135, 3),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("a" * 69 + "文", 70, 1),
        ("𠮷" * 35, 70, 1),
        ("𠮷" * 36, 72, 2),
    ],
)
def test_a_chinese_message_holds_seventy_and_its_parts_sixty_seven(text: str, characters: int, messages: int):
    assert length_of(text) == (characters, messages)
