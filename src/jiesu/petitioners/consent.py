"""Consents: who agreed to which optional use of their data, to which words, and when that was taken back."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, vocabulary
from jiesu.db.uow import UnitOfWork
from jiesu.petitioners.models import Petitioner
from jiesu.petitioners.notices import Purpose

__all__ = ["Consent", "Source", "consents_of", "take_back"]


class Source(StrEnum):
    """Who heard the consent: the form or a clerk, to words of ours; or another system that took it itself."""

    FORM = "form"
    CALLER = "caller"


class Consent(Base):
    """One person's consent to one purpose, given with one ticket."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("ticket_id", "purpose"),)

    id: Mapped[BigId]
    petitioner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("petitioner.id"), index=True)
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    purpose: Mapped[Purpose] = mapped_column(vocabulary(Purpose))
    source: Mapped[Source] = mapped_column(vocabulary(Source))
    #: Version of config/notices.toml, whose words were shown; null when another system showed its own.
    version: Mapped[str | None] = mapped_column(String(32))
    given_at: Mapped[Moment]
    withdrawn_at: Mapped[Moment | None]


async def consents_of(uow: UnitOfWork, ticket_id: int) -> Sequence[Consent]:
    """What was agreed to with a ticket, withdrawn ones included."""
    query = select(Consent).where(Consent.ticket_id == ticket_id).order_by(Consent.id)
    return (await uow.session.scalars(query)).all()


async def take_back(uow: UnitOfWork, petitioner_id: int, purpose: Purpose) -> bool:
    """Withdraw a person's consents to one purpose, whatever ticket they came with, and forget the data. False: none held."""
    held = select(Consent).where(
        Consent.petitioner_id == petitioner_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )
    rows = (await uow.session.scalars(held.with_for_update())).all()
    for row in rows:
        row.withdrawn_at = uow.now
    if rows:
        person = await uow.session.get_one(Petitioner, petitioner_id, with_for_update=True)
        setattr(person, purpose.value, None)
        if purpose is Purpose.ID_NUMBER:
            person.id_hash = None
    return bool(rows)
