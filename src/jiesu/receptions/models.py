"""A reception with its slots, and the bookings of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, encrypted, hash_of, vocabulary

__all__ = ["Booking", "BookingState", "Reception", "ReceptionKind"]


class ReceptionKind(StrEnum):
    """接访 at the office, 约访 by appointment, 下访 in the village."""

    RECEPTION = "reception"
    APPOINTMENT = "appointment"
    FIELD_VISIT = "field_visit"


class BookingState(StrEnum):
    BOOKED = "booked"
    CAME = "came"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Reception(Base):
    """A leader receives people, one stretch of time on one day; leader and place are public."""

    __tablename__ = "reception"
    __table_args__ = (Index("ix_reception_starts", "starts_at", "id"), Index("ix_reception_unit", "unit", "starts_at"))

    id: Mapped[BigId]
    #: What the outside calls it.
    ref: Mapped[str] = mapped_column(String(40), unique=True)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    kind: Mapped[ReceptionKind] = mapped_column(vocabulary(ReceptionKind))
    leader: Mapped[str] = mapped_column(String(50))
    #: What the leader is (职务).
    office: Mapped[str] = mapped_column(String(50))
    place: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    slot_minutes: Mapped[int] = mapped_column(SmallInteger)
    per_slot: Mapped[int] = mapped_column(SmallInteger)
    planned_at: Mapped[Moment]
    cancelled_at: Mapped[Moment | None]
    #: As those booked were told.
    cancel_reason: Mapped[str | None] = mapped_column(String(200))

    def slots(self) -> list[datetime]:
        """The beginnings of its slots; what is left over at the end is no slot."""
        step, count = timedelta(minutes=self.slot_minutes), 0
        count = (self.ends_at - self.starts_at) // step
        return [self.starts_at + place * step for place in range(count)]


class Booking(Base):
    """Somebody comes to a slot; opened by its number and the telephone together."""

    __tablename__ = "reception_booking"
    __table_args__ = (
        Index(
            "uq_reception_booking_lasting",
            "reception_id",
            "phone_hash",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
        Index("ix_reception_booking_slot", "reception_id", "slot_at", "id"),
    )

    id: Mapped[BigId]
    reception_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("reception.id"))
    number: Mapped[str] = mapped_column(String(12), unique=True)
    slot_at: Mapped[Moment]
    name: Mapped[str] = mapped_column(encrypted(100))
    phone: Mapped[str] = mapped_column(encrypted(32))
    phone_hash: Mapped[str] = mapped_column(String(64), index=True, info=hash_of("phone"))
    matter: Mapped[str | None] = mapped_column(encrypted(1000))
    state: Mapped[BookingState] = mapped_column(vocabulary(BookingState))
    booked_at: Mapped[Moment]
    #: The ticket that the talk became.
    made_ticket_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
