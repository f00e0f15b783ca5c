"""The desk: queues in tabs, narrowed and searched, and the duty post's notices."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.filters import Filters, NotADay, canonical
from jiesu.desk.inbox import mark_read, unread
from jiesu.desk.queue import PAGE, Page, View, counts, list_tickets, views_for
from jiesu.desk.rows import queue_row
from jiesu.desk.saved import filters_of
from jiesu.desk.seen import news_among
from jiesu.intake.review import count_waiting
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.bulk import bulk_steps
from jiesu.web.pages.choices import categories, classes, units
from jiesu.web.pages.forms import problem_of
from jiesu.web.pages.rendering import go, render

__all__ = ["DeskPages"]

#: Rows that a page which looks again asks for at most: what somebody had scrolled to stays.
MOST = 500


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
        n: Annotated[int, QueryParameter(ge=1, le=MOST)] = PAGE,
    ) -> Response[Any]:
        """One tab of the desk (工单列表), by default the first with work in it; `n` rows of it."""
        if staff.has(Right.AUDIT):
            return go("/audit")
        if staff.has(Right.ADMINISTER):
            return go("/admin")
        if not staff.has(Right.READ):
            return go("/security")
        tabs = await counts(uow, staff, views_for(staff))
        narrow = Filters.of(request.query_params)
        first = next((tab for tab, number in tabs.items() if number), next(iter(tabs)))
        chosen = view or (View.ALL if q.strip() else View.OPEN if narrow.given else first)
        page, problem = Page([], None), None
        try:
            conditions = list(narrow.conditions(rules.organisation))
            page = await list_tickets(uow, rules.keys, staff, chosen, q=q, narrow=conditions, cursor=cursor, limit=n)
        except NotADay as error:
            problem = problem_of(error, locale)
        news = await news_among(uow, staff, page.tickets)
        rows = [queue_row(ticket, rules, uow.now, locale, news=ticket.id in news) for ticket in page.tickets]
        here = {"view": str(chosen), "q": q, **narrow.given}
        return render(
            request,
            "desk.html",
            status=problem.status if problem else HTTP_200_OK,
            staff=staff,
            now=uow.now,
            tabs={str(tab): number for tab, number in tabs.items()},
            view=str(chosen),
            q=q,
            narrow=narrow,
            here=here,
            rows=rows,
            next_cursor=page.next_cursor,
            later=bool(cursor),
            notices=await unread(uow, staff, locale),
            withheld=await count_waiting(uow, staff),
            steps=bulk_steps(staff),
            problem=problem,
            **await _choices(uow, rules, staff, locale, here),
        )

    @post("/notices", status_code=HTTP_200_OK)
    async def read(self, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]) -> Response[Any]:
        """Mark the duty post's notices as read."""
        await mark_read(uow, staff)
        return go("/desk")


async def _choices(uow: UnitOfWork, rules: Rules, staff: Staff, locale: Locale, here: dict[str, str]) -> dict[str, Any]:
    """What the page's select boxes offer, and the person's own filters."""
    address = canonical(urlencode(here))
    return {
        "units": units(rules.organisation, staff.subtree, locale) if len(staff.subtree) > 1 else [],
        "categories": categories(rules, locale),
        "classes": classes(rules, rules.clocks.version, locale),
        "saved": await filters_of(uow, staff),
        "address": address,
    }
