"""Actor of the documents: make the Word file of one, keep it encrypted with the ticket's files."""

from __future__ import annotations

import asyncio
import hashlib
from io import BytesIO
from typing import Any

from jiesu.attachments.kinds import DOCX
from jiesu.attachments.models import Attachment, Scan
from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI
from jiesu.petitions.issue import RENDER
from jiesu.petitions.models import Document
from jiesu.petitions.render import rendered
from jiesu.tickets.models import Ticket
from workers.actor import handles_outside

__all__ = ["render_document"]


@handles_outside(RENDER)
async def render_document(kernel: Kernel, payload: dict[str, Any]) -> None:
    """Make the file once. Repeating it changes nothing: what was made in vain is taken away."""
    async with kernel.db.begin() as uow:
        row = await uow.session.get(Document, payload["id"])
    if row is None or row.digest is not None:
        return
    content = await asyncio.to_thread(_content, kernel, row)
    kept = kernel.files.write(BytesIO(content))
    async with kernel.db.begin() as uow:
        await uow.session.get_one(Ticket, row.ticket_id, with_for_update=True)
        document = await uow.session.get_one(Document, row.id, with_for_update=True, populate_existing=True)
        if document.digest is None:
            document.digest = hashlib.sha256(content).hexdigest()
            title = kernel.rules.documents.title(row.kind)
            file = Attachment(
                ticket_id=row.ticket_id, name=f"{title}（{row.number}）{DOCX.ending}", media_type=DOCX.media_type,
                size=kept.size, digest=document.digest, place=kept.place, key=kept.key, scan=Scan.NONE,
                staff_id=row.staff_id, created_at=uow.now,
            )  # fmt: skip
            uow.session.add(file)
            return
    kernel.files.remove(kept.place)


def _content(kernel: Kernel, row: Document) -> bytes:
    phrasing, organ = kernel.rules.documents, kernel.rules.organisation.find_unit(row.unit)
    issued = row.issued_at.astimezone(SHANGHAI)
    words = {
        "organ": organ.name if organ else row.unit,
        "number": row.number,
        "title": phrasing.title(row.kind),
        "addressee": row.addressee,
        "signer": row.signer,
        "date": f"{issued.year}年{issued.month}月{issued.day}日",
    }
    return rendered(phrasing.template(row.kind), words, row.body.splitlines())
