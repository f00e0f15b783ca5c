"""How many short messages a text takes: operators charge for each."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Length", "length_of"]

#: Characters of one message, and of each part of a longer one, which carries its place among the parts.
CHINESE, CHINESE_PART = 70, 67
PLAIN, PLAIN_PART = 160, 153


class Length(NamedTuple):
    """Characters, and the messages they make."""

    characters: int
    messages: int


def length_of(text: str) -> Length:
    """As networks count it: UCS-2 as soon as one character is not plain ASCII, where a rare character counts as two."""
    plain = text.isascii()
    characters = len(text) if plain else len(text.encode("utf-16-le")) // 2
    whole, part = (PLAIN, PLAIN_PART) if plain else (CHINESE, CHINESE_PART)
    return Length(characters, 1 if characters <= whole else -(-characters // part))
