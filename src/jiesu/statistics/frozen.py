"""冻结: a month's facts as they stood some days after its end, and what changed afterwards, row by row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment
from jiesu.statistics.tally import FactColumns

__all__ = ["Adjustment", "FrozenFact", "FrozenMonth"]


class FrozenMonth(Base):
    """A calendar or assessment month that was frozen, with the policy its figures are reckoned by for good."""

    __tablename__ = "rates_month"
    __table_args__ = (UniqueConstraint("starts_at", "ends_at"),)

    id: Mapped[BigId]
    #: "2026-11".
    name: Mapped[str] = mapped_column(String(7))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    frozen_at: Mapped[Moment]
    #: Weights in per cent, `mostly` as a fraction in text, `minimum`.
    policy: Mapped[dict[str, Any]] = mapped_column(JSONB)


class FrozenFact(FactColumns, Base):
    """What one ticket counted for in the month, and where. Never changed."""

    __tablename__ = "rates_frozen"
    __table_args__ = (
        UniqueConstraint("month_id", "ticket_id"),
        Index("ix_rates_frozen_unit", "month_id", "unit"),
        Index("ix_rates_frozen_ticket", "ticket_id"),
    )

    id: Mapped[BigId]
    month_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rates_month.id"))
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    #: What the figures are divided by, as it was then; no foreign keys, as of a tally.
    category: Mapped[str | None] = mapped_column(String(8))
    officer_id: Mapped[int | None] = mapped_column(BigInteger)


class Adjustment(Base):
    """What one ticket counts for in a frozen month, before and after a change; null where it does not count."""

    __tablename__ = "rates_adjustment"
    __table_args__ = (
        Index("ix_rates_adjustment_month", "month_id", "id"),
        Index("ix_rates_adjustment_ticket", "ticket_id", "id"),
    )

    id: Mapped[BigId]
    month_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rates_month.id"))
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    at: Mapped[Moment]
    #: corrected, excluded, reopened, rework, or recount where it was found later.
    cause: Mapped[str] = mapped_column(String(16))
    #: The unit and what is in a `Fact`.
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
