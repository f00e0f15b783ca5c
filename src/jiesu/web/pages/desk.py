"""The desk: queues in tabs, search, and the duty post's notices."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.inbox import mark_read, unread
from jiesu.desk.queue import View, counts, list_tickets, views_for
from jiesu.desk.views import queue_row
from jiesu.intake.review import waiting_for
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.pages.rendering import go, render

__all__ = ["DeskPages"]


class DeskPages(Controller):
    path = "/desk"

    @get("/")
    async def queue(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        view: FromQuery[View | None] = None,
        q: FromQuery[str] = "",
        cursor: FromQuery[str] = "",
    ) -> Response[Any]:
        """One tab of the desk (工单列表), by default the first with work in it."""
        if staff.has(Right.AUDIT):
            return go("/audit")
        if staff.has(Right.ADMINISTER):
            return go("/admin")
        if not staff.has(Right.READ):
            return go("/security")
        tabs = await counts(uow, staff, views_for(staff))
        first = next((tab for tab, number in tabs.items() if number), next(iter(tabs)))
        chosen = view or (View.ALL if q.strip() else first)
        page = await list_tickets(uow, rules.keys, staff, chosen, q=q, cursor=cursor)
        return render(
            request,
            "desk.html",
            staff=staff,
            tabs={str(tab): number for tab, number in tabs.items()},
            view=str(chosen),
            q=q,
            rows=[queue_row(ticket, rules, uow.now, locale) for ticket in page.tickets],
            next_cursor=page.next_cursor,
            later=bool(cursor),
            notices=await unread(uow, staff, locale),
            withheld=len(await waiting_for(uow, staff)),
        )

    @post("/notices", status_code=HTTP_200_OK)
    async def read(self, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]) -> Response[Any]:
        """Mark the duty post's notices as read."""
        await mark_read(uow, staff)
        return go("/desk")
