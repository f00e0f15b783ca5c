"""Files from the petitioner: with the appeal, or later by number and query code."""

from __future__ import annotations

from collections.abc import Sequence

from jiesu.attachments.attach import attach_files
from jiesu.attachments.keep import KeptFile
from jiesu.db.uow import UnitOfWork
from jiesu.intake.follow import open_own
from jiesu.kit.crypto import KeyRing
from jiesu.tickets.events import PETITIONER
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["attach_own"]


async def attach_own(
    uow: UnitOfWork, keys: KeyRing, number: str, code: str, files: Sequence[KeptFile], *, scan: bool
) -> Ticket:
    """Add files to one's own open ticket; they count as the answer to a request for details. Locks the ticket."""
    ticket = await open_own(uow, keys, number, code, lock=True)
    await attach_files(uow, ticket, files, PETITIONER, scan=scan, step=Step.SUPPLEMENT)
    return ticket
