"""Rungs that fired: one row for each, once and for ever."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment

__all__ = ["Escalation"]


class Escalation(Base):
    """A warning, supervision order or escalation that reached a duty post.

    Unique on deadline and rung, and on deadline and level from the supervision order up: each step fires exactly once.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        UniqueConstraint("deadline_id", "rung"),
        Index("uq_escalation_level", "deadline_id", "level", unique=True, postgresql_where=text("level > 1")),
        Index("ix_escalation_ticket", "ticket_id"),
        Index(
            "ix_escalation_waiting", "unit", "level", "id",
            postgresql_where=text("wants_ack AND acknowledged_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[BigId]
    deadline_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("deadline.id"))
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    #: Name of the rung in config/clocks.toml, or `count:rework` and the like.
    rung: Mapped[str] = mapped_column(String(40))
    level: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(24))
    #: Whose duty post must act.
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    fired_at: Mapped[Moment]
    wants_ack: Mapped[bool]
    acknowledged_at: Mapped[Moment | None]
    acknowledged_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    note: Mapped[str | None]
