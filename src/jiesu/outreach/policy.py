"""How often people are contacted, read from `config/contact.toml`."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import msgspec
from msgspec import Meta

from jiesu.kit.config import ConfigMistake, convert, read_toml
from jiesu.kit.locale import Locale
from jiesu.outreach.words import Way

__all__ = ["ContactPolicy", "ContactReason", "load_contact_policy", "months_after"]

_Months = Annotated[int, Meta(ge=1, le=60)]


class _Reason(msgspec.Struct, forbid_unknown_fields=True):
    zh: Annotated[str, Meta(min_length=1, max_length=40)]
    en: Annotated[str, Meta(min_length=1, max_length=80)]
    call_months: _Months | None = None
    visit_months: _Months | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: Annotated[str, Meta(min_length=1, max_length=32)]
    call_months: _Months
    visit_months: _Months
    reasons: Annotated[dict[str, _Reason], Meta(min_length=1)]


@dataclass(frozen=True)
class ContactReason:
    """Why people are on a list, and after how many months they are due again."""

    code: str
    zh: str
    en: str
    months: Mapping[Way, int]

    def name(self, locale: Locale) -> str:
        """How lists call it."""
        return self.en if locale == "en" else self.zh


@dataclass(frozen=True)
class ContactPolicy:
    """Reasons by code, in the order of the file."""

    version: str = ""
    reasons: Mapping[str, ContactReason] = field(default_factory=lambda: MappingProxyType({}))

    def due_after(self, reason: str, way: Way, day: date) -> date:
        """When the next contact is due after one on that day; a reason that has left the file counts as the first."""
        known = self.reasons.get(reason) or next(iter(self.reasons.values()))
        return months_after(day, known.months[way])


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last where that one is missing."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def load_contact_policy(path: Path) -> ContactPolicy:
    """Raises ConfigMistake, also for a code that is no word."""
    file = convert(read_toml(path), _File, path)
    for code in file.reasons:
        if not (code.isascii() and code.isidentifier() and len(code) <= 32):
            raise ConfigMistake(path, f"reasons.{code}", code, "use small letters and underlines, at most 32.")
    reasons = {
        code: ContactReason(
            code,
            reason.zh,
            reason.en,
            {Way.CALL: reason.call_months or file.call_months, Way.VISIT: reason.visit_months or file.visit_months},
        )
        for code, reason in file.reasons.items()
    }
    return ContactPolicy(file.version, MappingProxyType(reasons))
