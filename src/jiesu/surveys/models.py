"""The survey row: one for each time a result was approved."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary
from jiesu.surveys.words import CallOutcome, Satisfaction, Solved, SurveyState

__all__ = ["Survey", "SurveyCall"]


class Survey(Base):
    """Three questions to one petitioner about one result (domain.md §5). A missing answer is null."""

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("ticket_id", "round"),
        Index("ix_survey_answered", "answered_at", "unit"),
        Index(
            "ix_survey_to_call",
            "next_call_at",
            "ticket_id",
            postgresql_where=text("state = 'open' AND next_call_at IS NOT NULL"),
        ),
        Index("ix_survey_silent", "expires_at", "unit", postgresql_where=text("state IN ('expired', 'not_sent')")),
        Index("ix_survey_pressed", "answered_at", "id", postgresql_where=text("pressed IS true")),
    )

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    #: 1 for the first result, one more for each after rework or reopening.
    round: Mapped[int] = mapped_column(SmallInteger)
    #: The lead unit whose result it asks about.
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    #: Who submitted that result; null for what came over from an earlier system.
    officer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    state: Mapped[SurveyState] = mapped_column(vocabulary(SurveyState))
    #: SHA-256 of the link's token; the token can be made again from the key ring, not from the database.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    answered_at: Mapped[Moment | None]
    channel: Mapped[str | None] = mapped_column(String(16))
    why_not: Mapped[str | None] = mapped_column(String(32))
    #: How often the link was sent again.
    resends: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: Calls so far, the first, and when the next is due; null where nobody calls (again).
    calls: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    first_call_at: Mapped[Moment | None]
    next_call_at: Mapped[Moment | None]
    contacted: Mapped[bool | None]
    solved: Mapped[Solved | None] = mapped_column(vocabulary(Solved))
    satisfied: Mapped[Satisfaction | None] = mapped_column(vocabulary(Satisfaction))
    reason: Mapped[str | None] = mapped_column(encrypted(1000))
    #: Codes of config/survey.toml.
    reasons: Mapped[list[str]] = mapped_column(ARRAY(String(32)), default=list, server_default="{}")
    #: When the answer was last changed; it counts from `answered_at` on.
    corrected_at: Mapped[Moment | None]
    #: Whether somebody pressed them about this answer: sealed to the audit role, in no view but the auditor's.
    pressed: Mapped[bool | None]


class SurveyCall(Base):
    """One call about a survey (回访)."""

    __tablename__ = "survey_call"
    __table_args__ = (Index("ix_survey_call_ticket", "ticket_id", "id"),)

    id: Mapped[BigId]
    survey_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("survey.id"))
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    at: Mapped[Moment]
    staff_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("staff.id"))
    outcome: Mapped[CallOutcome] = mapped_column(vocabulary(CallOutcome))
    note: Mapped[str | None] = mapped_column(encrypted(2000))
