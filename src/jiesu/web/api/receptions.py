"""Leaders' receptions (接访、约访、下访): slots and bookings for petitioners, the schedule and the records for staff."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.reception_ticket import Talk, ticket_from_booking
from jiesu.desk.receptions import (
    PublicReception,
    ReceptionRow,
    ReceptionView,
    open_for_staff,
    public_list,
    public_one,
    staff_list,
)
from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.receptions.attend import attend
from jiesu.receptions.book import NewBooking, book_slot, cancel_booking
from jiesu.receptions.plan import NewReception, cancel_reception, plan_reception
from jiesu.rules import Rules
from jiesu.web.api.desk import refuse_classified
from jiesu.web.api.outreach import MadeTicket

__all__ = ["DeskReceptionController", "ReceptionController"]


class Booked(msgspec.Struct, frozen=True):
    """The number that opens the booking together with the telephone; it is sent there as well."""

    number: str
    slot: datetime


class OwnBooking(msgspec.Struct, forbid_unknown_fields=True):
    """Both together open a booking."""

    number: str
    phone: str


class Cancellation(msgspec.Struct, forbid_unknown_fields=True):
    """What those who booked are told."""

    reason: str = ""


class Told(msgspec.Struct, frozen=True):
    """How many were told."""

    told: int


class Attendance(msgspec.Struct, forbid_unknown_fields=True):
    came: bool


class ReceptionController(Controller):
    path = "/receptions"
    tags = ("petitioner",)

    @get(operation_id="ListReceptions")
    async def listing(
        self, uow: NamedDependency[UnitOfWork], rules: NamedDependency[Rules], locale: NamedDependency[Locale]
    ) -> list[PublicReception]:
        """Receptions ahead, with the places left (接访安排)."""
        return await public_list(uow, rules, locale)

    @get("/{ref:str}", operation_id="ShowReception")
    async def one(
        self,
        ref: FromPath[str],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> PublicReception:
        """One of them."""
        return await public_one(uow, rules, ref, locale)

    @post("/{ref:str}/bookings", operation_id="BookReception", status_code=HTTP_201_CREATED)
    async def book(
        self,
        data: JSONBody[NewBooking],
        ref: FromPath[str],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> Booked:
        """Book a slot (预约); one booking a telephone and reception."""
        booking = await book_slot(uow, rules, ref, data)
        return Booked(booking.number, booking.slot_at.astimezone(SHANGHAI))

    @post("/bookings/cancel", operation_id="CancelBooking", status_code=HTTP_204_NO_CONTENT)
    async def cancel(
        self, data: JSONBody[OwnBooking], uow: NamedDependency[UnitOfWork], rules: NamedDependency[Rules]
    ) -> None:
        """Take a booking back, by its number and the telephone."""
        await cancel_booking(uow, rules, data.number, data.phone)


class DeskReceptionController(Controller):
    path = "/desk/receptions"
    tags = ("desk",)

    @get(operation_id="ListOwnReceptions")
    async def listing(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        past: FromQuery[bool] = False,
    ) -> list[ReceptionRow]:
        """Receptions of the subtree, those ahead or those that are over."""
        return await staff_list(uow, rules, staff, locale, past=past)

    @post(operation_id="PlanReception", status_code=HTTP_201_CREATED)
    async def plan(
        self,
        data: JSONBody[NewReception],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> PublicReception:
        """Plan one of the own unit (安排接访); petitioners can book at once."""
        reception = await plan_reception(uow, staff, data)
        return await public_one(uow, rules, reception.ref, locale)

    @get("/{ref:str}", operation_id="OpenReception")
    async def one(
        self,
        ref: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> ReceptionView:
        """Who has booked, masked, and what became of it; every look is in the security trail."""
        return await open_for_staff(uow, rules, staff, ref, locale)

    @post("/{ref:str}/cancel", operation_id="CancelReception", status_code=HTTP_200_OK)
    async def cancel(
        self,
        data: JSONBody[Cancellation],
        ref: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> Told:
        """Cancel it and tell everybody who booked, with the reason."""
        return Told(await cancel_reception(uow, rules, staff, ref, data.reason))

    @post(
        "/{ref:str}/bookings/{number:str}/attendance", operation_id="AttendReception", status_code=HTTP_204_NO_CONTENT
    )
    async def attendance(
        self,
        data: JSONBody[Attendance],
        ref: FromPath[str],
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
    ) -> None:
        """Somebody came, or did not (签到)."""
        await attend(uow, staff, ref, number, came=data.came)

    @post("/{ref:str}/bookings/{number:str}/ticket", operation_id="TicketFromReception", status_code=HTTP_201_CREATED)
    async def ticket(
        self,
        data: JSONBody[Talk],
        ref: FromPath[str],
        number: FromPath[str],
        state: State,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key", required=False)] = None,
    ) -> MadeTicket:
        """Make a ticket of the talk (接访转工单), with the same receipt as any other."""
        refuse_classified(rules, {"text": data.text, "title": data.title})
        kernel: Kernel = state.kernel
        taken = await kernel.numbers.take(uow.now.astimezone(SHANGHAI).date())
        filed = await ticket_from_booking(uow, rules, staff, ref, number, data, taken, idempotency_key)
        return MadeTicket(filed.ticket.number, filed.query_code)
