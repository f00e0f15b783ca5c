"""What was said to whom: messages to petitioners and notices to duty posts."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, encrypted, hash_of

__all__ = ["DemoMessage", "Message", "Notice"]


class Message(Base):
    """A short message to a petitioner, from the moment it was decided to the moment the gateway took it."""

    __tablename__ = "message"

    id: Mapped[BigId]
    #: Unique: the same thing is never told twice; also the gateway's idempotency key.
    key: Mapped[str] = mapped_column(unique=True)
    #: Null for what is about no ticket, such as a booking.
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
    recipient: Mapped[str] = mapped_column(encrypted(32))
    text: Mapped[str] = mapped_column(encrypted(1000))
    created_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
    #: When it was given up: the gateway took it in no try.
    failed_at: Mapped[Moment | None]


class Notice(Base):
    """Something a unit's duty post (值班岗) must know; it belongs to the post, not to a person."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_unread", "unit", "id", postgresql_where=text("read_at IS NULL")),)

    id: Mapped[BigId]
    key: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    #: Null for news that is about no ticket.
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    #: Ladder level, 0 for plain news.
    level: Mapped[int] = mapped_column(SmallInteger, default=0)
    #: The unit whose vacant post this news was for, when it went one up; else null.
    vacant: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    created_at: Mapped[Moment]
    #: When people see it: at once, or when the office opens.
    shown_from: Mapped[Moment]
    read_at: Mapped[Moment | None]


class DemoMessage(Base):
    """What the demo gateway was given: it delivers to a page instead of a telephone."""

    __tablename__ = "demo_message"

    id: Mapped[BigId]
    key: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str] = mapped_column(encrypted(32))
    recipient_hash: Mapped[str] = mapped_column(String(64), index=True, info=hash_of("recipient"))
    text: Mapped[str] = mapped_column(encrypted(1000))
    sent_at: Mapped[Moment]
