"""Rungs that fired: one row for each, once and for ever."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, encrypted

__all__ = ["Escalation"]


class Escalation(Base):
    """A warning, supervision order or escalation that reached a duty post.

    Unique on deadline, promised date and rung, and likewise on level from the supervision order up: each step fires exactly
    once for each date that was promised.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        UniqueConstraint("deadline_id", "moves", "rung"),
        Index("uq_escalation_level", "deadline_id", "moves", "level", unique=True, postgresql_where=text("level > 1")),
        Index("ix_escalation_ticket", "ticket_id"),
        Index("ix_escalation_fired", "fired_at", "level"),
        Index(
            "ix_escalation_waiting", "unit", "level", "id",
            postgresql_where=text("wants_ack AND acknowledged_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[BigId]
    deadline_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("deadline.id"))
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    #: How often the date had been moved when it fired: `Deadline.moves`.
    moves: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: Name of the rung in config/clocks.toml, or `count:rework` and the like.
    rung: Mapped[str] = mapped_column(String(40))
    level: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(24))
    #: Whose duty post must act.
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    fired_at: Mapped[Moment]
    #: The unit above that was told too because nobody holds the post; null for a manned post.
    stand_in: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    wants_ack: Mapped[bool]
    #: When the acknowledgement is due; null where none is wanted. `ack_asked` is the post asked last, up the tree.
    ack_due_at: Mapped[Moment | None]
    ack_asked: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    acknowledged_at: Mapped[Moment | None]
    acknowledged_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    note: Mapped[str | None] = mapped_column(encrypted(2000, once_plain=True))
