"""Finding a place by typing: its Chinese name, its pinyin whole or begun, or the first letters; every reading of a character counts."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from jiesu.kit.text import fold
from jiesu.units.organisation import LEVELS, Organisation, Place

os.environ.setdefault(
    "PYPINYIN_NO_PHRASES", "true"
)  # readings of single characters are enough, and a tenth of the memory
from pypinyin import Style, pinyin

__all__ = ["find_places", "fits"]

#: A name as the readings of its characters: {"xin"}, {"cheng"}, {"qu", "ou"}.
Readings = tuple[frozenset[str], ...]


class Index(NamedTuple):
    """Every place's readings, and by letter where in which name a syllable begins with it, the earliest places of a name first."""

    readings: Mapping[str, Readings]
    begins: Mapping[str, Sequence[tuple[str, int]]]


def find_places(organisation: Organisation, query: str, *, most: int) -> list[Place]:
    """The best first. Several words narrow it down from above: `新城 公主府`, `xcq gzf`. The city itself is no answer."""
    *around, wanted = [fold(word) for word in query.replace("/", " ").split()] or [""]
    if not wanted:
        return []
    index = _index(organisation)
    ranked = [
        (rank, LEVELS.index(place.level), len(place.name), code)
        for code, rank in (_spelt(index, wanted) | _written(organisation, wanted)).items()
        if (place := organisation.places[code]).level != LEVELS[0]
    ]
    found = [organisation.places[code] for *_, code in sorted(ranked)]
    return list(islice((place for place in found if _within(organisation, index, place, around)), most))


@lru_cache(maxsize=2)
def _index(organisation: Organisation) -> Index:
    """Made once for each snapshot of the organisation."""
    readings = {code: _readings(place.name) for code, place in organisation.places.items()}
    begins: dict[str, dict[tuple[str, int], None]] = defaultdict(dict)
    for code, name in readings.items():
        for at, some in enumerate(name):
            for reading in some:
                begins[reading[0]][code, at] = None
    return Index(readings, {letter: tuple(found) for letter, found in begins.items()})


def _readings(name: str) -> Readings:
    """Characters without a reading stand for themselves."""
    found = pinyin(list(fold(name)), style=Style.NORMAL, heteronym=True, v_to_u=False)
    return tuple(frozenset(reading.replace("ü", "v") for reading in one) for one in found)


def _written(organisation: Organisation, wanted: str) -> dict[str, int]:
    """Places whose name has the characters: 0 for the whole name, 1 for its beginning, 2 within it."""
    return {
        code: 0 if place.name == wanted else 1 if place.name.startswith(wanted) else 2
        for code, place in organisation.places.items()
        if wanted in place.name
    }


def _spelt(index: Index, wanted: str) -> dict[str, int]:
    """Places whose name the letters spell: 3 from its beginning, 4 from within."""
    found: dict[str, int] = {}
    for code, at in index.begins.get(wanted[0], ()) if wanted.isascii() else ():
        if code not in found and _spells(index.readings[code], at, wanted):
            found[code] = 3 + (at > 0)
    return found


def _spells(readings: Readings, at: int, typed: str) -> bool:
    """Whether the letters are whole syllables, beginnings of syllables or first letters of these characters, in order."""
    if not typed:
        return True
    if at == len(readings):
        return False
    ends = {end for reading in readings[at] for end in range(1, len(reading) + 1) if typed.startswith(reading[:end])}
    return any(_spells(readings, at + 1, typed[end:]) for end in ends)


def _within(organisation: Organisation, index: Index, place: Place, around: list[str]) -> bool:
    """Whether every word is found in the name of one of the places around it."""
    above = [(one.name, index.readings[one.code]) for one in organisation.ancestors_of_place(place.code)]
    return all(any(_names(name, some, word) for name, some in above) for word in around)


def fits(name: str, typed: str) -> bool:
    """Whether a name holds what was typed, or begins that way in pinyin or first letters at any of its characters."""
    return _names(fold(name), _readings(name), fold(typed))


def _names(name: str, readings: Readings, word: str) -> bool:
    return word in name or any(_spells(readings, at, word) for at in range(len(readings)))
