"""The text of supervision orders and leaders' instructions, read from `config/messages/orders.toml`."""

from __future__ import annotations

import string
from collections.abc import Mapping
from pathlib import Path

import msgspec

from jiesu.kit.config import ConfigMistake, convert, read_toml

__all__ = ["OrderWording", "load_order_wording"]

#: What lifts a ticket, and what its sentence may use: the date not kept, or how often.
ABOUT: Mapping[str, frozenset[str]] = {
    "late": frozenset({"target", "due"}),
    **dict.fromkeys(("rework", "dissatisfied"), frozenset({"count"})),
    "units_passed": frozenset(),
}
#: What the text may use.
BLANKS = frozenset({"number", "issuer", "unit", "ticket", "title", "demand", "due", "date"})


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    #: With {year} and {count}.
    number: str
    text: str
    #: What the ladder demands where nobody writes it.
    demand: str
    #: What lifted the ticket, for the {about} of `demand`.
    about: dict[str, str] = {}


class OrderWording:
    """Documents by kind: `order` and `instruction`."""

    def __init__(self, documents: Mapping[str, _Document]) -> None:
        self._documents = documents

    def number(self, kind: str, year: int, count: int) -> str:
        """督〔2026〕12号."""
        return self._documents[kind].number.format(year=year, count=count)

    def text(self, kind: str, **blanks: str) -> str:
        """The whole document."""
        return self._documents[kind].text.strip().format_map(blanks)

    def demand(self, kind: str, why: str, **blanks: str) -> str:
        """What is demanded where nobody wrote it; `why` is one of `ABOUT`."""
        document = self._documents[kind]
        return document.demand.format(about=document.about[why].format(**blanks))


def load_order_wording(path: Path) -> OrderWording:
    """Raises ConfigMistake for a missing document, or a blank that nothing fills."""
    written = read_toml(path)
    documents = {name: convert(document, _Document, path, name) for name, document in written.items()}
    if documents.keys() != {"order", "instruction"}:
        raise ConfigMistake(path, "", sorted(documents), "write exactly [order] and [instruction].")
    for name, document in documents.items():
        _check(path, f"{name}.number", document.number, frozenset({"year", "count"}))
        _check(path, f"{name}.text", document.text, BLANKS)
        _check(path, f"{name}.demand", document.demand, frozenset({"about"}) if document.about else frozenset())
        for why, sentence in document.about.items():
            _check(path, f"{name}.about.{why}", sentence, ABOUT.get(why, frozenset()))
    if documents["order"].about.keys() != ABOUT.keys():
        raise ConfigMistake(path, "order.about", sorted(documents["order"].about), f"write exactly {', '.join(ABOUT)}.")
    return OrderWording(documents)


def _check(path: Path, key: str, text: str, known: frozenset[str]) -> None:
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as problem:
        raise ConfigMistake(path, key, text, f"mend the braces ({problem}).") from problem
    for blank in used - known:
        raise ConfigMistake(path, key, f"{{{blank}}}", f"this text can use {', '.join(sorted(known))}.")
