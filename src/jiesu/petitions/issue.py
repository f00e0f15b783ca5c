"""Issuing a document: its number, its words, and a worker's order to make the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.kit.clock import SHANGHAI
from jiesu.petitioners.models import Petitioner
from jiesu.petitions.events import DocumentIssued
from jiesu.petitions.models import Document, DocumentSerial, Service
from jiesu.petitions.rulebook import PetitionRules, organ_above
from jiesu.petitions.words import DocumentKind
from jiesu.sla.wording import day_words
from jiesu.tickets.events import By
from jiesu.tickets.models import Ticket

__all__ = ["RENDER", "digests_of", "documents_of", "issue", "latest_document", "receipts_of"]

#: Job kind: make the file of document `id`, or of the record of service `service`.
RENDER = "document.render"
#: Whom a document addresses where nobody gave a name.
NOBODY = "信访人"


async def issue(
    uow: UnitOfWork,
    rules: PetitionRules,
    ticket: Ticket,
    kind: DocumentKind,
    *,
    unit: str,
    by: By,
    blanks: Mapping[str, str],
    signer: str | None = None,
    anew: bool = False,
) -> Document:
    """Put it on record for a locked ticket; `signer` is by default who does it. Holds the series until the commit.

    `anew`: in the words of an opinion that revokes another.
    """
    document = Document(
        ticket_id=ticket.id,
        kind=kind,
        number=await _number(uow, rules, kind),
        unit=unit,
        staff_id=by.staff_id,
        signer=signer or by.name or "",
        addressee=await _addressee(uow, ticket),
        body=rules.documents.body(kind, _common(rules, ticket, unit) | dict(blanks), anew=anew),
        issued_at=uow.now,
    )
    uow.session.add(document)
    await uow.session.flush()
    promise = jobs.Promise(RENDER, uow.now, f"{RENDER}:{document.id}", {"id": document.id}, ticket.id)
    await jobs.schedule(uow, promise)
    await uow.record(DocumentIssued(ticket_id=ticket.id, by=by, kind=kind, number=document.number, unit=unit))
    return document


async def _number(uow: UnitOfWork, rules: PetitionRules, kind: DocumentKind) -> str:
    year = uow.now.astimezone(SHANGHAI).year
    first = insert(DocumentSerial).values(kind=kind, year=year, last=1)
    following = first.on_conflict_do_update(
        index_elements=[DocumentSerial.kind, DocumentSerial.year], set_={"last": DocumentSerial.last + 1}
    )
    count = await uow.session.scalar(following.returning(DocumentSerial.last))
    return rules.documents.number(kind, year, count or 1)


def _common(rules: PetitionRules, ticket: Ticket, unit: str) -> dict[str, str]:
    above = organ_above(rules.organisation, ticket, unit)
    return {
        "ticket": ticket.number,
        "title": ticket.title,
        "registered": day_words(ticket.registered_at.astimezone(SHANGHAI).date(), "zh", year=True).partition("（")[0],
        "organ": rules.organisation.unit(unit).name,
        "above": rules.organisation.unit(above).name if above else rules.documents.above_the_top,
    }


async def _addressee(uow: UnitOfWork, ticket: Ticket) -> str:
    person = await uow.session.get(Petitioner, ticket.petitioner_id) if ticket.petitioner_id else None
    return (person.name if person else None) or NOBODY


async def documents_of(uow: UnitOfWork, ticket: Ticket) -> Sequence[Document]:
    """All of them, oldest first."""
    query = select(Document).where(Document.ticket_id == ticket.id).order_by(Document.id)
    return (await uow.session.scalars(query)).all()


async def latest_document(uow: UnitOfWork, ticket: Ticket, kind: DocumentKind, *, after: int = 0) -> Document | None:
    """The newest of a kind, of those issued after that one."""
    query = select(Document).where(Document.ticket_id == ticket.id, Document.kind == kind, Document.id > after)
    return await uow.session.scalar(query.order_by(Document.id.desc()).limit(1))


async def digests_of(uow: UnitOfWork, ticket_id: int) -> set[str]:
    """By these the files of documents are known among the ticket's files."""
    made = select(Document.digest).where(Document.ticket_id == ticket_id, Document.digest.is_not(None))
    return {digest for digest in await uow.session.scalars(made) if digest}


async def receipts_of(uow: UnitOfWork, ticket_id: int) -> set[str]:
    """By these the records of their service (送达回证) are known, which are for the desk."""
    made = select(Service.digest).where(Service.ticket_id == ticket_id, Service.digest.is_not(None))
    return {digest for digest in await uow.session.scalars(made) if digest}
