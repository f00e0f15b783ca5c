"""Units that keep other office hours than the network: seen in words, changed as rows, looked at before they hold."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, NamedTuple

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.kit.calendar import Calendars, WorkingCalendar
from jiesu.kit.calendar.shifts import MINUTE
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.routing.unit_choice import UnknownUnit
from jiesu.rules import Rules
from jiesu.sla.foresee import foresee
from jiesu.sla.publish import publish_hours, unit_hours
from jiesu.sla.wording import WEEKDAYS
from jiesu.web.api.admin import administrator_only
from jiesu.web.pages.admin.chosen_unit import typed_unit
from jiesu.web.pages.admin.fresh import fresh_rules
from jiesu.web.pages.forms import Fields, FormProblem, fields_of, problem_of
from jiesu.web.pages.rendering import go, render

__all__ = ["HoursPages"]

BLANK, MOST_ROWS = 1, 20
_SHIFT = re.compile(r"(\d{1,2}):(\d\d)\s*[-–~至到]\s*(\d{1,2}):(\d\d)")


class HoursUnclear(Invalid):
    zh = "第{row}行没有填对。请写从哪天起，和上下班时间，例如 09:00-12:00 14:00-17:30；按先后写，不能重叠。"
    en = "Row {row} is not right. Give the first day, and hours in order without overlap, such as 09:00-12:00 14:00-17:30."


class NoWeekdays(Invalid):
    zh = "第{row}行没有勾哪几天上班。请至少勾一天。"
    en = "Row {row} has no weekdays. Tick at least one."


class HoursRow(NamedTuple):
    """One schedule as typed: first and last day, shifts, weekdays from 1 (Monday) on."""

    first: str
    last: str
    shifts: str
    weekdays: frozenset[int]
    #: kept as it is: only a few weeks of each year
    season: str = ""


class HoursPages(Controller):
    path = "/admin/calendar/hours"

    @get("/")
    async def units(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        unit: FromQuery[str] = "",
    ) -> Response[Any]:
        """Which units keep other hours (办公时间不同的单位); with `unit` to that unit's form."""
        administrator_only(staff)
        rules, problem = await fresh_rules(request, rules), None
        if unit.strip():
            try:
                return go(f"/admin/calendar/hours/{typed_unit(rules.organisation, unit)}")
            except Invalid as error:
                problem = problem_of(error, locale)
        today = uow.now.astimezone(SHANGHAI).date()
        own = [
            (found, hours_on(calendar, today, locale))
            for code, calendar in sorted(rules.calendars.own.items())
            if (found := rules.organisation.find_unit(code))
        ]
        return render(
            request,
            "admin/hours.html",
            status=problem.status if problem else HTTP_200_OK,
            staff=staff,
            own=own,
            network=hours_on(rules.calendar, today, locale),
            units=rules.organisation.units,
            typed=unit.strip(),
            problem=problem,
        )

    @get("/{unit:str}")
    async def form(
        self,
        request: Request[Any, Any, Any],
        unit: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """The unit's schedules as rows."""
        administrator_only(staff)
        rules = await fresh_rules(request, rules)
        rows = [_row(schedule) for schedule in await unit_hours(uow, unit)]
        return _form(request, staff, uow, rules, locale, unit, rows)

    @post("/{unit:str}", status_code=HTTP_200_OK)
    async def publish(
        self,
        request: Request[Any, Any, Any],
        unit: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """First what would move, then, when that was seen, the hours themselves."""
        administrator_only(staff)
        fields = await fields_of(request)
        rows, for_good = _rows(fields), fields["do"] == "publish"
        folder = request.app.state.kernel.settings.config_dir
        try:
            _known(rules, unit)
            document = {"schedule": [_schedule(row, number) for number, row in enumerate(rows)]}
            found = await publish_hours(uow, staff, rules.clocks, folder, unit, document, dry_run=not for_good)
        except Invalid as error:
            return _form(request, staff, uow, rules, locale, unit, rows, problem=problem_of(error, locale))
        if for_good:
            return go(f"/admin/calendar/hours/{unit}?done=publish")
        today = uow.now.astimezone(SHANGHAI).date()
        moved = await foresee(uow, found.calendars, today)
        return _form(request, staff, uow, rules, locale, unit, rows, foreseen=moved, calendars=found.calendars)


def _known(rules: Rules, unit: str) -> None:
    if rules.organisation.find_unit(unit) is None:
        raise UnknownUnit("unit", unit=unit[:40])


def hours_on(calendar: WorkingCalendar, day: date, locale: Locale) -> str:
    """ "周一至周五 08:30–12:00 14:30–17:30", as it is on that day."""
    plans = calendar.timeline.plans
    plan = plans.plans[plans.plan_of[(day - calendar.first).days]]
    shifts = " ".join(f"{_clock(start)}–{_clock(end)}" for start, end in plan.shifts)
    return f"{_days(sorted(plan.weekdays), locale)} {shifts}"


def _days(numbers: list[int], locale: Locale) -> str:
    """ "周一至周五"; named one by one where there is a gap."""
    names = [WEEKDAYS[locale][number - 1] for number in numbers]
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{names[0]} to {names[-1]}" if locale == "en" else f"{names[0]}至{names[-1]}"
    return (" " if locale == "en" else "、").join(names)


def _clock(ticks: int) -> str:
    minutes = ticks // MINUTE
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _row(schedule: dict[str, Any]) -> HoursRow:
    weekdays = frozenset(schedule.get("weekdays", (1, 2, 3, 4, 5)))
    last = str(schedule.get("until", ""))
    season = " ".join(schedule.get("season", ()))
    return HoursRow(str(schedule["from"]), last, " ".join(schedule["shifts"]), weekdays, season)


def _rows(fields: Fields) -> list[HoursRow]:
    """As sent, without the rows left empty."""
    rows = []
    for number in range(MOST_ROWS):
        days = frozenset(day for day in range(1, 8) if f"day-{number}-{day}" in fields)
        first, last, shifts, season = (
            fields[f"{name}-{number}"].strip() for name in ("from", "until", "shifts", "season")
        )
        if first or last or shifts:
            rows.append(HoursRow(first, last, shifts, days, season))
    return rows


def _schedule(row: HoursRow, number: int) -> dict[str, Any]:
    """In the shape of `shifts.toml`. Raises HoursUnclear, NoWeekdays."""
    shifts = [(int(a), int(b), int(c), int(d)) for a, b, c, d in _SHIFT.findall(row.shifts)]
    try:
        first, last = date.fromisoformat(row.first), date.fromisoformat(row.last) if row.last else date.max
    except ValueError as error:
        raise HoursUnclear(f"from-{number}", row=number + 1) from error
    ends = [moment for a, b, c, d in shifts for moment in (a * 60 + b, c * 60 + d)]
    left = re.sub(r"[\s,，、;；]", "", _SHIFT.sub("", row.shifts))
    if not shifts or left or ends != sorted(set(ends)) or ends[-1] > 24 * 60 or last < first:
        raise HoursUnclear(f"shifts-{number}", row=number + 1)
    if not row.weekdays:
        raise NoWeekdays(f"day-{number}-1", row=number + 1)
    written: dict[str, Any] = {
        "from": str(first),
        "shifts": [f"{a:02}:{b:02}-{c:02}:{d:02}" for a, b, c, d in shifts],
        "weekdays": sorted(row.weekdays),
    }
    until = {"until": str(last)} if row.last else {}
    season = {"season": row.season.split()} if row.season else {}
    return written | until | season


def _form(
    request: Request[Any, Any, Any],
    staff: Staff,
    uow: UnitOfWork,
    rules: Rules,
    locale: Locale,
    unit: str,
    rows: list[HoursRow],
    *,
    problem: FormProblem | None = None,
    foreseen: Any = None,
    calendars: Calendars | None = None,
) -> Response[Any]:
    _known(rules, unit)
    today = uow.now.astimezone(SHANGHAI).date()
    return render(
        request,
        "admin/unit_hours.html",
        status=problem.status if problem else HTTP_200_OK,
        staff=staff,
        unit=rules.organisation.unit(unit),
        rows=rows,
        blank=BLANK,
        now_kept=hours_on(rules.calendars.of(unit), today, locale),
        new_kept=hours_on(calendars.of(unit), today, locale) if calendars else "",
        weekdays=WEEKDAYS[locale],
        foreseen=foreseen,
        problem=problem,
        done=request.query_params.get("done") if problem is None and foreseen is None else None,
    )
