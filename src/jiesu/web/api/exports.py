"""Figures and lists as files: each asks for a reason, and is on record before it goes out."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import Cut
from jiesu.desk.board.export import export_cut
from jiesu.desk.board.export_long import order_export
from jiesu.desk.board.export_rates import export_rates
from jiesu.desk.board.periods import MonthKind
from jiesu.desk.board.sheets import Asked, Form
from jiesu.desk.filters import Filters
from jiesu.desk.prepared.order import PreparedView
from jiesu.desk.queue import View
from jiesu.desk.queue_export import export_queue
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.api.desk import refuse_classified
from jiesu.web.cutting import CUT, file_answer
from jiesu.web.pages.figures import WANTED, Wanted, export_figure
from jiesu.web.sessions import client_address

__all__ = ["ExportController"]

#: A sheet or a text, by its name.
FILE = "application/octet-stream"


class ExportAsked(msgspec.Struct, forbid_unknown_fields=True):
    """Why, in at most 200 characters, and as what."""

    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""
    form: Form = Form.XLSX


def _asked(request: Request[Any, Any, Any], rules: Rules, data: ExportAsked, locale: Locale) -> Asked:
    refuse_classified(rules, {"reason": data.reason})
    return Asked(data.form, data.reason, client_address(request), locale)


class ExportController(Controller):
    path = "/"
    tags = ("board",)

    @post(
        "/board/export", operation_id="ExportBoardTickets", media_type=FILE, status_code=HTTP_200_OK, dependencies=CUT
    )
    async def tickets(
        self,
        data: JSONBody[ExportAsked],
        request: Request[Any, Any, Any],
        cut: NamedDependency[Cut],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[bytes]:
        """The tickets behind a figure as a file with a watermark (导出), at most 2,000; the export is on record with its reason."""
        asked = _asked(request, rules, data, locale)
        return file_answer(await export_cut(uow, rules, staff, cut, asked), FILE)

    @post("/board/export/prepared", operation_id="OrderBoardExport", status_code=HTTP_202_ACCEPTED, dependencies=CUT)
    async def order(
        self,
        data: JSONBody[ExportAsked],
        request: Request[Any, Any, Any],
        cut: NamedDependency[Cut],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> PreparedView:
        """The same made by a worker, up to 200,000 tickets, to be fetched from `/board/files`."""
        asked = _asked(request, rules, data, locale)
        return PreparedView.of(await order_export(uow, rules, staff, cut, asked))

    @post("/board/rates/export", operation_id="ExportBoardRates", media_type=FILE, status_code=HTTP_200_OK)
    async def rates(
        self,
        data: JSONBody[ExportAsked],
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
        period: FromQuery[MonthKind] = MonthKind.CALENDAR,
    ) -> Response[bytes]:
        """A month's three rates as a file (导出三率), with the tickets that make them; the export is on record with its reason."""
        asked = _asked(request, rules, data, locale)
        return file_answer(await export_rates(uow, rules, staff, month, unit, period, asked), FILE)

    @post(
        "/board/figures/export", operation_id="ExportFigure", media_type=FILE, status_code=HTTP_200_OK, dependencies=WANTED
    )  # fmt: skip
    async def figure(
        self,
        data: JSONBody[ExportAsked],
        request: Request[Any, Any, Any],
        wanted: NamedDependency[Wanted],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[bytes]:
        """The league, rates divided, dates kept, co-handling, hot topics or a contact list as a file, as its own view shows it."""
        return file_answer(await export_figure(uow, rules, staff, wanted, _asked(request, rules, data, locale)), FILE)

    @post("/desk/export", operation_id="ExportQueue", media_type=FILE, status_code=HTTP_200_OK)
    async def queue(
        self,
        data: JSONBody[ExportAsked],
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        view: FromQuery[View] = View.OPEN,
        q: FromQuery[str] = "",
        unit: FromQuery[str] = "",
        category: FromQuery[str] = "",
        class_: Annotated[str, QueryParameter(name="class")] = "",
        channel: FromQuery[str] = "",
        due: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Exactly the tickets of a queue as it is narrowed (导出工单列表), at most 2,000."""
        narrow = Filters(unit, category, class_, channel, due)
        asked = _asked(request, rules, data, locale)
        return file_answer(await export_queue(uow, rules, staff, view, q, narrow, asked), FILE)
