"""Actor of the documents: make the Word file of one, or of the record of its service, and keep it encrypted with the ticket's files."""

from __future__ import annotations

import asyncio
import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from jiesu.accounts.models import Account, StaffRow
from jiesu.attachments.kinds import DOCX
from jiesu.attachments.models import Attachment, Scan
from jiesu.db.uow import UnitOfWork
from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI
from jiesu.petitions.issue import RENDER
from jiesu.petitions.models import Document, Service
from jiesu.petitions.render import rendered
from jiesu.petitions.words import WAYS
from jiesu.sla.wording import date_words
from jiesu.tickets.models import Ticket
from workers.actor import handles_outside

__all__ = ["render_document"]


@handles_outside(RENDER)
async def render_document(kernel: Kernel, payload: dict[str, Any]) -> None:
    """Make the file of a document, or of the record of a service, once. Repeating it changes nothing: what was made in vain is taken away."""
    async with kernel.db.begin() as uow:
        row = await _row(uow, payload)
        if row is None or row.digest is not None:
            return
        made = await _receipt(uow, kernel, row) if isinstance(row, Service) else _document(kernel, row)
    content = await asyncio.to_thread(rendered, made.template, made.words, made.paragraphs)
    kept = kernel.files.write(BytesIO(content))
    async with kernel.db.begin() as uow:
        await uow.session.get_one(Ticket, row.ticket_id, with_for_update=True)
        again = await _row(uow, payload, lock=True)
        if again is not None and again.digest is None:
            again.digest = hashlib.sha256(content).hexdigest()
            file = Attachment(
                ticket_id=row.ticket_id, name=made.name, media_type=DOCX.media_type, size=kept.size, digest=again.digest,
                place=kept.place, key=kept.key, scan=Scan.NONE, staff_id=row.staff_id, created_at=uow.now,
            )  # fmt: skip
            uow.session.add(file)
            return
    kernel.files.remove(kept.place)


async def _row(uow: UnitOfWork, payload: dict[str, Any], *, lock: bool = False) -> Document | Service | None:
    """What the file is made for; locked, as it stands now."""
    if "service" in payload:
        return await uow.session.get(Service, payload["service"], with_for_update=lock, populate_existing=lock)
    return await uow.session.get(Document, payload["id"], with_for_update=lock, populate_existing=lock)


class _Made(NamedTuple):
    """What a file is called and made of."""

    name: str
    template: Path
    words: dict[str, str]
    paragraphs: list[str]


def _document(kernel: Kernel, row: Document) -> _Made:
    phrasing, title = kernel.rules.documents, kernel.rules.documents.title(row.kind)
    words = {
        "organ": _organ(kernel, row),
        "number": row.number,
        "title": title,
        "addressee": row.addressee,
        "signer": row.signer,
        "date": date_words(row.issued_at),
    }
    name = f"{title}（{row.number}）{DOCX.ending}"
    return _Made(name, phrasing.template(row.kind), words, row.body.splitlines())


async def _receipt(uow: UnitOfWork, kernel: Kernel, row: Service) -> _Made:
    """送达回证: what was handed to whom, when, how and by whom, with the lines where they sign."""
    document = await uow.session.get_one(Document, row.document_id)
    ticket = await uow.session.get_one(Ticket, row.ticket_id)
    by = select(Account.name).join(StaffRow, StaffRow.account_id == Account.id).where(StaffRow.id == row.staff_id)
    served, phrasing = row.served_at.astimezone(SHANGHAI), kernel.rules.documents
    opened = "本人在网上查看，系统自动记录。"
    words = {
        "organ": _organ(kernel, document),
        "document": f"{phrasing.title(document.kind)}（{document.number}）",
        "ticket": ticket.number,
        "addressee": document.addressee,
        "way": WAYS[row.way][0],
        "at": f"{date_words(row.served_at)}{served.hour}时{served.minute:02}分",
        "receiver": row.receiver,
        "by": await uow.session.scalar(by) or "系统",
        "note": row.note or (opened if row.staff_id is None else ""),
    }
    return _Made(f"送达回证（{document.number}）{DOCX.ending}", phrasing.receipt, words, [])


def _organ(kernel: Kernel, row: Document) -> str:
    organ = kernel.rules.organisation.find_unit(row.unit)
    return organ.name if organ else row.unit
