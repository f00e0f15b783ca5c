"""What the desk remembers of its people: filters they keep, and which version of a ticket they have read."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, encrypted

__all__ = ["SavedFilter", "TicketSeen"]


class SavedFilter(Base):
    """A filter of a person's own; it may hold a name or a telephone number that was searched for."""

    __tablename__ = "saved_filter"

    id: Mapped[BigId]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(encrypted(40))
    #: As in the address of the page: `view=overdue&class=P1`.
    query: Mapped[str] = mapped_column(encrypted(5000))
    created_at: Mapped[Moment]


class TicketSeen(Base):
    """The version in which a person last opened a ticket; a later one is news."""

    __tablename__ = "ticket_seen"

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"), primary_key=True)
    version: Mapped[int]
