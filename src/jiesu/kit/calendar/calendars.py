"""The calendars of an installation: the network's, and those of units that keep other hours."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from jiesu.kit.calendar.working import WorkingCalendar

__all__ = ["Calendars"]


@dataclass(frozen=True, slots=True)
class Calendars:
    """All keep the same holidays; office hours and weekdays may differ from unit to unit."""

    default: WorkingCalendar
    #: by code of the unit
    own: Mapping[str, WorkingCalendar] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, unit: str | None) -> WorkingCalendar:
        """The calendar a unit works by; the network's for None and for units without hours of their own."""
        return self.default if unit is None else self.own.get(unit, self.default)

    @property
    def version(self) -> str:
        """What identifies all of them together: the network's own version where no unit keeps other hours."""
        if not self.own:
            return self.default.version
        versions = [self.default.version, *(f"{unit}={self.own[unit].version}" for unit in sorted(self.own))]
        return hashlib.sha256(" ".join(versions).encode()).hexdigest()[:12]
