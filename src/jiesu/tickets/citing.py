"""Which policies the words to a petitioner cite (引用政策): read from the text itself, so that list and text never disagree."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment
from jiesu.db.uow import UnitOfWork
from jiesu.kit.clock import SHANGHAI
from jiesu.tickets.library import Cited, Library
from jiesu.tickets.models import Ticket

__all__ = ["Citation", "citations_of", "cite"]


class Citation(Base):
    """A policy that the ticket's result or answer cites; codes alone, which name nobody and outlive the text."""

    __tablename__ = "citation"
    __table_args__ = (
        UniqueConstraint("ticket_id", "policy", "article"),
        Index("ix_citation_policy", "policy", "article", "ticket_id"),
    )

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    policy: Mapped[str] = mapped_column(String(80))
    #: A key of the library: `21`, `21-2`, `chapter-5`; empty for the policy as a whole.
    article: Mapped[str] = mapped_column(String(32))
    at: Mapped[Moment]


async def cite(uow: UnitOfWork, library: Library, ticket: Ticket, text: str) -> None:
    """Keep what this text cites in place of what an earlier one did. The caller has locked the ticket."""
    await uow.session.execute(delete(Citation).where(Citation.ticket_id == ticket.id))
    for policy, article in library.cited_in(text, uow.now.astimezone(SHANGHAI).date()):
        uow.add(Citation(ticket_id=ticket.id, policy=policy, article=article, at=uow.now))


async def citations_of(uow: UnitOfWork, ticket: Ticket) -> list[Cited]:
    """What the ticket's last result or answer cites, in its order."""
    rows = select(Citation.policy, Citation.article).where(Citation.ticket_id == ticket.id).order_by(Citation.id)
    return [Cited(policy, article) for policy, article in await uow.session.execute(rows)]
