"""The working calendar: a year to look at, its arrangement entered, what would move seen before it is published."""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import DomainError
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.editions import calendar_edits
from jiesu.sla.foresee import foresee
from jiesu.sla.publish import Publication, publish_year
from jiesu.sla.wording import WEEKDAYS
from jiesu.web.api.admin import administrator_only
from jiesu.web.api.calendar import Year
from jiesu.web.pages.admin.fresh import fresh_rules
from jiesu.web.pages.admin.year_form import (
    BLANK,
    YearForm,
    document_of,
    form_of_calendar,
    form_of_document,
    form_of_fields,
)
from jiesu.web.pages.admin.year_sheet import months_of, named_days
from jiesu.web.pages.forms import FormProblem, fields_of, problem_of
from jiesu.web.pages.rendering import go, render

__all__ = ["CalendarPages"]


class CalendarPages(Controller):
    path = "/admin/calendar"

    @get("/")
    async def this_year(self, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]) -> Response[Any]:
        """The year that is (工作日历)."""
        administrator_only(staff)
        return go(f"/admin/calendar/{uow.now.astimezone(SHANGHAI).year}")

    @get("/{year:int}")
    async def year(
        self,
        request: Request[Any, Any, Any],
        year: Year,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Twelve months with days off and make-up days."""
        administrator_only(staff)
        done = request.query_params.get("done")
        rules = await fresh_rules(request, rules)
        today = uow.now.astimezone(SHANGHAI).date()
        edits = await calendar_edits(uow.session)
        return render(
            request,
            "admin/year.html",
            staff=staff,
            year=year,
            today=today,
            weekdays=[name.removeprefix("周") for name in WEEKDAYS[locale]],
            months=months_of(rules.calendar, year, today, locale),
            named=list(named_days(rules.calendar, year, locale)),
            provisional=rules.calendar.is_provisional(date(year, 1, 1)),
            edited=year in edits.years,
            done=done,
        )

    @get("/{year:int}/edit")
    async def form(
        self,
        request: Request[Any, Any, Any],
        year: Year,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> Response[Any]:
        """The form, filled with what holds now."""
        administrator_only(staff)
        said = (await calendar_edits(uow.session)).years.get(year)
        form = form_of_calendar(rules.calendar, year) if said is None else form_of_document(said)
        return _form(request, staff, year, form)

    @post("/{year:int}/edit", status_code=HTTP_200_OK)
    async def publish(
        self,
        request: Request[Any, Any, Any],
        year: Year,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """First what would change, then, when that was seen, the publication."""
        administrator_only(staff)
        fields = await fields_of(request)
        form, folder = form_of_fields(fields), request.app.state.kernel.settings.config_dir
        if fields["do"] == "edit":
            return _form(request, staff, year, form)
        for_good = fields["do"] == "publish"
        try:
            document = document_of(form, year, rules.calendar)
            found = await publish_year(uow, staff, rules.clocks, folder, year, document, dry_run=not for_good)
        except DomainError as error:
            return _form(request, staff, year, form, problem_of(error, locale))
        if for_good:
            return go(f"/admin/calendar/{year}?done=publish")
        return await _preview(request, staff, uow, year, form, found)


async def _preview(
    request: Request[Any, Any, Any], staff: Staff, uow: UnitOfWork, year: int, form: YearForm, found: Publication
) -> Response[Any]:
    first = min((change.date for change in found.changes), default=None)
    foreseen = await foresee(uow, found.calendars, first) if first else None
    return render(
        request, "admin/year_preview.html", staff=staff, year=year, form=form, changes=found.changes, foreseen=foreseen,
        running=found.running,
    )  # fmt: skip


def _form(
    request: Request[Any, Any, Any], staff: Staff, year: int, form: YearForm, problem: FormProblem | None = None
) -> Response[Any]:
    if problem is not None and (problem.field or "").startswith(("off", "year")):
        problem = FormProblem("name-0", problem.text, problem.status, problem.code)
    return render(
        request,
        "admin/year_form.html",
        status=problem.status if problem else HTTP_200_OK,
        staff=staff,
        year=year,
        form=form,
        blank=BLANK,
        problem=problem,
    )
