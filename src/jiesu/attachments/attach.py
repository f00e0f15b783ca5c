"""Putting kept files on record with their ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from jiesu.attachments.keep import MOST, KeptFile
from jiesu.attachments.models import Attachment, Scan
from jiesu.attachments.refusals import NoFiles, TooManyFiles
from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.tickets.events import By, TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status, Step

__all__ = ["SCAN", "FilesAttached", "attach_files", "files_of", "promise_scan"]

#: Job kind: have attachment `id` scanned.
SCAN = "attachment.scan"
MOST_OF_STAFF = 30


class FilesAttached(TicketEvent, frozen=True, kw_only=True):
    """The trail keeps the digests of what was sent: no name, which may say too much."""

    count: int
    digests: list[str]
    answers_request: bool
    #: Filed together with the appeal, so there is nobody yet to be told of more.
    at_filing: bool


async def files_of(uow: UnitOfWork, ticket_id: int) -> Sequence[Attachment]:
    """All files of a ticket, oldest first: their place in it, from 1, is their address."""
    query = select(Attachment).where(Attachment.ticket_id == ticket_id).order_by(Attachment.id)
    return (await uow.session.scalars(query)).all()


async def attach_files(
    uow: UnitOfWork, ticket: Ticket, files: Sequence[KeptFile], by: By, *, scan: bool, step: Step | None
) -> None:
    """Add files to a locked ticket by a step of its life, None at filing. Files it has already are passed over.

    With `scan` nobody gets them before the scanner found them clean. Raises NoFiles, TooManyFiles, IllegalStep.
    """
    if not files:
        raise NoFiles("files")
    new = await _new(uow, ticket, files, by)
    if not new:
        return
    answers = ticket.status is Status.NEED_INFO and step is Step.SUPPLEMENT
    if step is not None:
        ticket.move(step)
    await _write(uow, ticket, new, by, scan=scan)
    event = FilesAttached(
        ticket_id=ticket.id,
        by=by,
        count=len(new),
        digests=[file.digest for file in new],
        answers_request=answers,
        at_filing=step is None,
    )
    await uow.record(event)


async def _new(uow: UnitOfWork, ticket: Ticket, files: Sequence[KeptFile], by: By) -> list[KeptFile]:
    present = await files_of(uow, ticket.id)
    known = {row.digest for row in present}
    new = list({file.digest: file for file in files if file.digest not in known}.values())
    theirs = [row for row in present if (row.staff_id is None) == (by.staff_id is None) and row.scan != Scan.INFECTED]
    most = MOST if by.staff_id is None else MOST_OF_STAFF
    if len(theirs) + len(new) > most:
        raise TooManyFiles("files", most=most, have=len(theirs), given=len(new))
    return new


async def _write(uow: UnitOfWork, ticket: Ticket, files: Sequence[KeptFile], by: By, *, scan: bool) -> None:
    for file in files:
        row = Attachment(
            ticket_id=ticket.id,
            name=file.name,
            media_type=file.media_type,
            size=file.kept.size,
            digest=file.digest,
            place=file.kept.place,
            key=file.kept.key,
            scan=Scan.WAITING if scan else Scan.NONE,
            staff_id=by.staff_id,
            created_at=uow.now,
        )
        uow.session.add(row)
        await uow.session.flush()
        file.recorded = True
        if scan:
            await promise_scan(uow, row)


async def promise_scan(uow: UnitOfWork, row: Attachment, *, seconds: int = 0) -> None:
    """Have it scanned, now or again later when the scanner was away."""
    at = uow.now + timedelta(seconds=seconds)
    key = f"{SCAN}:{row.id}:{at.timestamp():.0f}"
    await jobs.schedule(uow, jobs.Promise(SCAN, at, key, {"id": row.id}, row.ticket_id))
