"""What the security trail says of copies of everything."""

from __future__ import annotations

from datetime import datetime

from jiesu.db.uow import SecurityEvent

__all__ = ["BackupRestored", "BackupTaken"]


class BackupTaken(SecurityEvent, frozen=True, kw_only=True):
    """`what` is the name of its folder."""

    what: str
    tickets: int
    files: int


class BackupRestored(SecurityEvent, frozen=True, kw_only=True):
    """From here on the trail goes on from a backup of that moment; what came after it is not here."""

    made_at: datetime
    tickets: int
    files: int
