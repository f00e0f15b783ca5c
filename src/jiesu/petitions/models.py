"""Documents of the statutory track with their numbers within the year, the record of their service, rechecks and reviews."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary
from jiesu.petitions.words import CaseState, DocumentKind, ServiceWay, Stage, Verdict

__all__ = ["Document", "DocumentSerial", "Recheck", "Service"]


class Document(Base):
    """One written notice or opinion; the file made of it is an attachment of the ticket, known by its digest."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_ticket", "ticket_id", "id"),)

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    kind: Mapped[DocumentKind] = mapped_column(vocabulary(DocumentKind))
    #: 退信受〔2026〕12号
    number: Mapped[str] = mapped_column(String(40), unique=True)
    #: The organ that issues it, and who signs for it.
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    staff_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    signer: Mapped[str] = mapped_column(encrypted(50))
    addressee: Mapped[str] = mapped_column(encrypted(50))
    #: Its paragraphs, one a line.
    body: Mapped[str] = mapped_column(encrypted(12000))
    issued_at: Mapped[Moment]
    #: SHA-256 of the file; null until a worker has made it.
    digest: Mapped[str | None] = mapped_column(String(64))


class DocumentSerial(Base):
    """The last number of a kind within a year: no number is left out, also where a step is refused after all."""

    __tablename__ = "document_serial"

    kind: Mapped[DocumentKind] = mapped_column(vocabulary(DocumentKind), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int]


class Service(Base):
    """How, when and to whom a document was handed, and by whom; by nobody where the petitioner opened it."""

    __tablename__ = "document_service"
    __table_args__ = (
        Index("ix_document_service_ticket", "ticket_id", "id"),
        Index("ix_document_service_document", "document_id", "id"),
    )

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    document_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("document.id"))
    way: Mapped[ServiceWay] = mapped_column(vocabulary(ServiceWay))
    served_at: Mapped[Moment]
    #: Who took it.
    receiver: Mapped[str] = mapped_column(encrypted(50))
    note: Mapped[str | None] = mapped_column(encrypted(500))
    staff_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    #: SHA-256 of the file that proves it (送达回证); null until a worker has made it.
    digest: Mapped[str | None] = mapped_column(String(64))


class Recheck(Base):
    """复查 or 复核: asked for by the petitioner, decided by the next-higher organ; each once in a round."""

    __tablename__ = "recheck"
    __table_args__ = (
        Index("uq_recheck_stage", "ticket_id", "round", "stage", unique=True),
        Index("ix_recheck_waiting", "organ", "id", postgresql_where=text("state = 'asked'")),
    )

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    stage: Mapped[Stage] = mapped_column(vocabulary(Stage))
    #: 1 for the first opinion; one more each time an opinion was revoked.
    round: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    organ: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    #: What the petitioner disputes.
    reason: Mapped[str] = mapped_column(encrypted(2000))
    asked_at: Mapped[Moment]
    state: Mapped[CaseState] = mapped_column(vocabulary(CaseState), default=CaseState.ASKED)
    verdict: Mapped[Verdict | None] = mapped_column(vocabulary(Verdict))
    opinion: Mapped[str | None] = mapped_column(encrypted(5000))
    #: The opinion in which it was decided.
    document_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("document.id"))
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    decided_at: Mapped[Moment | None]
