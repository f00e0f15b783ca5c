"""What administrators say of the calendar: a year's holidays, and the hours of units that keep their own."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, get, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, PathParameter

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.kit.calendar import DayChange, YearView, year_view
from jiesu.routing.unit_choice import UnknownUnit
from jiesu.rules import Rules
from jiesu.sla.publish import Publication, publish_hours, publish_year, unit_hours
from jiesu.web.api.admin import administrator_only

__all__ = ["CalendarController", "Year"]

#: The calendar begins with 2000, and publishing a year looks at the December before it.
Year = Annotated[int, PathParameter(ge=2001, le=2099)]


class Hours(msgspec.Struct, frozen=True):
    """A unit's own schedules as `shifts.toml` writes them; empty where it keeps the network's hours."""

    unit: str
    schedule: list[dict[str, Any]]


class Published(msgspec.Struct, frozen=True):
    """What changes, and how many running deadlines are looked at for it. `applied` is false for a rehearsal."""

    applied: bool
    version: str
    changes: list[DayChange]
    running_deadlines: int

    @classmethod
    def of(cls, publication: Publication, *, dry_run: bool) -> Published:
        return cls(not dry_run, publication.version, list(publication.changes), publication.running)


class CalendarController(Controller):
    path = "/admin/calendar"
    tags = ("administration",)

    @get("/years/{year:int}", operation_id="ShowYear")
    async def year(self, year: Year, staff: NamedDependency[Staff], rules: NamedDependency[Rules]) -> YearView:
        """Every day of the year that does not follow the plain week, and whether the year is published (年历)."""
        administrator_only(staff)
        return year_view(rules.calendar, year)

    @put("/years/{year:int}", operation_id="PublishYear")
    async def publish(
        self,
        data: JSONBody[dict[str, Any]],
        year: Year,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        state: State,
        dry_run: FromQuery[bool] = False,
    ) -> Published:
        """Publish a year's holidays and make-up days (公布放假安排), or rehearse it with `dry_run=true`.

        Running deadlines that it moves are reckoned anew in the background; whoever was promised the old date is told.
        """
        folder = state.kernel.settings.config_dir
        publication = await publish_year(uow, staff, rules.clocks, folder, year, data, dry_run=dry_run)
        return Published.of(publication, dry_run=dry_run)

    @get("/hours/{unit:str}", operation_id="ShowHours")
    async def hours(
        self, unit: FromPath[str], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> Hours:
        """The hours the administrator gave a unit (办公时间)."""
        administrator_only(staff)
        return Hours(unit, await unit_hours(uow, unit))

    @put("/hours/{unit:str}", operation_id="PublishHours")
    async def set_hours(
        self,
        data: JSONBody[dict[str, Any]],
        unit: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        state: State,
        dry_run: FromQuery[bool] = False,
    ) -> Published:
        """Give a unit hours of its own, `{"schedule": […]}`; an empty list gives it the network's again."""
        if rules.organisation.find_unit(unit) is None:
            raise UnknownUnit("unit", unit=unit[:40])
        folder = state.kernel.settings.config_dir
        publication = await publish_hours(uow, staff, rules.clocks, folder, unit, data, dry_run=dry_run)
        return Published.of(publication, dry_run=dry_run)
