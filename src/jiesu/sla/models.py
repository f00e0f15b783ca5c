"""Deadlines that run, what stops and moves them, and the editions of policy and calendar they were reckoned by."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Interval, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary
from jiesu.sla.limits import ClockKind, Target

__all__ = [
    "LIVE",
    "CalendarEdit",
    "ClockState",
    "Deadline",
    "Edition",
    "Extension",
    "ExtensionState",
    "Move",
    "MoveCause",
    "Pause",
]


class ClockState(StrEnum):
    """`met` and `missed` are final for figures; a petitioner's clock that rework sets going again runs on as it was."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


#: States in which a deadline still binds somebody.
LIVE = (ClockState.RUNNING, ClockState.PAUSED)


class Deadline(Base):
    """One target of one clock of one ticket."""

    __tablename__ = "deadline"
    __table_args__ = (
        Index("ix_deadline_ticket", "ticket_id"),
        Index("ix_deadline_co_handler", "unit", "due_at", postgresql_where=text("clock = 'co_handler'")),
        Index("ix_deadline_due", "due_at", "ticket_id", postgresql_where=text("clock IN ('petitioner', 'unit')")),
        Index("ix_deadline_running_due", "due_at", postgresql_where=text("state = 'running'")),
        Index(
            "ix_deadline_final_due",
            "due_at",
            "ticket_id",
            postgresql_where=text("clock = 'petitioner' AND target IN ('opinion', 'plan', 'resolve')"),
        ),
    )

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    clock: Mapped[ClockKind] = mapped_column(vocabulary(ClockKind))
    target: Mapped[Target] = mapped_column(vocabulary(Target))
    service_class: Mapped[str] = mapped_column(String(8))
    #: Dispatch round the unit's clock belongs to; 0 for the petitioner's.
    round: Mapped[int] = mapped_column(SmallInteger, default=0)
    #: The unit whose clock it is; on the petitioner's null, but for the organ that owes a recheck or review.
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
    #: How often the date was moved: each promised date has a ladder of its own.
    moves: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")


class Pause(Base):
    """A stretch in which a ticket's clocks stood still; `ended_at` is null while it lasts."""

    __tablename__ = "pause"

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    began_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]


class MoveCause(StrEnum):
    """The only reasons for which a promised date moves (domain.md §4); a new class makes a new deadline instead."""

    RESUMED = "resumed"
    EXTENDED = "extended"
    CALENDAR = "calendar"


class Move(Base):
    """A promised date that was moved, from when to when and why: never silently."""

    __tablename__ = "deadline_move"

    id: Mapped[BigId]
    deadline_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("deadline.id"), index=True)
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
    cause: Mapped[MoveCause] = mapped_column(vocabulary(MoveCause))
    old_due_at: Mapped[Moment]
    new_due_at: Mapped[Moment]
    #: Calendar the new date was reckoned by.
    calendar_version: Mapped[str] = mapped_column(String(64))
    moved_at: Mapped[Moment]


class ExtensionState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class Extension(Base):
    """延期: asked for by the unit before the due time, decided one level up; one is granted a ticket at most."""

    __tablename__ = "extension"
    __table_args__ = (
        Index("uq_extension_asked", "ticket_id", unique=True, postgresql_where=text("state = 'asked'")),
        Index("uq_extension_granted", "ticket_id", unique=True, postgresql_where=text("state = 'granted'")),
    )

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
    #: The unit that asks, and the one above it that decides.
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    decider: Mapped[str] = mapped_column(ForeignKey("unit.code"), index=True)
    asked_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("staff.id"))
    asked_at: Mapped[Moment]
    reason: Mapped[str] = mapped_column(encrypted(5000, once_plain=True))
    #: The petitioner's date as it stood, and the date asked for.
    old_due_at: Mapped[Moment]
    until: Mapped[Moment]
    state: Mapped[ExtensionState] = mapped_column(vocabulary(ExtensionState), default=ExtensionState.ASKED)
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    decided_at: Mapped[Moment | None]
    note: Mapped[str | None] = mapped_column(encrypted(5000, once_plain=True))


class Edition(Base):
    """The content of one version of a policy or calendar that deadlines were reckoned by; never changed, never deleted."""

    __tablename__ = "edition"

    #: `clocks` or `calendar`.
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    noted_at: Mapped[Moment]


class CalendarEdit(Base):
    """What the administrator said of a year's holidays or a unit's hours; the newest on a subject holds, over the files."""

    __tablename__ = "calendar_edit"
    __table_args__ = (Index("ix_calendar_edit_subject", "kind", "subject", "id"),)

    id: Mapped[BigId]
    #: `year` or `hours`.
    kind: Mapped[str] = mapped_column(String(8))
    #: "2027", or the code of a unit.
    subject: Mapped[str] = mapped_column(String(40))
    #: As `YEAR.toml` or the schedules of `shifts.toml` have it.
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    edited_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    edited_at: Mapped[Moment]
