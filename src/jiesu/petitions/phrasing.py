"""The words of the documents, read from `config/documents.toml`; their layout is in the templates beside it."""

from __future__ import annotations

import string
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from jiesu.kit.config import ConfigMistake, convert, read_toml
from jiesu.petitions.words import DocumentKind

__all__ = ["BLANKS", "Phrasing", "load_phrasing"]

#: Which blanks the text of each kind may use, beside those of all.
COMMON = frozenset({"ticket", "title", "registered", "organ", "above"})
BLANKS: Mapping[DocumentKind, frozenset[str]] = {
    DocumentKind.ACCEPTANCE: COMMON | {"due"},
    DocumentKind.REFUSAL: COMMON | {"reason", "basis"},
    DocumentKind.DIVERSION: COMMON | {"route", "pointer"},
    DocumentKind.EXTENSION: COMMON | {"old", "due", "reason"},
    DocumentKind.OPINION: COMMON | {"result"},
    DocumentKind.RECHECK: COMMON | {"result", "reason", "verdict", "disputed", "asked"},
    DocumentKind.REVIEW: COMMON | {"result", "reason", "verdict", "disputed", "asked"},
}

#: These may revoke another, and then say so in words of their own.
ANEW = frozenset({DocumentKind.RECHECK, DocumentKind.REVIEW})


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=40)]
    title_en: Annotated[str, Meta(min_length=1, max_length=60)]
    series: Annotated[str, Meta(min_length=1, max_length=12)]
    template: Annotated[str, Meta(pattern="^[a-z]+$")]
    text: Annotated[str, Meta(min_length=1, max_length=4000)]
    #: Of a recheck or review that revokes what it was asked about.
    anew: Annotated[str, Meta(max_length=4000)] = ""


class Phrasing(msgspec.Struct, frozen=True):
    """Titles, series, texts and templates by kind; `above_the_top` is the organ above the whole network."""

    above_the_top: str
    kinds: Mapping[DocumentKind, _Words]
    folder: Path

    def title(self, kind: DocumentKind, locale: str = "zh") -> str:
        """How people call it."""
        words = self.kinds[kind]
        return words.title_en if locale.startswith("en") else words.title

    def number(self, kind: DocumentKind, year: int, count: int) -> str:
        """退信受〔2026〕12号"""
        return f"{self.kinds[kind].series}〔{year}〕{count}号"

    def body(self, kind: DocumentKind, blanks: Mapping[str, str], *, anew: bool = False) -> str:
        """The paragraphs, one a line; what was filled in keeps its own lines."""
        words = self.kinds[kind]
        lines = (words.anew if anew else words.text).format_map(blanks).splitlines()
        return "\n".join(line.strip() for line in lines if line.strip())

    def template(self, kind: DocumentKind) -> Path:
        """The Word file that the words are put in."""
        return self.folder / f"{self.kinds[kind].template}.docx"

    @property
    def receipt(self) -> Path:
        """The Word file of the record that a document was handed over (送达回证)."""
        return self.folder / "receipt.docx"


def load_phrasing(path: Path) -> Phrasing:
    """Raises ConfigMistake for a kind without words, a blank that nothing fills, or a template that is not there."""
    written = read_toml(path)
    above = convert(written.pop("above_the_top", None), str, path, "above_the_top")
    kinds = {}
    for kind in DocumentKind:
        if kind not in written:
            raise ConfigMistake(path, kind, None, "add title, title_en, series, template and text.")
        kinds[kind] = convert(written.pop(kind), _Words, path, kind)
        _check(path, kind, "text", kinds[kind].text, BLANKS[kind])
        if (kind in ANEW) != bool(kinds[kind].anew):
            remedy = "write what it says when it revokes an opinion." if kind in ANEW else "remove it."
            raise ConfigMistake(path, f"{kind}.anew", None, remedy)
        _check(path, kind, "anew", kinds[kind].anew, BLANKS[kind] | {"handler", "due"})
    for unknown in written:
        raise ConfigMistake(path, unknown, None, f"remove it; known are {', '.join(DocumentKind)}.")
    phrasing = Phrasing(above, kinds, path.with_suffix(""))
    for kind in DocumentKind:
        if not phrasing.template(kind).is_file():
            raise ConfigMistake(
                path, f"{kind}.template", kinds[kind].template, f"put {phrasing.template(kind)} in place."
            )
    if not phrasing.receipt.is_file():
        raise ConfigMistake(path, "receipt", None, f"put {phrasing.receipt} in place.")
    return phrasing


def _check(path: Path, kind: DocumentKind, key: str, text: str, known: Set[str]) -> None:
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as problem:
        raise ConfigMistake(path, f"{kind}.{key}", None, f"mend the braces ({problem}).") from problem
    for blank in used - known:
        raise ConfigMistake(path, f"{kind}.{key}", f"{{{blank}}}", f"use {', '.join(sorted(known))}.")
