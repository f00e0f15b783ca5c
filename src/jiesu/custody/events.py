"""What the security trail says of keys and of erasure."""

from __future__ import annotations

from jiesu.db.uow import SecurityEvent

__all__ = ["KeyAdded", "KeyRetired", "KeysRotated", "RetentionRun"]


class KeyAdded(SecurityEvent, frozen=True, kw_only=True):
    key: str


class KeysRotated(SecurityEvent, frozen=True, kw_only=True):
    """`rows` were encrypted anew; nothing is left under another key or cipher."""

    key: str
    cipher: str
    rows: int


class KeyRetired(SecurityEvent, frozen=True, kw_only=True):
    key: str


class RetentionRun(SecurityEvent, frozen=True, kw_only=True):
    """Of how many tickets personal data and texts were erased, and how many a hold kept; rows of contact lists and of receptions beside."""

    policy: str
    personal: int
    words: int
    held: int
    contacts: int = 0
    bookings: int = 0
