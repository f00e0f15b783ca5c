"""Reply templates, read from `config/replies.toml`: what officers often write, with blanks that the system fills."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from jiesu.kit.config import ConfigMistake, convert, read_toml
from jiesu.kit.locale import Locale

__all__ = ["BLANKS", "FIELDS", "Replies", "Reply", "load_replies"]

#: Steps that write to a petitioner or of them, and the field of the form that takes the text.
FIELDS: Mapping[str, str] = {
    "contact": "note",
    "inform": "text",
    "submit": "result",
    "answer": "text",
    "plan": "plan",
    "request_info": "question",
    "divert": "pointer",
    "note": "text",
}
#: name: how the petitioner is addressed; due: when they have an answer; officer and unit: who writes.
BLANKS = frozenset({"name", "number", "unit", "officer", "due", "result", "category", "today"})
#: A text of a step takes no more.
LONGEST = 2000


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    zh: Annotated[str, Meta(min_length=1, max_length=40)]
    en: Annotated[str, Meta(min_length=1, max_length=80)]


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    steps: Annotated[list[str], Meta(min_length=1)]
    name: _Words
    text: Annotated[str, Meta(min_length=1, max_length=LONGEST)]
    categories: list[str] = []


@dataclass(frozen=True)
class Reply:
    """One template; without categories it serves all."""

    code: str
    steps: frozenset[str]
    categories: tuple[str, ...]
    zh: str
    en: str
    text: str

    def name(self, locale: Locale) -> str:
        """How the list calls it."""
        return self.en if locale == "en" else self.zh

    def serves(self, category: str | None) -> bool:
        """Whether it fits a matter of that category; a first-level code serves all below it."""
        return not self.categories or (category or "").startswith(self.categories)


@dataclass(frozen=True)
class Replies:
    """All templates in the order of the file, those of a category first when it is asked for."""

    all: tuple[Reply, ...]

    def for_category(self, category: str | None) -> list[Reply]:
        """The templates that fit, the most particular first."""
        return sorted((reply for reply in self.all if reply.serves(category)), key=lambda reply: not reply.categories)


def load_replies(path: Path) -> Replies:
    """Raises ConfigMistake for an unknown step, a category that is no code, or a blank that nothing fills."""
    written = read_toml(path)
    return Replies(tuple(_reply(path, code, convert(raw, _Entry, path, code)) for code, raw in written.items()))


def _reply(path: Path, code: str, entry: _Entry) -> Reply:
    for step in entry.steps:
        if step not in FIELDS:
            raise ConfigMistake(path, f"{code}.steps", step, f"use steps that take a text: {', '.join(FIELDS)}.")
    for category in entry.categories:
        if not (category.isdigit() and len(category) in (2, 4)):
            raise ConfigMistake(path, f"{code}.categories", category, "use codes of categories.toml: 04 or 0402.")
    _check_blanks(path, f"{code}.text", entry.text)
    names = entry.name
    return Reply(code, frozenset(entry.steps), tuple(entry.categories), names.zh, names.en, entry.text.strip())


def _check_blanks(path: Path, key: str, text: str) -> None:
    try:
        used = {blank for _, blank, _, _ in string.Formatter().parse(text) if blank is not None}
    except ValueError as problem:
        raise ConfigMistake(path, key, text, f"mend the braces ({problem}).") from problem
    for blank in sorted(used - BLANKS):
        raise ConfigMistake(path, key, f"{{{blank}}}", f"a reply can use {', '.join(sorted(BLANKS))}.")
