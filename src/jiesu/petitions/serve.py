"""送达: how, when and to whom each document was handed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from jiesu.accounts.staff import Staff
from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.kit.clock import SHANGHAI, aware_utc
from jiesu.petitions.events import DocumentServed
from jiesu.petitions.issue import RENDER, documents_of
from jiesu.petitions.models import Document, Service
from jiesu.petitions.words import ServiceWay
from jiesu.tickets.events import PETITIONER, by_staff
from jiesu.tickets.guard import open_step, optional, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["NothingToServe", "open_document", "serve_document", "served_first", "services_of", "unserved"]


class NothingToServe(Conflict):
    zh = "这张工单没有等待送达的文书；再次送达的，请写明文号。"
    en = "No document of this ticket waits to be served. To serve one again, give its number."


class UnknownDocument(Invalid):
    zh = "这张工单没有文号为“{document}”的文书。请从文书列表中选择。"
    en = "This ticket has no document “{document}”. Choose one from the list."


class BadServiceTime(Invalid):
    zh = "送达时间须在文书作出以后、现在以前，写成 2026-11-20T15:00。刚刚送达的可以空着。"
    en = "It is served after it was issued and not in the future, such as 2026-11-20T15:00. Leave it out for now."


async def serve_document(
    uow: UnitOfWork, staff: Staff, number: str, way: ServiceWay, receiver: str, document: str | None = None,
    at: str | None = None, note: str | None = None, *, version: int | None = None,
) -> Ticket:  # fmt: skip
    """Record a service; without a `document` number the oldest that was not served. Locks the ticket.

    `at` is a moment in Shanghai unless it says otherwise. Raises NothingToServe, UnknownDocument, BadServiceTime.
    """
    ticket = await open_step(uow, staff, number, Step.SERVE, version)
    found = await _document(uow, ticket, (document or "").strip())
    receiver = required(receiver, "receiver", "收件人", 50)
    note = optional(note, "note", "说明", 400)
    moment = _moment(at, found.issued_at, uow.now)
    ticket.move(Step.SERVE)
    service = Service(
        ticket_id=ticket.id, document_id=found.id, way=way, served_at=moment, receiver=receiver, note=note,
        staff_id=staff.id,
    )  # fmt: skip
    await _keep(uow, service)
    event = DocumentServed(
        ticket_id=ticket.id, by=by_staff(staff), kind=found.kind, number=found.number, way=way, note=note
    )
    await uow.record(event)
    return ticket


async def open_document(uow: UnitOfWork, ticket: Ticket, digest: str) -> None:
    """The petitioner opens a document of their own locked ticket: served electronically, once."""
    found = next((each for each in await documents_of(uow, ticket) if each.digest == digest), None)
    if found is None or any(
        each.document_id == found.id and each.staff_id is None for each in await services_of(uow, ticket)
    ):
        return
    service = Service(
        ticket_id=ticket.id, document_id=found.id, way=ServiceWay.ELECTRONIC, served_at=uow.now,
        receiver=found.addressee, note=None, staff_id=None,
    )  # fmt: skip
    await _keep(uow, service)
    event = DocumentServed(
        ticket_id=ticket.id, by=PETITIONER, kind=found.kind, number=found.number, way=ServiceWay.ELECTRONIC, note=None
    )
    await uow.record(event)


async def _keep(uow: UnitOfWork, service: Service) -> None:
    """On record, and a worker makes the paper that is signed for it (送达回证)."""
    uow.session.add(service)
    await uow.session.flush()
    key = f"{RENDER}:service:{service.id}"
    await jobs.schedule(uow, jobs.Promise(RENDER, uow.now, key, {"service": service.id}, service.ticket_id))


async def services_of(uow: UnitOfWork, ticket: Ticket) -> Sequence[Service]:
    """All of them, oldest first."""
    query = select(Service).where(Service.ticket_id == ticket.id).order_by(Service.id)
    return (await uow.session.scalars(query)).all()


async def served_first(uow: UnitOfWork, document: Document) -> datetime | None:
    """When it first reached its addressee; None before that."""
    times = (await uow.session.scalars(select(Service.served_at).where(Service.document_id == document.id))).all()
    return min(times, default=None)


async def unserved(uow: UnitOfWork, ticket: Ticket) -> Document | None:
    """The oldest document that nobody was handed."""
    served = {each.document_id for each in await services_of(uow, ticket)}
    return next((each for each in await documents_of(uow, ticket) if each.id not in served), None)


async def _document(uow: UnitOfWork, ticket: Ticket, number: str) -> Document:
    if not number:
        waiting = await unserved(uow, ticket)
        if waiting is None:
            raise NothingToServe("action")
        return waiting
    found = next((each for each in await documents_of(uow, ticket) if each.number == number), None)
    if found is None:
        raise UnknownDocument("document", document=number[:40])
    return found


def _moment(text: str | None, earliest: datetime, now: datetime) -> datetime:
    if not (text or "").strip():
        return now
    try:
        typed = datetime.fromisoformat(str(text).strip())
        moment = aware_utc(typed if typed.tzinfo else typed.replace(tzinfo=SHANGHAI))
    except (ValueError, OverflowError) as error:
        raise BadServiceTime("at") from error
    if not earliest.replace(second=0, microsecond=0) <= moment <= now:
        raise BadServiceTime("at")
    return moment
