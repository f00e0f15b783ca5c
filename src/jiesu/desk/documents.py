"""Documents of the statutory track as they are shown, to staff and to the petitioner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.attachments.attach import files_of
from jiesu.attachments.links import file_link, servable
from jiesu.attachments.models import Attachment
from jiesu.attachments.refusals import FileNotFound
from jiesu.db.uow import UnitOfWork
from jiesu.desk.attachments import link_of
from jiesu.desk.names import unit_or_code
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.petitions.cases import cases_of, revoked_among
from jiesu.petitions.issue import digests_of, documents_of, receipts_of
from jiesu.petitions.models import Document, Service
from jiesu.petitions.serve import open_document, services_of
from jiesu.petitions.words import WAYS
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket

__all__ = ["DocumentView", "document_views", "own_link", "staff_link"]


class ServiceView(msgspec.Struct, frozen=True):
    """One service: how, when, to whom. `place` is that of its record (送达回证) among the files, for the desk, once it is made."""

    way: str
    way_text: str
    served_at: datetime
    receiver: str
    note: str | None
    place: int | None


class DocumentView(msgspec.Struct, frozen=True):
    """One document. `place` and `url` (for five minutes) are null until its file is made, and for whoever may not know who it is for."""

    kind: str
    title: str
    number: str
    unit: str
    signer: str
    issued_at: datetime
    made: bool
    #: A higher organ revoked it (撤销).
    revoked: bool
    place: int | None
    url: str | None
    services: list[ServiceView]


async def document_views(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh", *, whole: bool = True, public: bool = False
) -> list[DocumentView]:
    """All of them, oldest first; nothing is asked where the ticket was never on the statutory track.

    Not `whole`: for whoever may not know whose ticket it is; the file and who received it say so.
    """
    documents = await documents_of(uow, ticket)
    if not documents:
        return []
    revoked = revoked_among(documents, await cases_of(uow, ticket))
    services, files = await services_of(uow, ticket), await files_of(uow, ticket.id)
    places = {row.digest: (place, row) for place, row in enumerate(files, 1)}
    return [
        _view(
            uow,
            rules,
            each,
            [s for s in services if s.document_id == each.id],
            places.get(each.digest or ""),
            {digest: place for digest, (place, _) in places.items()},
            locale,
            revoked=each.id in revoked,
            whole=whole,
            public=public,
        )
        for each in documents
    ]


def _view(
    uow: UnitOfWork, rules: Rules, row: Document, services: list[Service], file: tuple[int, Attachment] | None,
    receipts: Mapping[str, int], locale: Locale,
    *, revoked: bool, whole: bool, public: bool,
) -> DocumentView:  # fmt: skip
    shown = file if whole else None
    return DocumentView(
        kind=row.kind,
        title=rules.documents.title(row.kind, locale),
        number=row.number,
        unit=unit_or_code(rules, row.unit, locale).name,
        signer=row.signer,
        issued_at=row.issued_at.astimezone(SHANGHAI),
        made=row.digest is not None,
        revoked=revoked,
        place=shown[0] if shown else None,
        url=file_link(rules.keys, shown[1].id, uow.now) if shown else None,
        services=[
            ServiceView(
                way=each.way,
                way_text=WAYS[each.way][locale == "en"],
                served_at=each.served_at.astimezone(SHANGHAI),
                receiver=each.receiver if whole else "*",
                note=None if public else each.note,
                place=None if public or not whole else receipts.get(each.digest or ""),
            )
            for each in services
        ],
    )


async def staff_link(uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, place: int) -> str:
    """The way to one file for staff who may see the ticket. A document names whom it is for. Raises FileNotFound, StillScanning."""
    rows = await files_of(uow, ticket.id)
    know = staff.may_know_who(ticket)
    theirs = set() if know else await digests_of(uow, ticket.id) | await receipts_of(uow, ticket.id)
    if 1 <= place <= len(rows) and rows[place - 1].digest in theirs:
        raise FileNotFound("place")
    return await link_of(uow, rules.keys, ticket, place)


async def own_link(uow: UnitOfWork, rules: Rules, ticket: Ticket, place: int) -> str:
    """The same for the petitioner of a locked ticket: their own files, and documents, which are thereby served.

    Raises FileNotFound, StillScanning.
    """
    rows = await files_of(uow, ticket.id)
    if 1 <= place <= len(rows) and rows[place - 1].digest in await receipts_of(uow, ticket.id):
        raise FileNotFound("place")
    if 1 <= place <= len(rows) and rows[place - 1].digest in await digests_of(uow, ticket.id):
        await open_document(uow, ticket, rows[place - 1].digest)
        return file_link(rules.keys, servable(rows[place - 1]).id, uow.now)
    return await link_of(uow, rules.keys, ticket, place, own=True)
