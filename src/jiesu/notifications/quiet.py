"""Quiet hours: messages that are not urgent wait for the morning, read from `config/messages/quiet.toml`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from pathlib import Path

from msgspec import Struct

from jiesu.kit.clock import SHANGHAI, aware_utc
from jiesu.kit.config import ConfigMistake, convert, read_toml
from jiesu.notifications.wording import WORDS

__all__ = ["QuietHours", "load_quiet"]


class QuietHours(Struct, frozen=True, forbid_unknown_fields=True):
    """From `begins` to `ends` in Shanghai, over midnight where it ends earlier; none where both are the same.

    `at_once` names messages that go at any hour, `classes` tickets all of whose messages do.
    """

    begins: time = time()
    ends: time = time()
    at_once: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()

    def goes_out(self, moment: datetime, name: str, service_class: str | None = None) -> datetime:
        """When a message decided on for the moment is sent, aware UTC: then, or when the quiet hours end."""
        if name in self.at_once or service_class in self.classes:
            return moment
        return self.morning(moment) or moment

    def morning(self, moment: datetime) -> datetime | None:
        """The end of the quiet hours that the moment lies in, aware UTC; None where it lies in none."""
        local = moment.astimezone(SHANGHAI)
        now = local.time()
        over_midnight = self.ends < self.begins
        quiet = now >= self.begins or now < self.ends if over_midnight else self.begins <= now < self.ends
        if not quiet:
            return None
        day = local.date() + timedelta(days=int(over_midnight and now >= self.begins))
        return aware_utc(datetime.combine(day, self.ends, SHANGHAI))


def load_quiet(path: Path, classes: Collection[str]) -> QuietHours:
    """Raises ConfigMistake, also for a message or a class that there is not."""
    quiet = convert(read_toml(path), QuietHours, path)
    for key, used, known in (("at_once", quiet.at_once, WORDS), ("classes", quiet.classes, classes)):
        for unknown in sorted(used.difference(known)):
            raise ConfigMistake(path, key, unknown, f"there is no such one; known are {', '.join(known)}.")
    return quiet
