"""What people are told and asked about their data, with its version, read from `config/notices.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from jiesu.kit.config import ConfigMistake, convert, read_toml
from jiesu.kit.locale import Locale

__all__ = ["Notices", "Purpose", "load_notices"]


class Purpose(StrEnum):
    """The optional fields, each with the one purpose it is asked for."""

    ID_NUMBER = "id_number"
    KIND = "kind"


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    zh: Annotated[str, Meta(min_length=1)]
    en: Annotated[str, Meta(min_length=1)]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: Annotated[str, Meta(min_length=1, max_length=32)]
    notice: _Words
    consent: dict[Purpose, _Words]


@dataclass(frozen=True)
class Notices:
    """The sentences of one version."""

    version: str
    notice: _Words
    consents: Mapping[Purpose, _Words]

    def told(self, locale: Locale) -> str:
        """The notice beside every form."""
        return self.notice.en if locale == "en" else self.notice.zh

    def asked(self, purpose: str, locale: Locale) -> str:
        """What somebody agrees to who fills in that field."""
        words = self.consents[Purpose(purpose)]
        return words.en if locale == "en" else words.zh


def load_notices(path: Path) -> Notices:
    """Raises ConfigMistake, also for a purpose without its sentence."""
    file = convert(read_toml(path), _File, path)
    for purpose in Purpose:
        if purpose not in file.consent:
            raise ConfigMistake(
                path, f"consent.{purpose}", None, "add what people are asked to agree to, in zh and en."
            )
    return Notices(file.version, file.notice, file.consent)
