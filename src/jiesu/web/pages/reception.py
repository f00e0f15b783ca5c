"""Booking a leader's reception (预约接访), for petitioners; all of it without script too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.db.uow import UnitOfWork
from jiesu.desk.receptions import public_list, public_one
from jiesu.errors import DomainError, Kind
from jiesu.kit.crypto import token
from jiesu.kit.locale import Locale
from jiesu.receptions.book import NewBooking, book_slot, cancel_booking
from jiesu.rules import Rules
from jiesu.web.pages.forms import Fields, Incomplete, fields_of, problem_of
from jiesu.web.pages.gate import FormGate
from jiesu.web.pages.rendering import go, render, waiting

__all__ = ["ReceptionBookingPages"]


def _booking(fields: Fields) -> NewBooking:
    try:
        slot = datetime.fromisoformat(fields["slot"])
    except ValueError as error:
        raise Incomplete("slot") from error
    return NewBooking(slot, fields["name"], fields["phone"], fields["matter"] or None)


class ReceptionBookingPages(Controller):
    path = "/reception"
    request_max_body_size = 32 * 1024

    @get("/")
    async def listing(
        self,
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        done: FromQuery[str] = "",
    ) -> Response[Any]:
        """The receptions ahead, and taking a booking back."""
        found = await public_list(uow, rules, locale)
        return render(request, "reception.html", receptions=found, fields=Fields(), done=done)

    @post("/cancel", status_code=HTTP_200_OK)
    async def cancel(
        self,
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Take a booking back with its number and the telephone (取消预约)."""
        fields = await fields_of(request)
        try:
            async with uow.attempt():
                await cancel_booking(uow, rules, fields["number"], fields["phone"])
        except DomainError as error:
            problem, found = problem_of(error, locale), await public_list(uow, rules, locale)
            context: dict[str, Any] = {"receptions": found, "fields": fields, "done": "", "problem": problem}
            return render(request, "reception.html", status=problem.status, **context)
        return go("/reception?done=cancelled")

    @get("/{ref:str}")
    async def form(
        self,
        request: Request[Any, Any, Any],
        ref: FromPath[str],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Its slots, and the form."""
        gate = await FormGate.of(request, uow.now)
        return await self._form(request, ref, uow, rules, locale, Fields(), gate)

    @post("/{ref:str}", status_code=HTTP_200_OK)
    async def book(
        self,
        request: Request[Any, Any, Any],
        ref: FromPath[str],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Book it; the number is shown and sent."""
        fields = await fields_of(request)
        gate = await FormGate.of(request, uow.now)
        try:
            gate.ask(fields)
            async with uow.attempt():
                booking = await book_slot(uow, rules, ref, _booking(fields))
        except DomainError as error:
            if error.kind is Kind.MISSING:
                raise
            return await self._form(request, ref, uow, rules, locale, fields, gate, error)
        one = await public_one(uow, rules, ref, locale)
        page = render(request, "reception_booked.html", one=one, number=booking.number, slot=booking.slot_at)
        page.background = BackgroundTask(gate.filed, fields)
        return page

    async def _form(
        self,
        request: Request[Any, Any, Any],
        ref: str,
        uow: UnitOfWork,
        rules: Rules,
        locale: Locale,
        fields: Fields,
        gate: FormGate,
        wrong: DomainError | None = None,
    ) -> Response[Any]:
        problem, key = problem_of(wrong, locale) if wrong else None, fields["key"] or token(16)
        page = render(
            request,
            "reception_form.html",
            status=problem.status if problem else HTTP_200_OK,
            one=await public_one(uow, rules, ref, locale),
            fields=fields,
            problem=problem,
            key=key,
            gate=gate.context(fields, key),
        )
        return waiting(page, wrong) if wrong else page
