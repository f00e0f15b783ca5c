"""Who is on which unit's list, and every contact with them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary
from jiesu.outreach.words import Way
from jiesu.tickets.words import Outcome

__all__ = ["SOONEST", "OutreachContact", "OutreachPerson"]

_LASTING = text("ended_at IS NULL")


class OutreachPerson(Base):
    """One person on one unit's list (普遍联系对象); the person is a petitioner's row, be there tickets or not."""

    __tablename__ = "outreach_person"
    __table_args__ = (
        Index("uq_outreach_person_lasting", "unit", "petitioner_id", unique=True, postgresql_where=_LASTING),
        Index("ix_outreach_person_due", "unit", "id", postgresql_where=_LASTING),
        Index("ix_outreach_person_petitioner", "petitioner_id"),
    )

    id: Mapped[BigId]
    #: What the outside calls it; says nothing.
    ref: Mapped[str] = mapped_column(String(40), unique=True)
    petitioner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("petitioner.id"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    #: The post responsible; null for the whole unit.
    officer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    #: A code of config/contact.toml.
    reason: Mapped[str] = mapped_column(String(32))
    call_due_on: Mapped[date] = mapped_column(Date)
    visit_due_on: Mapped[date] = mapped_column(Date)
    #: Whether the duty post was told that it is due.
    call_told: Mapped[bool] = mapped_column(Boolean, default=False)
    visit_told: Mapped[bool] = mapped_column(Boolean, default=False)
    added_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]

    def due_on(self, way: Way) -> date:
        """When that kind of contact is due."""
        return self.call_due_on if way is Way.CALL else self.visit_due_on

    def told(self, way: Way) -> bool:
        """Whether the duty post knows."""
        return self.call_told if way is Way.CALL else self.visit_told

    def set_due(self, way: Way, day: date) -> None:
        """Due on that day, of which nobody was told yet."""
        setattr(self, f"{way}_due_on", day)
        setattr(self, f"{way}_told", False)


#: The day on which somebody is due next, whichever way.
SOONEST = func.least(OutreachPerson.call_due_on, OutreachPerson.visit_due_on)


class OutreachContact(Base):
    """One call or visit, or an attempt at one."""

    __tablename__ = "outreach_contact"

    id: Mapped[BigId]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("outreach_person.id"), index=True)
    at: Mapped[Moment] = mapped_column(index=True)
    way: Mapped[Way] = mapped_column(vocabulary(Way))
    outcome: Mapped[Outcome] = mapped_column(vocabulary(Outcome))
    note: Mapped[str] = mapped_column(encrypted(5000))
    #: Whether something was found that wants doing.
    needs: Mapped[bool]
    staff_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("staff.id"))
    #: The ticket that was made of it.
    made_ticket_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
