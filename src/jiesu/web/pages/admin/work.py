"""Work that was given up: why, sent again, or dropped for good. What it was about is not shown."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.audit.events import WorkRetried
from jiesu.db.dead_letters import list_dead, retry_all
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.web.api.admin import administrator_only, drop_letter, send_letter
from jiesu.web.pages.admin.words import JOBS
from jiesu.web.pages.forms import fields_of
from jiesu.web.pages.rendering import go, render

__all__ = ["WorkPages"]


class NotConfirmed(Invalid):
    zh = "删除以后不能找回。请先打勾确认，再按“删除”。"
    en = "What is dropped cannot be brought back. Tick the box, then drop it."


class WorkPages(Controller):
    path = "/admin/work"

    @get("/")
    async def letters(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        cursor: FromQuery[str] = "",
    ) -> Response[Any]:
        """What was given up, the newest first (失败任务)."""
        administrator_only(staff)
        page = await list_dead(uow, cursor=cursor)
        return render(request, "admin/work.html", staff=staff, page=page, later=bool(cursor), jobs=JOBS)

    @post("/retry", status_code=HTTP_200_OK)
    async def retry_all(self, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]) -> Response[Any]:
        """Send all of it again (全部重新发送)."""
        administrator_only(staff)
        if number := await retry_all(uow):
            await uow.record(WorkRetried(by=staff.username, count=number))
        return go("/admin/work?done=retry")

    @post("/{letter:str}/retry", status_code=HTTP_200_OK)
    async def retry(
        self, letter: FromPath[str], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> Response[Any]:
        """Send it again now (重新发送)."""
        await send_letter(uow, staff, letter)
        return go("/admin/work?done=retry")

    @post("/{letter:str}/discard", status_code=HTTP_200_OK)
    async def discard(
        self,
        request: Request[Any, Any, Any],
        letter: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
    ) -> Response[Any]:
        """Drop it for good, once that was confirmed (删除)."""
        administrator_only(staff)
        if "sure" not in await fields_of(request):
            raise NotConfirmed("sure")
        await drop_letter(uow, staff, letter)
        return go("/admin/work?done=discard")
