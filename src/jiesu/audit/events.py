"""What happens to the system itself: configuration, calendar, organisation, work given up, and the trail's own exports."""

from __future__ import annotations

from jiesu.db.uow import SecurityEvent

__all__ = [
    "CalendarPublished",
    "ConfigurationChanged",
    "OrganisationChanged",
    "TrailExported",
    "WorkDiscarded",
    "WorkRetried",
]


class ConfigurationChanged(SecurityEvent, frozen=True, kw_only=True):
    """Files of `config/` that are others than when workers last started: name → SHA-256, null for one that went."""

    files: dict[str, str | None]


class CalendarPublished(SecurityEvent, frozen=True, kw_only=True):
    """`subject` is a year, or the unit whose hours these are."""

    subject: str
    version: str


class OrganisationChanged(SecurityEvent, frozen=True, kw_only=True):
    added: int
    changed: int
    removed: int


class WorkRetried(SecurityEvent, frozen=True, kw_only=True):
    """`key` names one dead letter; None: all of them."""

    count: int
    key: str | None = None


class WorkDiscarded(SecurityEvent, frozen=True, kw_only=True):
    kind: str
    key: str


class TrailExported(SecurityEvent, frozen=True, kw_only=True):
    """Written before the first line goes out, so that an export which breaks off is on record too."""

    what: str
    filters: dict[str, str]
