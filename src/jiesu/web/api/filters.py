"""The filters that people keep."""

from __future__ import annotations

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.models import SavedFilter
from jiesu.desk.saved import drop_filter, filters_of, keep_filter, rename_filter

__all__ = ["FilterController"]


class FilterBody(msgspec.Struct, forbid_unknown_fields=True):
    """`query` as in the page's address: `view=overdue&class=P1`."""

    name: str
    query: str = ""


class FilterName(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class FilterView(msgspec.Struct, frozen=True):
    """A filter that the person keeps."""

    id: int
    name: str
    query: str

    @classmethod
    def of(cls, row: SavedFilter) -> FilterView:
        return cls(row.id, row.name, row.query)


class FilterController(Controller):
    path = "/desk/filters"
    tags = ("desk",)

    @get(operation_id="ListFilters")
    async def filters(self, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]) -> list[FilterView]:
        """The person's own filters (我的筛选)."""
        return [FilterView.of(row) for row in await filters_of(uow, staff)]

    @post(operation_id="KeepFilter", status_code=HTTP_200_OK)
    async def keep(
        self, data: JSONBody[FilterBody], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> FilterView:
        """Keep a filter; one of that name gets the new content."""
        return FilterView.of(await keep_filter(uow, staff, data.name, data.query))

    @patch("/{id:int}", operation_id="RenameFilter")
    async def rename(
        self,
        data: JSONBody[FilterName],
        id: FromPath[int],  # noqa: A002 - the path's own name
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
    ) -> FilterView:
        """Give a filter another name."""
        return FilterView.of(await rename_filter(uow, staff, id, data.name))

    @delete("/{id:int}", operation_id="DropFilter")
    async def drop(
        self,
        id: FromPath[int],  # noqa: A002 - the path's own name
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
    ) -> None:
        """Delete a filter."""
        await drop_filter(uow, staff, id)
