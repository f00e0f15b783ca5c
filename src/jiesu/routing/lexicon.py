"""Weighted words that indicate something, and how strongly a text carries them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from jiesu.kit.text import fold

__all__ = ["Hit", "Lexicon", "Word", "words"]


class Word(NamedTuple):
    """One indication of a meaning: all `parts` must occur in the folded text."""

    meaning: str
    shown: str
    parts: tuple[str, ...]
    weight: float


class Hit(NamedTuple):
    """A word found; `weight` includes the share for standing in the title."""

    meaning: str
    word: str
    weight: float


def words(meaning: str, weighted: Mapping[str, str]) -> list[Word]:
    """`{"3": "甲 乙+丙"}` → words of one meaning. Raises ValueError when a weight is not a number."""
    return [
        Word(meaning, word, tuple(fold(part) for part in word.split("+")), float(weight))
        for weight, listed in weighted.items()
        for word in listed.split()
    ]


class Lexicon:
    """Words of many meanings, searched in one pass over the distinct parts."""

    def __init__(self, entries: Iterable[Word]) -> None:
        self._entries = tuple(entries)
        #: By the first two characters: searching only for parts whose beginning occurs is far cheaper.
        self._by_start: dict[str, list[str]] = {}
        for part in {part for entry in self._entries for part in entry.parts}:
            self._by_start.setdefault(part[:2], []).append(part)
        self._by_part: dict[str, list[int]] = {}
        for number, entry in enumerate(self._entries):
            self._by_part.setdefault(entry.parts[0], []).append(number)

    def hits(self, title: str, text: str, *, title_share: float = 0.0) -> list[Hit]:
        """Every word that occurs in title or text, each once, in the lexicon's order.

        `title_share` of its weight is added to a word the title has.
        """
        title = fold(title)
        whole = f"{title}\n{fold(text)}"
        found = self._found(whole)
        in_title = {part for part in found if part in title}
        candidates = sorted(number for part in found for number in self._by_part.get(part, ()))
        return [
            Hit(entry.meaning, entry.shown, entry.weight * (1 + title_share * in_title.issuperset(entry.parts)))
            for entry in map(self._entries.__getitem__, candidates)
            if found.issuperset(entry.parts)
        ]

    def _found(self, text: str) -> set[str]:
        starts = {text[at : at + 2] for at in range(len(text))} | set(text)
        return {part for start in starts & self._by_start.keys() for part in self._by_start[start] if part in text}
