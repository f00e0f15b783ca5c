"""One's own files on a page: what is being made, and what can be fetched."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.prepared.order import PreparedView, own_files, ready_file
from jiesu.kernel import Kernel
from jiesu.web.handing_out import handed_out
from jiesu.web.pages.board_words import BOARD_WORDS
from jiesu.web.pages.rendering import render

__all__ = ["PreparedPages"]

#: Seconds after which the page asks again while something is being made.
AGAIN = 2


class PreparedPages(Controller):
    path = "/board/files"

    @get("/")
    async def listing(
        self, request: Request[Any, Any, Any], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> Response[Any]:
        """The files of the last 24 hours (我的文件)."""
        files = [PreparedView.of(row) for row in await own_files(uow, staff)]
        page = render(request, "board_files.html", staff=staff, files=files, board_words=BOARD_WORDS)
        if any(file.state in ("waiting", "making") for file in files):
            page.headers["Refresh"] = str(AGAIN)
        return page

    @get("/{ref:str}")
    async def content(
        self, ref: FromPath[str], state: State, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> Stream:
        """The file itself."""
        kernel: Kernel = state.kernel
        row, kept = await ready_file(uow, kernel.files, staff, ref)
        return handed_out(kernel.files, kept, row.name or row.title, row.media_type)
