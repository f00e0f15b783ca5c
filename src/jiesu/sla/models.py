"""Deadlines that run, and the pauses in them."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Interval, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, vocabulary
from jiesu.sla.limits import ClockKind, Target

__all__ = ["ClockState", "Deadline", "Pause"]


class ClockState(StrEnum):
    """`met` and `missed` are final for figures; a petitioner's clock that rework sets going again runs on as it was."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Deadline(Base):
    """One target of one clock of one ticket."""

    __tablename__ = "deadline"
    __table_args__ = (
        Index("ix_deadline_ticket", "ticket_id"),
        Index("ix_deadline_running_due", "due_at", postgresql_where=text("state = 'running'")),
    )

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    clock: Mapped[ClockKind] = mapped_column(vocabulary(ClockKind))
    target: Mapped[Target] = mapped_column(vocabulary(Target))
    service_class: Mapped[str] = mapped_column(String(8))
    #: Dispatch round the unit's clock belongs to; 0 for the petitioner's.
    round: Mapped[int] = mapped_column(SmallInteger, default=0)
    #: The unit whose clock it is; null on the petitioner's.
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    #: The limit as it was when armed: amount and unit of `Limit`.
    amount: Mapped[int]
    per: Mapped[str] = mapped_column(String(16))
    policy_version: Mapped[str] = mapped_column(String(32))
    calendar_version: Mapped[str] = mapped_column(String(64))
    start_at: Mapped[Moment]
    due_at: Mapped[Moment]
    provisional: Mapped[bool]
    state: Mapped[ClockState] = mapped_column(vocabulary(ClockState), default=ClockState.RUNNING)
    #: When it was met, found missed, or cancelled.
    stopped_at: Mapped[Moment | None]
    #: What remained when the present pause began, in the measure of the limit.
    remaining: Mapped[timedelta | None] = mapped_column(Interval)


class Pause(Base):
    """A stretch in which a ticket's clocks stood still; `ended_at` is null while it lasts."""

    __tablename__ = "pause"

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    began_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
