"""Taking files for a ticket, for API and pages alike: who sends them is asked first, in a transaction of its own.

Then they are read, checked and written while no transaction is open, and put on record in a second one.
"""

from __future__ import annotations

from typing import Any

from litestar import Request

from jiesu.attachments.attach import attach_files
from jiesu.attachments.keep import kept_files
from jiesu.attachments.refusals import NoFiles
from jiesu.desk.attachments import AttachmentView, attachment_views
from jiesu.intake.follow import open_own
from jiesu.intake.guesses import Guesses
from jiesu.kernel import Kernel
from jiesu.tickets.events import PETITIONER, by_staff
from jiesu.tickets.guard import open_step
from jiesu.tickets.repository import TicketRepository
from jiesu.tickets.words import Step
from jiesu.web.signed_in import acting_staff
from jiesu.web.uploads import uploads_of

__all__ = ["take_own_files", "take_staff_files"]


async def take_own_files(
    request: Request[Any, Any, Any], guesses: Guesses, number: str, code: str
) -> list[AttachmentView]:
    """The petitioner's. Raises TicketNotFound, TooManyGuesses, NoFiles, TooManyFiles, a FileRefused, IllegalStep."""
    kernel: Kernel = request.app.state.kernel
    rules = await kernel.refresh()
    await guesses.check(number, code)
    if not (uploads := await uploads_of(request)):
        raise NoFiles("files")
    async with kept_files(kernel.files, uploads) as files, kernel.db.begin() as uow:
        ticket = await open_own(uow, rules.keys, number, code, lock=True)
        await attach_files(uow, ticket, files, PETITIONER, scan=kernel.scans, step=Step.SUPPLEMENT)
        return await attachment_views(uow, rules.keys, ticket, own=True)


async def take_staff_files(request: Request[Any, Any, Any], number: str) -> list[AttachmentView]:
    """From staff who may write a note on the ticket. Raises SignInFirst, NotYours and what the petitioner's do."""
    kernel: Kernel = request.app.state.kernel
    rules = await kernel.refresh()
    async with kernel.db.begin() as uow:
        staff = await acting_staff(request, uow)
        staff.see(await TicketRepository(uow).find(number))
    if not (uploads := await uploads_of(request)):
        raise NoFiles("files")
    async with kept_files(kernel.files, uploads) as files, kernel.db.begin() as uow:
        staff = await acting_staff(request, uow)
        ticket = await open_step(uow, staff, number, Step.NOTE)
        await attach_files(uow, ticket, files, by_staff(staff), scan=kernel.scans, step=Step.NOTE)
        return await attachment_views(uow, rules.keys, ticket)
