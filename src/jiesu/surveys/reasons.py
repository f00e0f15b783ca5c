"""不满意的原因: the list to choose from, read from `config/survey.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import msgspec
from msgspec import Meta

from jiesu.errors import Invalid
from jiesu.kit.config import ConfigMistake, convert, read_toml
from jiesu.kit.locale import Locale

__all__ = ["LONGEST", "Reasons", "UnknownReason", "load_reasons"]

#: Letters of a code.
LONGEST = 32


class UnknownReason(Invalid):
    zh = "没有“{reason}”这个原因，请从列出的原因里选。"
    en = "There is no reason “{reason}”; choose from the list."


class _Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: Annotated[str, Meta(min_length=1, max_length=40)]
    en: Annotated[str, Meta(min_length=1, max_length=80)]
    retired: bool = False


class _File(msgspec.Struct, forbid_unknown_fields=True):
    reasons: Annotated[dict[str, _Reason], Meta(min_length=1)]


class Reasons:
    """Reasons by code, in the order of the file."""

    def __init__(self, reasons: Mapping[str, _Reason] | None = None) -> None:
        self._reasons = MappingProxyType(dict(reasons or {}))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reasons) and self._reasons == other._reasons

    __hash__ = None  # type: ignore[assignment]

    @property
    def offered(self) -> tuple[str, ...]:
        """Codes to choose from."""
        return tuple(code for code, reason in self._reasons.items() if not reason.retired)

    def name(self, code: str, locale: Locale = "zh") -> str:
        """How people read it; of one that has left the file the code."""
        reason = self._reasons.get(code)
        return code if reason is None else reason.en if locale == "en" else reason.zh

    def check(self, codes: Iterable[str]) -> None:
        """Raises UnknownReason."""
        for code in codes:
            if code not in self.offered:
                raise UnknownReason("reasons", reason=code[:LONGEST])


def load_reasons(path: Path) -> Reasons:
    """Raises ConfigMistake, also for a code that is no word."""
    reasons = convert(read_toml(path), _File, path).reasons
    for code in reasons:
        if not (code.isascii() and code.isidentifier() and len(code) <= LONGEST):
            raise ConfigMistake(path, f"reasons.{code}", code, f"use small letters and underlines, at most {LONGEST}.")
    return Reasons(reasons)
