"""Leaders' receptions for staff: the schedule, who has booked, and the tickets that talks become."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.reception_ticket import Talk, ticket_from_booking
from jiesu.desk.receptions import open_for_staff, staff_list
from jiesu.errors import DomainError, Kind
from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.crypto import token
from jiesu.kit.locale import Locale
from jiesu.receptions.attend import attend
from jiesu.receptions.keeping import may_plan
from jiesu.receptions.plan import NewReception, cancel_reception, plan_reception
from jiesu.rules import Rules
from jiesu.web.api.desk import refuse_classified
from jiesu.web.pages.choices import categories, place_choice
from jiesu.web.pages.filing import receipt_passes
from jiesu.web.pages.forms import Fields, FormProblem, Incomplete, fields_of, incomplete, problem_of
from jiesu.web.pages.rendering import go, render

__all__ = ["ReceptionPages"]

PLANNED = ("leader", "office", "place", "day", "begins", "ends", "kind", "slot_minutes", "per_slot")


def _planned(fields: Fields) -> NewReception:
    given = {name: fields[name].strip() for name in PLANNED if fields[name].strip()}
    raw = dict.fromkeys(PLANNED[:6], "") | given
    try:
        return msgspec.convert(raw, NewReception, strict=False)
    except msgspec.ValidationError as error:
        raise incomplete(error) from error


class ReceptionPages(Controller):
    path = "/receptions"

    @get("/")
    async def listing(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        past: FromQuery[bool] = False,
    ) -> Response[Any]:
        """The schedule (接访安排), ahead or over, and the form for a new one."""
        return await self._list(request, staff, uow, rules, locale, Fields(), past=past)

    @post("/", status_code=HTTP_200_OK)
    async def plan(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Plan one (安排接访)."""
        fields = await fields_of(request)
        try:
            async with uow.attempt():
                reception = await plan_reception(uow, staff, _planned(fields))
        except DomainError as error:
            return await self._list(request, staff, uow, rules, locale, fields, problem_of(error, locale))
        return go(f"/receptions/{reception.ref}?done=planned")

    @get("/{ref:str}")
    async def one(
        self,
        request: Request[Any, Any, Any],
        ref: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        done: FromQuery[str] = "",
    ) -> Response[Any]:
        """Who has booked; every look is on record."""
        return await self._one(request, ref, staff, uow, rules, locale, Fields(), done=done)

    @post("/{ref:str}", status_code=HTTP_200_OK)
    async def act(
        self,
        request: Request[Any, Any, Any],
        ref: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Somebody came or did not, a talk becomes a ticket, or the reception is cancelled."""
        fields = await fields_of(request)
        kernel: Kernel = request.app.state.kernel
        do = fields["do"]
        try:
            if do == "ticket":
                refuse_classified(rules, {"text": fields["text"]})
                taken = await kernel.numbers.take(uow.now.astimezone(SHANGHAI).date())
                place = place_choice(rules.organisation, fields).code
                talk = Talk(fields["text"], None, fields["category"] or None, place=place)
                async with uow.attempt():
                    filed = await ticket_from_booking(
                        uow, rules, staff, ref, fields["number"], talk, taken, fields["key"] or None
                    )
                return go("/receipt?desk=1", receipt_passes(request, rules, filed.ticket.number, filed.query_code))
            async with uow.attempt():
                if do == "cancel":
                    await cancel_reception(uow, rules, staff, ref, fields["reason"])
                elif do in ("came", "missed"):
                    await attend(uow, staff, ref, fields["number"], came=do == "came")
                else:
                    raise Incomplete
        except DomainError as error:
            if error.kind is Kind.MISSING:
                raise
            return await self._one(request, ref, staff, uow, rules, locale, fields, problem_of(error, locale))
        return go(f"/receptions/{ref}?done={do}")

    async def _list(
        self,
        request: Request[Any, Any, Any],
        staff: Staff,
        uow: UnitOfWork,
        rules: Rules,
        locale: Locale,
        fields: Fields,
        problem: FormProblem | None = None,
        *,
        past: bool = False,
    ) -> Response[Any]:
        return render(
            request,
            "receptions.html",
            status=problem.status if problem else HTTP_200_OK,
            staff=staff,
            receptions=await staff_list(uow, rules, staff, locale, past=past),
            past=past,
            plans=may_plan(staff),
            fields=fields,
            problem=problem,
        )

    async def _one(
        self,
        request: Request[Any, Any, Any],
        ref: str,
        staff: Staff,
        uow: UnitOfWork,
        rules: Rules,
        locale: Locale,
        fields: Fields,
        problem: FormProblem | None = None,
        done: str = "",
    ) -> Response[Any]:
        view = await open_for_staff(uow, rules, staff, ref, locale)
        return render(
            request,
            "receptions_one.html",
            status=problem.status if problem else HTTP_200_OK,
            staff=staff,
            view=view,
            fields=fields,
            problem=problem,
            categories=categories(rules, locale) if view.keeps else [],
            chosen=place_choice(rules.organisation, fields),
            nowhere=place_choice(rules.organisation, Fields()),
            key=fields["key"] or token(16),
            done=done,
        )
