"""What pages say in the reader's language: Chinese is the source, English in the catalogues of en/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from jiesu.kit.locale import Locale

__all__ = ["CATALOGUES", "N_", "Say", "catalogue", "english", "speaker"]

CATALOGUES = sorted((Path(__file__).parent / "en").glob("*.po"))

#: A sentence in Chinese and what fills its braces → the sentence in the reader's language.
Say = Callable[..., str]


def N_(text: str) -> str:  # noqa: N802 - gettext's own name
    """Mark a sentence that is translated where it is shown."""
    return text


@cache
def english() -> Mapping[str, str]:
    """Chinese → English, from `en/*.po`: one file a kind of page, `shared.po` for what several say."""
    return {zh: en for path in CATALOGUES for zh, en in catalogue(path)}


def catalogue(path: Path) -> list[tuple[str, str]]:
    """One file's sentences, each with its English."""
    with path.open("rb") as file:
        return [(str(message.id), str(message.string)) for message in read_po(file) if message.id and message.string]


def speaker(locale: Locale) -> Say:
    """The `_` of templates. A sentence missing in English stays Chinese; a test finds it."""
    table = english() if locale == "en" else {}

    def say(text: str, **blanks: Any) -> str:
        found = table.get(text, text)
        return found.format_map(blanks) if blanks else found

    return say
