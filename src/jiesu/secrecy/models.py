"""The row of a withheld text: encrypted, and read by its keeper alone."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary

__all__ = ["Decision", "Place", "Withheld"]


class Place(StrEnum):
    """Where the text would have stood."""

    APPEAL = "appeal"
    SUPPLEMENT = "supplement"
    NEW_FACTS = "new_facts"
    SURVEY = "survey"
    DISPUTE = "dispute"


class Decision(StrEnum):
    """What the keeper did: showed it as it is, showed another wording, or kept it and pointed elsewhere."""

    RELEASED = "released"
    REDACTED = "redacted"
    DIVERTED = "diverted"


class Withheld(Base):
    """A text that looked classified and was sent all the same. It stays on record whatever is decided."""

    __tablename__ = "withheld"
    __table_args__ = (Index("ix_withheld_waiting", "keeper", "id", postgresql_where=text("decision IS NULL")),)

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
    place: Mapped[Place] = mapped_column(vocabulary(Place))
    #: The unit whose handlers review it.
    keeper: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    title: Mapped[str | None] = mapped_column(encrypted(100))
    text: Mapped[str] = mapped_column(encrypted(5000))
    #: How the appeal was routed, as JSON with its reasons, to be taken up when it is shown; null elsewhere.
    routing: Mapped[str | None] = mapped_column(encrypted(20_000))
    #: Which kinds of pattern were found; never the words.
    kinds: Mapped[list[str]] = mapped_column(ARRAY(String(64)))
    decision: Mapped[Decision | None] = mapped_column(vocabulary(Decision))
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    created_at: Mapped[Moment]
