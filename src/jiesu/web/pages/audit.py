"""The auditor's pages: the trails by filters, their export, and who was pressed about an answer."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.audit.verify import last_checkpoint
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.desk.audit_words import ACCOUNTS, TICKETS
from jiesu.desk.auditing import AuditPage, Filters, auditor_only, lines, pressed
from jiesu.errors import Invalid
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.api.audit import csv_of
from jiesu.web.pages.forms import fields_of, problem_of
from jiesu.web.pages.rendering import render

__all__ = ["AuditPages"]


class AuditPages(Controller):
    path = "/audit"

    @get("/")
    async def trail(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        since: FromQuery[str] = "",
        until: FromQuery[str] = "",
        kind: FromQuery[str] = "",
        account: FromQuery[str] = "",
        number: FromQuery[str] = "",
        cursor: FromQuery[str] = "",
    ) -> Response[Any]:
        """Both trails, the newest first (审计日志)."""
        auditor_only(staff)
        filters, problem = Filters(since, until, kind, account.strip(), number.strip()), None
        try:
            async with uow.scoped(Scope.SYSTEM):
                page = await lines(uow.session, rules, staff, filters, locale, cursor=cursor)
        except Invalid as error:
            page, problem = AuditPage([], None), problem_of(error, locale)
        english = locale == "en"
        return render(
            request,
            "audit.html",
            status=problem.status if problem else HTTP_200_OK,
            staff=staff,
            page=page,
            filters=filters,
            given=filters.given(),
            later=bool(cursor),
            problem=problem,
            checkpoint=await last_checkpoint(uow.session),
            groups=[{key: words[english] for key, words in table.items()} for table in (ACCOUNTS, TICKETS)],
        )

    @post("/export", status_code=HTTP_200_OK)
    async def export(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        state: State,
    ) -> Response[Any]:
        """What the filters find, as a file (导出)."""
        fields = await fields_of(request)
        filters = Filters(*(fields[name] for name in Filters.__struct_fields__))
        return await csv_of(request, state, uow, rules, staff, filters, locale)

    @get("/pressed")
    async def pressed(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        cursor: FromQuery[str] = "",
    ) -> Response[Any]:
        """Who was pressed about an answer (评价受到施压)."""
        async with uow.scoped(Scope.SYSTEM):
            page = await pressed(uow.session, rules, staff, locale, cursor=cursor)
        return render(request, "pressed.html", staff=staff, page=page, later=bool(cursor))
