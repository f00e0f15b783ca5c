"""How long personal data are kept, as `config/retention.toml` has it."""

from __future__ import annotations

import calendar
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from jiesu.kit.clock import SHANGHAI
from jiesu.kit.config import ConfigMistake, convert, read_toml

__all__ = ["LEAST", "RetentionPolicy", "load_retention", "months_before"]

#: Months that logs are kept by law (Cybersecurity Law, Art. 21).
LEAST = 6
_Months = Annotated[int, Meta(ge=1, le=1200)]


class RetentionPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Months from the end of a ticket."""

    version: Annotated[str, Meta(min_length=1, max_length=32)]
    personal: _Months
    trail: _Months


def load_retention(path: Path) -> RetentionPolicy:
    """Raises ConfigMistake, also for a trail kept shorter than the law asks."""
    policy = convert(read_toml(path), RetentionPolicy, path)
    if policy.trail < LEAST:
        raise ConfigMistake(path, "trail", policy.trail, f"keep the trail {LEAST} months or longer: the law asks it.")
    return policy


def months_before(now: datetime, months: int) -> datetime:
    """The same day and hour so many months earlier in Shanghai; the month's last day where that one is missing."""
    local = now.astimezone(SHANGHAI)
    years, month = divmod(local.year * 12 + local.month - 1 - months, 12)
    day = min(local.day, calendar.monthrange(years, month + 1)[1])
    return local.replace(year=years, month=month + 1, day=day)
