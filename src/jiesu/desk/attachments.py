"""The files of a ticket as they are listed; whoever may see the ticket sees them, nobody else."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jiesu.attachments.attach import files_of
from jiesu.attachments.links import file_link, servable
from jiesu.attachments.models import Attachment, Scan
from jiesu.attachments.refusals import FileNotFound
from jiesu.db.uow import UnitOfWork
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.crypto import KeyRing
from jiesu.petitions.issue import digests_of, receipts_of
from jiesu.tickets.models import Ticket

__all__ = ["AttachmentView", "attachment_views", "link_of"]


class AttachmentView(msgspec.Struct, frozen=True):
    """One file. `place` counts from 1; `state` is `ready`, `scanning` or `infected`; `url` opens it for five minutes."""

    place: int
    name: str
    media_type: str
    size: int
    by_petitioner: bool
    state: str
    added_at: datetime
    url: str | None


async def attachment_views(
    uow: UnitOfWork, keys: KeyRing, ticket: Ticket, *, own: bool = False
) -> list[AttachmentView]:
    """The files, oldest first; to the petitioner (`own`) only what the petitioner sent. Documents are listed by themselves."""
    rows = await files_of(uow, ticket.id)
    documents = await digests_of(uow, ticket.id) | await receipts_of(uow, ticket.id)
    return [
        _view(place, row, keys, uow.now)
        for place, row in enumerate(rows, 1)
        if row.digest not in documents and (not own or row.staff_id is None)
    ]


async def link_of(uow: UnitOfWork, keys: KeyRing, ticket: Ticket, place: int, *, own: bool = False) -> str:
    """The way to one file. Raises FileNotFound, StillScanning."""
    rows = await files_of(uow, ticket.id)
    if not 1 <= place <= len(rows) or (own and rows[place - 1].staff_id is not None):
        raise FileNotFound("place")
    return file_link(keys, servable(rows[place - 1]).id, uow.now)


def _view(place: int, row: Attachment, keys: KeyRing, now: datetime) -> AttachmentView:
    state = {Scan.WAITING: "scanning", Scan.INFECTED: "infected"}.get(row.scan, "ready")
    return AttachmentView(
        place=place,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        by_petitioner=row.staff_id is None,
        state=state,
        added_at=row.created_at.astimezone(SHANGHAI),
        url=file_link(keys, row.id, now) if state == "ready" else None,
    )
