"""Who speaks for many (集体诉求): at most five representatives, by law; encrypted like every petitioner."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, ForeignKey, SmallInteger, String, select
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, encrypted, hash_of
from jiesu.db.uow import UnitOfWork

__all__ = ["MOST_REPRESENTATIVES", "Representative", "representatives_of"]

#: 信访工作条例 Art. 20.
MOST_REPRESENTATIVES = 5


class Representative(Base):
    """One of those whom the others chose, in the order given."""

    __tablename__ = "representative"

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
    place: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str] = mapped_column(encrypted(100))
    phone: Mapped[str | None] = mapped_column(encrypted(32))
    phone_hash: Mapped[str | None] = mapped_column(String(64), index=True, info=hash_of("phone"))


async def representatives_of(uow: UnitOfWork, ticket_id: int) -> Sequence[Representative]:
    """Those of a ticket in their order."""
    mine = select(Representative).where(Representative.ticket_id == ticket_id).order_by(Representative.place)
    return (await uow.session.scalars(mine)).all()
