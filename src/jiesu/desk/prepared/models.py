"""The row of a file that somebody asked for; the file itself lies encrypted in the store until its time is over."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.attachments.store import Kept
from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary

__all__ = ["Making", "PreparedFile"]


class Making(StrEnum):
    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


class PreparedFile(Base):
    """Asked for in one post, made with what that post may see when it is made, and nobody else's."""

    __tablename__ = "prepared_file"
    __table_args__ = (
        Index("ix_prepared_file_account", "account_id", "id"),
        Index(
            "ix_prepared_file_unmade", "account_id", postgresql_where=text("state IN ('waiting', 'making')")
        ),
    )  # fmt: skip

    id: Mapped[BigId]
    #: What addresses call it by.
    ref: Mapped[str] = mapped_column(String(40), unique=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    staff_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("staff.id"))
    #: What is to be made, and of what (its maker in `workers/prepared.py` knows).
    kind: Mapped[str] = mapped_column(String(24))
    wish: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: What the list of one's files calls it.
    title: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    state: Mapped[Making] = mapped_column(vocabulary(Making), default=Making.WAITING)
    #: When its maker last said that it is at work: one that says nothing for long was killed.
    touched_at: Mapped[Moment | None]
    #: Rows made, and in all; null where nobody counts.
    done: Mapped[int | None]
    total: Mapped[int | None]
    #: Why there is no file, in the reader's words.
    problem: Mapped[str | None] = mapped_column(String(300))
    name: Mapped[str | None] = mapped_column(String(200))
    media_type: Mapped[str | None] = mapped_column(String(128))
    size: Mapped[int | None] = mapped_column(BigInteger)
    place: Mapped[str | None] = mapped_column(String(32), unique=True)
    key: Mapped[str | None] = mapped_column(encrypted(64))

    @property
    def kept(self) -> Kept | None:
        """Where it lies, once it is made."""
        if self.place is None or self.key is None or self.size is None:
            return None
        return Kept(self.place, self.key, self.size)
