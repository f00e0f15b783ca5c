"""Files of a ticket: sent in, listed, and handed out by short-lived links."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Stream
from litestar.status_codes import HTTP_201_CREATED

from jiesu.accounts.staff import Staff
from jiesu.attachments.links import linked_file
from jiesu.attachments.refusals import FileNotFound
from jiesu.db.uow import UnitOfWork
from jiesu.desk.attachments import AttachmentView, attachment_views
from jiesu.intake.follow import open_own
from jiesu.intake.guesses import Guesses
from jiesu.kernel import Kernel
from jiesu.rules import Rules
from jiesu.tickets.repository import TicketRepository
from jiesu.web.attaching import take_own_files, take_staff_files
from jiesu.web.handing_out import handed_out
from jiesu.web.uploads import LARGEST_FORM, UploadOperation

__all__ = ["DeskAttachmentController", "FileController", "TicketAttachmentController"]

log = structlog.get_logger(__name__)


class TicketAttachmentController(Controller):
    path = "/tickets/{number:str}/attachments"
    tags = ("petitioner",)

    @get(operation_id="ListOwnAttachments")
    async def listing(
        self,
        number: FromPath[str],
        code: FromQuery[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> list[AttachmentView]:
        """The petitioner's own files (附件)."""
        await guesses.check(number, code)
        return await attachment_views(uow, rules.keys, await open_own(uow, rules.keys, number, code), own=True)

    @post(
        operation_id="AttachToTicket",
        status_code=HTTP_201_CREATED,
        operation_class=UploadOperation,
        request_max_body_size=LARGEST_FORM,
    )
    async def attach(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        code: FromQuery[str],
        guesses: NamedDependency[Guesses],
    ) -> list[AttachmentView]:
        """Add files (传附件): at most 9 on a ticket, 20 MB each. The same file again changes nothing. All or none are taken."""
        return await take_own_files(request, guesses, number, code)


class DeskAttachmentController(Controller):
    path = "/desk/tickets/{number:str}/attachments"
    tags = ("desk",)

    @get(operation_id="ListAttachments")
    async def listing(
        self,
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> list[AttachmentView]:
        """All files of a ticket (附件)."""
        ticket = await TicketRepository(uow).find(number)
        staff.see(ticket)
        return await attachment_views(uow, rules.keys, ticket)

    @post(
        operation_id="AttachAtDesk",
        status_code=HTTP_201_CREATED,
        operation_class=UploadOperation,
        request_max_body_size=LARGEST_FORM,
    )
    async def attach(self, request: Request[Any, Any, Any], number: FromPath[str]) -> list[AttachmentView]:
        """Add files for colleagues (传附件)."""
        return await take_staff_files(request, number)


class FileController(Controller):
    """The one path that hands files out. It reads no cookie and sets none: the link is all."""

    path = "/files"

    @get("/{link:str}", include_in_schema=False)
    async def file(
        self,
        link: FromPath[str],
        state: State,
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> Stream:
        """Pictures that were drawn anew are shown, all else is downloaded."""
        kernel: Kernel = state.kernel
        row = await linked_file(uow, rules.keys, link)
        if not kernel.files.there(row.place):
            log.error("file missing", attachment=row.id)
            raise FileNotFound("link")
        shown = row.media_type.startswith("image/")
        return handed_out(kernel.files, row.kept, row.name, row.media_type, shown=shown)
