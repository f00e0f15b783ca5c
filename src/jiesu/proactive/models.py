"""The row of a proactive task."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary

__all__ = ["ProactiveState", "ProactiveTask"]


class ProactiveState(StrEnum):
    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class ProactiveTask(Base):
    """A unit is to look into a category and place by a day. It names no ticket and nobody: who did what they complain of learns nothing."""

    __tablename__ = "proactive_task"
    __table_args__ = (
        Index("ix_proactive_task_unit", "unit", "id"),
        Index(
            "uq_proactive_task_open", "category", "place", "unit", unique=True, postgresql_where=text("state = 'open'")
        ),
    )

    id: Mapped[BigId]
    #: What the outside calls it.
    ref: Mapped[str] = mapped_column(String(40), unique=True)
    #: Of the second level, and the place as far as figures divide it; `none` where there is none.
    category: Mapped[str] = mapped_column(String(8))
    place: Mapped[str] = mapped_column(String(12))
    #: Who is to look, and which unit above (or itself) wants it.
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    ordered_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    ordered_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("staff.id"))
    ordered_at: Mapped[Moment]
    due_on: Mapped[date]
    demand: Mapped[str] = mapped_column(encrypted(1000))
    state: Mapped[ProactiveState] = mapped_column(vocabulary(ProactiveState), default=ProactiveState.OPEN)
    result: Mapped[str | None] = mapped_column(encrypted(2000))
    ended_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    ended_at: Mapped[Moment | None]
