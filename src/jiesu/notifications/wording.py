"""The sentences sent to petitioners, read from `config/messages/petitioner.toml`."""

from __future__ import annotations

import string
from collections.abc import Mapping
from pathlib import Path

import msgspec

from jiesu.kit.config import ConfigMistake, convert, read_toml

__all__ = ["WORDS", "Wording", "load_wording"]

#: Which messages there are, and which blanks each may use.
WORDS: Mapping[str, frozenset[str]] = {
    "receipt": frozenset({"number", "code", "due", "link"}),
    "receipt_dispatched": frozenset({"number", "code", "unit", "due", "link"}),
    "dispatched": frozenset({"number", "unit", "due"}),
    "need_info": frozenset({"number", "question", "link"}),
    "need_info_reminder": frozenset({"number", "question", "link"}),
    "answered": frozenset({"number", "reply"}),
    "diverted": frozenset({"number", "reply"}),
    "survey": frozenset({"number", "result", "link"}),
    "answer_changed": frozenset({"number", "link"}),
    "survey_reminder": frozenset({"number", "link"}),
    "dispatched_moved": frozenset({"number", "unit", "old", "due"}),
    "dispatched_passed": frozenset({"number", "unit", "old"}),
    "progress": frozenset({"number", "text", "link"}),
    "plan": frozenset({"number", "plan", "link"}),
    "listed": frozenset({"number", "plan", "until", "link"}),
    "listed_together": frozenset({"number", "until", "link"}),
    "extended": frozenset({"number", "old", "new", "reason"}),
    "moved": frozenset({"number", "old", "new", "reason"}),
    "moved_passed": frozenset({"number", "old", "reason"}),
    "accepted": frozenset({"number", "unit", "document", "due", "link"}),
    "not_accepted": frozenset({"number", "document", "reason", "link"}),
    "opinion": frozenset({"number", "document", "link"}),
    "split": frozenset({"number", "count", "units", "link"}),
    "unsplit": frozenset({"number", "link"}),
    "merged": frozenset({"number", "link"}),
    "unmerged": frozenset({"number", "link"}),
    "recheck_asked": frozenset({"number", "stage", "unit", "due", "link"}),
    "recheck_decided": frozenset({"number", "stage", "verdict", "document", "link"}),
    "recheck_revoked": frozenset({"number", "stage", "unit", "due", "document", "link"}),
    "hearing": frozenset({"number", "unit", "link"}),
    "converted": frozenset({"number", "track", "old", "new", "reason"}),
    "converted_passed": frozenset({"number", "track", "old", "reason"}),
    "rework": frozenset({"number", "unit"}),
    "reopened": frozenset({"number", "unit"}),
    "calendar_moved": frozenset({"number", "old", "new"}),
    "reception_booked": frozenset({"number", "when", "place", "leader"}),
    "reception_cancelled": frozenset({"number", "when", "reason"}),
    "access_code": frozenset({"code", "minutes"}),
}
#: Result, reply, plan, news, reason and question are cut to this in a message; the page has the whole.
LONGEST = 120


class _Message(msgspec.Struct, forbid_unknown_fields=True):
    zh: str
    en: str


class Wording:
    """Messages by name and language."""

    def __init__(self, messages: Mapping[str, _Message]) -> None:
        self._messages = messages

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wording) and self._messages == other._messages

    __hash__ = None  # type: ignore[assignment]

    def say(self, name: str, locale: str = "zh", **blanks: str) -> str:
        """The filled-in sentence; long texts are cut with an ellipsis."""
        short = {key: text if key == "link" else _cut(text) for key, text in blanks.items()}
        message = self._messages[name]
        return (message.en if locale == "en" else message.zh).format_map(short)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def load_wording(path: Path) -> Wording:
    """Raises ConfigMistake for a missing message, or one with a blank that nothing fills."""
    written = read_toml(path)
    messages = {name: convert(message, _Message, path, name) for name, message in written.items()}
    for name in WORDS:
        if name not in messages:
            raise ConfigMistake(path, name, None, "add this message with zh and en.")
    for name, message in messages.items():
        if name not in WORDS:
            raise ConfigMistake(path, name, None, f"remove it; known are {', '.join(WORDS)}.")
        for locale in ("zh", "en"):
            _check(path, f"{name}.{locale}", getattr(message, locale), WORDS[name])
    return Wording(messages)


def _check(path: Path, key: str, text: str, known: frozenset[str]) -> None:
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as problem:
        raise ConfigMistake(path, key, text, f"mend the braces ({problem}).") from problem
    for blank in used - known:
        raise ConfigMistake(path, key, f"{{{blank}}}", f"this message can use {', '.join(sorted(known))}.")
