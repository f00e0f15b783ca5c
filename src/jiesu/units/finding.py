"""Finding a place by typing: its Chinese name, its pinyin whole or begun, or the first letters; every reading of a character counts."""

from __future__ import annotations

import os
from functools import lru_cache

from jiesu.kit.text import fold
from jiesu.units.organisation import LEVELS, Organisation, Place

os.environ.setdefault(
    "PYPINYIN_NO_PHRASES", "true"
)  # readings of single characters are enough, and a tenth of the memory
from pypinyin import Style, pinyin

__all__ = ["find_places"]

#: A name as the readings of its characters: {"xin"}, {"cheng"}, {"qu", "ou"}.
Readings = tuple[frozenset[str], ...]


def find_places(organisation: Organisation, query: str, *, most: int) -> list[Place]:
    """The best first. Several words narrow it down from above: `新城 公主府`, `xcq gzf`. The city itself is no answer."""
    *around, wanted = [fold(word) for word in query.replace("/", " ").split()] or [""]
    if not wanted:
        return []
    index = _index(organisation)
    ranked = [
        (rank, LEVELS.index(place.level), len(place.name), place.code)
        for place in organisation.places.values()
        if place.level != LEVELS[0] and (rank := _rank(place.name, index[place.code], wanted)) is not None
    ]
    found = [organisation.places[code] for *_, code in sorted(ranked)]
    return [place for place in found if _within(organisation, index, place, around)][:most]


@lru_cache(maxsize=2)
def _index(organisation: Organisation) -> dict[str, Readings]:
    """Every place's readings, made once for each snapshot of the organisation."""
    return {code: _readings(place.name) for code, place in organisation.places.items()}


def _readings(name: str) -> Readings:
    """Characters without a reading stand for themselves."""
    found = pinyin(list(fold(name)), style=Style.NORMAL, heteronym=True, v_to_u=False)
    return tuple(frozenset(reading.replace("ü", "v") for reading in one) for one in found)


def _rank(name: str, readings: Readings, wanted: str) -> int | None:
    """0 the whole name, 1 its beginning, 2 within it; 3 and 4 the same by pinyin; None when it does not match."""
    if wanted in name:
        return 0 if name == wanted else 1 if name.startswith(wanted) else 2
    if not wanted.isascii():
        return None
    at = next((at for at in range(len(readings)) if _spells(readings[at:], wanted)), None)
    return None if at is None else 3 + (at > 0)


def _spells(readings: Readings, typed: str) -> bool:
    """Whether the letters are whole syllables, beginnings of syllables or first letters of these characters, in order."""
    if not typed:
        return True
    if not readings:
        return False
    first, rest = readings[0], readings[1:]
    ends = {end for reading in first for end in range(1, len(reading) + 1) if typed.startswith(reading[:end])}
    return any(_spells(rest, typed[end:]) for end in ends)


def _within(organisation: Organisation, index: dict[str, Readings], place: Place, around: list[str]) -> bool:
    above = organisation.ancestors_of_place(place.code)
    return all(any(_rank(one.name, index[one.code], word) is not None for one in above) for word in around)
