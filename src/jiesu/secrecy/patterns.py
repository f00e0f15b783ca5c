"""What makes a text look classified, read from `config/classified.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from jiesu.kit.config import ConfigMistake, convert, read_toml
from jiesu.kit.locale import Locale
from jiesu.kit.text import fold

__all__ = ["Finding", "SecrecyPolicy", "load_secrecy"]


@dataclass(frozen=True)
class Finding:
    """A place that looks classified: what kind of thing it is in both languages, and the words themselves."""

    zh: str
    en: str
    words: str

    def say(self, locale: Locale) -> str:
        """`部队番号“…”`"""
        return f"{self.en} “{self.words}”" if locale == "en" else f"{self.zh}“{self.words}”"


@dataclass(frozen=True)
class SecrecyPolicy:
    """The patterns, and the unit that reviews what they find."""

    keeper: str
    patterns: tuple[tuple[str, str, re.Pattern[str]], ...]

    def findings(self, texts: Iterable[str | None]) -> list[Finding]:
        """Whatever looks classified, each words once, in order. White space and full-width forms hide nothing."""
        found: dict[str, Finding] = {}
        for text in texts:
            plain = fold(text or "")
            for zh, en, pattern in self.patterns:
                found |= {match[0]: Finding(zh, en, match[0]) for match in pattern.finditer(plain)}
        return list(found.values())


class _Pattern(msgspec.Struct, forbid_unknown_fields=True):
    zh: str
    en: str
    match: str


class _File(msgspec.Struct, forbid_unknown_fields=True):
    keeper: str
    pattern: list[_Pattern]


def load_secrecy(path: Path) -> SecrecyPolicy:
    """Raises ConfigMistake, also for a pattern that cannot be read or that finds something in nothing."""
    file = convert(read_toml(path), _File, path)
    return SecrecyPolicy(file.keeper, tuple(_compiled(path, place, one) for place, one in enumerate(file.pattern)))


def _compiled(path: Path, place: int, one: _Pattern) -> tuple[str, str, re.Pattern[str]]:
    try:
        pattern = re.compile(one.match)
    except re.error as error:
        raise ConfigMistake(path, f"pattern[{place}].match", one.match, f"mend the pattern ({error}).") from error
    if pattern.search(""):
        raise ConfigMistake(path, f"pattern[{place}].match", one.match, "make it match at least one character.")
    return one.zh, one.en, pattern
