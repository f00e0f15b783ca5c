"""Taking figures and queues along as files, from the forms below them; each export is on record before it goes out."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.export_rates import export_rates
from jiesu.desk.board.periods import MonthKind
from jiesu.desk.board.sheets import Asked, Form
from jiesu.desk.filters import Filters
from jiesu.desk.queue import View
from jiesu.desk.queue_export import export_queue
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.api.desk import refuse_classified
from jiesu.web.cutting import file_answer
from jiesu.web.pages.figures import WANTED, Wanted, export_figure
from jiesu.web.pages.forms import fields_of
from jiesu.web.sessions import client_address

__all__ = ["ExportPages", "asked_of"]


async def asked_of(request: Request[Any, Any, Any], rules: Rules, locale: Locale) -> Asked:
    """What the form below a table says. Raises ClassifiedAtDesk for the reason."""
    fields = await fields_of(request)
    refuse_classified(rules, {"reason": fields["reason"]})
    form = Form.CSV if fields["form"] == Form.CSV else Form.XLSX
    return Asked(form, fields["reason"], client_address(request), locale)


class ExportPages(Controller):
    path = "/"

    @post("/board/rates/export", status_code=HTTP_200_OK)
    async def rates(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
        period: FromQuery[MonthKind] = MonthKind.CALENDAR,
    ) -> Response[Any]:
        """The month's figures as a file (导出三率)."""
        asked = await asked_of(request, rules, locale)
        return file_answer(await export_rates(uow, rules, staff, month, unit, period, asked))

    @post("/board/figures/export", dependencies=WANTED, status_code=HTTP_200_OK)
    async def figure(
        self,
        request: Request[Any, Any, Any],
        wanted: NamedDependency[Wanted],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Any other figure, or a contact list, as a file."""
        return file_answer(await export_figure(uow, rules, staff, wanted, await asked_of(request, rules, locale)))

    @post("/desk/export", status_code=HTTP_200_OK)
    async def queue(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        view: FromQuery[View] = View.OPEN,
        q: FromQuery[str] = "",
    ) -> Response[Any]:
        """The queue as it is narrowed, as a file."""
        asked = await asked_of(request, rules, locale)
        return file_answer(await export_queue(uow, rules, staff, view, q, Filters.of(request.query_params), asked))
