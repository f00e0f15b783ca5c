"""The queue's own forms: one step on the tickets that were ticked, and the filters that people keep."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.filters import canonical
from jiesu.desk.saved import drop_filter, keep_filter, rename_filter
from jiesu.errors import DomainError, Invalid
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.bulk import MOST, act_on_all, bulk_steps
from jiesu.web.dependencies import version_of
from jiesu.web.pages.forms import fields_of, incomplete, problem_of
from jiesu.web.pages.rendering import go, render

__all__ = ["BulkPages"]


class NothingChosen(Invalid):
    zh = "还没有选工单。请先在列表里打勾，再点要办的事。"
    en = "No ticket is chosen. Tick some in the list, then say what to do."


class TooManyChosen(Invalid):
    zh = "一次最多办 100 张。请少选一些，分几次办。"
    en = "At most 100 at a time. Choose fewer and go on afterwards."


class BulkPages(Controller):
    path = "/desk"

    @post("/bulk", status_code=HTTP_200_OK)
    async def bulk(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Take one step on all that were ticked, and say of each what became of it (批量办理)."""
        fields = await fields_of(request)
        numbers = [value for value in (await request.form()).getall("number", []) if isinstance(value, str)]
        action, back = fields["action"], canonical(fields["back"])
        page: dict[str, Any] = {"staff": staff, "action": action, "back": back, "results": []}
        try:
            if action not in bulk_steps(staff) or not numbers:
                raise NothingChosen
            if len(numbers) > MOST:
                raise TooManyChosen
            body = {"note": {"text": fields["text"]}, "dispatch": {"unit": fields["unit"]}}.get(action, {})
            page["results"] = await act_on_all(uow, rules, staff, numbers, action, body, locale)
        except (DomainError, msgspec.ValidationError) as error:
            problem = problem_of(incomplete(error) if isinstance(error, msgspec.ValidationError) else error, locale)
            return render(request, "bulk.html", status=problem.status, problem=problem, **page)
        return render(request, "bulk.html", **page)

    @post("/filters", status_code=HTTP_200_OK)
    async def filters(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Keep, rename or delete a filter of one's own (我的筛选)."""
        fields = await fields_of(request)
        key, address = version_of(fields["id"]) or 0, canonical(fields["query"])
        try:
            if fields["do"] == "drop":
                await drop_filter(uow, staff, key)
            elif fields["do"] == "rename":
                await rename_filter(uow, staff, key, fields["name"])
            else:
                await keep_filter(uow, staff, fields["name"], address)
        except DomainError as error:
            problem = problem_of(error, locale)
            page: dict[str, Any] = {"staff": staff, "action": "", "back": address, "results": []}
            return render(request, "bulk.html", status=problem.status, problem=problem, **page)
        return go(f"/desk?{address}" if address else "/desk")
