"""Units and places: the tree, one unit with its posts, and an import that is looked at before it is applied."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from sqlalchemy import select

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.staff import Staff
from jiesu.audit.events import OrganisationChanged
from jiesu.db.uow import UnitOfWork
from jiesu.errors import DomainError, Invalid
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.routing.unit_choice import UnknownUnit
from jiesu.rules import Rules
from jiesu.units.importing import Diff
from jiesu.units.organisation import Organisation, Unit
from jiesu.units.store import apply_import, fingerprint, load_organisation
from jiesu.web.api.admin import administrator_only
from jiesu.web.pages.admin.affected import open_tickets, posts_at
from jiesu.web.pages.admin.chosen_unit import matching_units
from jiesu.web.pages.admin.fresh import fresh_rules
from jiesu.web.pages.admin.hours import hours_on
from jiesu.web.pages.admin.import_form import LARGEST, Plan, Tables, TablesWrong, carried, carry, plan_of, uploaded
from jiesu.web.pages.admin.upkeep import vacant_units
from jiesu.web.pages.admin.words import FUNCTIONS, KINDS, TIERS, UNIT_FIELDS
from jiesu.web.pages.forms import FormProblem, fields_of, problem_of
from jiesu.web.pages.rendering import go, render

__all__ = ["UnitsPages"]

#: Of a list of changes so many are shown one by one.
SHOWN = 200


class NotSure(Invalid):
    zh = "有单位要撤出。请先打勾确认，再按“应用”。"
    en = "Units would be taken out. Tick the box to confirm, then apply."


class UnitsPages(Controller):
    path = "/admin/units"

    @get("/")
    async def tree(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        q: FromQuery[str] = "",
        show: FromQuery[str] = "",
    ) -> Response[Any]:
        """The tree, or the units that fit (单位与地点)."""
        administrator_only(staff)
        rules = await fresh_rules(request, rules)
        organisation, vacant = rules.organisation, await vacant_units(uow, rules)
        found = matching_units(organisation, q) if q.strip() else None
        if show == "vacant":
            listed = list(organisation.units.values()) if found is None else found
            found = [unit for unit in listed if unit.code in vacant]
        return render(
            request,
            "admin/units.html",
            staff=staff,
            organisation=organisation,
            below=_below(organisation),
            found=found,
            q=q.strip(),
            show=show,
            vacant=vacant,
            done=request.query_params.get("done"),
        )

    @get("/import")
    async def form(self, request: Request[Any, Any, Any], staff: NamedDependency[Staff]) -> Response[Any]:
        """Where the files are chosen (导入)."""
        administrator_only(staff)
        return render(request, "admin/import.html", staff=staff, mistakes=[])

    @post("/import", status_code=HTTP_200_OK, request_max_body_size=2 * LARGEST)
    async def look(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """What the files would change; nothing is written."""
        administrator_only(staff)
        try:
            tables = await uploaded(request, await fingerprint(uow.session))
            plan = plan_of(tables, await load_organisation(uow.session))
        except DomainError as error:
            problem = problem_of(error, locale)
            return render(
                request, "admin/import.html", status=problem.status, staff=staff, mistakes=[], problem=problem
            )
        except TablesWrong as wrong:
            status = HTTP_422_UNPROCESSABLE_ENTITY
            return render(request, "admin/import.html", status=status, staff=staff, mistakes=wrong.mistakes)
        return await _difference(request, staff, uow, tables, plan)

    @post("/import/apply", status_code=HTTP_200_OK, request_max_body_size=2 * LARGEST)
    async def apply(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Apply what was looked at, if nothing has changed since; on record."""
        administrator_only(staff)
        fields = await fields_of(request)
        tables = carried(fields["tables"], await fingerprint(uow.session))
        plan = plan_of(tables, await load_organisation(uow.session))
        if plan.difference.removed and "sure" not in fields:
            return await _difference(request, staff, uow, tables, plan, problem_of(NotSure("sure"), locale))
        await apply_import(uow.session, list(plan.places), list(plan.units))
        if plan.difference:
            await uow.record(_event(staff, plan.difference))
        return go("/admin/units?done=import")

    @get("/{unit:str}")
    async def unit(
        self,
        request: Request[Any, Any, Any],
        unit: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """One unit: what it answers for, its hours, who holds its posts."""
        administrator_only(staff)
        found = rules.organisation.find_unit(unit)
        if found is None:
            raise UnknownUnit("unit", unit=unit[:40])
        held = select(StaffRow, Account).join(Account, Account.id == StaffRow.account_id)
        held = held.where(StaffRow.unit == unit, StaffRow.active).order_by(StaffRow.role, Account.username)
        calendar = rules.calendars.of(unit)
        return render(
            request,
            "admin/unit.html",
            staff=staff,
            unit=found,
            line=[rules.organisation.unit(code) for code in reversed(rules.organisation.ancestors(unit))],
            below=_below(rules.organisation).get(unit, []),
            place=rules.organisation.full_place_name(found.place),
            held=(await uow.session.execute(held)).all(),
            vacant=unit in await vacant_units(uow, rules),
            hours=hours_on(calendar, uow.now.astimezone(SHANGHAI).date(), locale),
            own_hours=unit in rules.calendars.own,
            kinds=KINDS,
            tiers=TIERS,
            functions=FUNCTIONS,
        )


def _below(organisation: Organisation) -> dict[str, list[Unit]]:
    """Units directly below each, in the order of their codes."""
    below: dict[str, list[Unit]] = {}
    for code in sorted(organisation.units):
        unit = organisation.units[code]
        if unit.parent is not None:
            below.setdefault(unit.parent, []).append(unit)
    return below


def _event(staff: Staff, difference: Diff) -> OrganisationChanged:
    added, changed, removed = map(len, (difference.added, difference.changed, difference.removed))
    return OrganisationChanged(by=staff.username, added=added, changed=changed, removed=removed)


async def _difference(
    request: Request[Any, Any, Any],
    staff: Staff,
    uow: UnitOfWork,
    tables: Tables,
    plan: Plan,
    problem: FormProblem | None = None,
) -> Response[Any]:
    touched = [unit.code for unit in plan.difference.removed] + [old.code for old, _ in plan.difference.changed]
    return render(
        request,
        "admin/import_diff.html",
        status=problem.status if problem else HTTP_200_OK,
        staff=staff,
        plan=plan,
        tables=carry(tables),
        tickets=await open_tickets(uow, touched),
        manned=await posts_at(uow, touched),
        changes=[(old, new, _fields(old, new)) for old, new in plan.difference.changed],
        shown=SHOWN,
        fields=UNIT_FIELDS,
        problem=problem,
    )


def _fields(old: Unit, new: Unit) -> list[tuple[str, str, str]]:
    """What differs: field, before, after."""
    pairs = [(name, getattr(old, name), getattr(new, name)) for name in Unit.__dataclass_fields__]
    return [(name, _shown(before), _shown(after)) for name, before, after in pairs if before != after]


def _shown(value: Any) -> str:
    return " ".join(sorted(value)) if isinstance(value, frozenset) else str(value or "—")
