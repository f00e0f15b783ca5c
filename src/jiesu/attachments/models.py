"""The row of an attached file; the file itself lies encrypted in the store."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.attachments.store import Kept
from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary

__all__ = ["Attachment", "Scan"]


class Scan(StrEnum):
    """What the virus scanner said; `none` where an installation has no scanner."""

    NONE = "none"
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"


class Attachment(Base):
    """A file of one ticket. The same file is kept once, however often it is sent."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("ticket_id", "digest"),)

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    #: Neutralised; it may still say whom or what it is about.
    name: Mapped[str] = mapped_column(encrypted(100))
    media_type: Mapped[str] = mapped_column(String(128))
    #: Bytes, of what is kept.
    size: Mapped[int] = mapped_column(BigInteger)
    #: SHA-256 of what was sent.
    digest: Mapped[str] = mapped_column(String(64))
    #: Name in the store, and the key that opens it there.
    place: Mapped[str] = mapped_column(String(32), unique=True)
    key: Mapped[str] = mapped_column(encrypted(64))
    scan: Mapped[Scan] = mapped_column(vocabulary(Scan))
    #: Who of the staff added it; null for the petitioner's own.
    staff_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    created_at: Mapped[Moment]

    @property
    def kept(self) -> Kept:
        """Where it lies."""
        return Kept(self.place, self.key, self.size)
