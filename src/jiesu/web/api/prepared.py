"""Files that one asked for: how far they are, and getting them."""

from __future__ import annotations

from litestar import Controller, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.prepared.order import PreparedView, find_prepared, own_files, ready_file
from jiesu.kernel import Kernel
from jiesu.web.handing_out import handed_out

__all__ = ["PreparedController"]


class PreparedController(Controller):
    path = "/board/files"
    tags = ("board",)

    @get(operation_id="ListOwnFiles")
    async def listing(self, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]) -> list[PreparedView]:
        """One's own files of the last 24 hours, the newest first (我的文件)."""
        return [PreparedView.of(row) for row in await own_files(uow, staff)]

    @get("/{ref:str}", operation_id="GetOwnFile")
    async def one(
        self, ref: FromPath[str], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> PreparedView:
        """How far it is; `ready` can be fetched."""
        return PreparedView.of(await find_prepared(uow, staff, ref))

    @get("/{ref:str}/content", operation_id="FetchOwnFile", media_type="application/octet-stream")
    async def content(
        self, ref: FromPath[str], state: State, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> Stream:
        """The file itself, for whoever asked for it and nobody else."""
        kernel: Kernel = state.kernel
        row, kept = await ready_file(uow, kernel.files, staff, ref)
        return handed_out(kernel.files, kept, row.name or row.title, "application/octet-stream")
