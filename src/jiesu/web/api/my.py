"""One's own tickets by telephone: a code by short message instead of number and query code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED

from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import deadline_views
from jiesu.desk.names import Named, unit_named
from jiesu.desk.progress import ProgressView, progress_view
from jiesu.errors import DomainError
from jiesu.intake.access import CODE_LASTS, VISIT_LASTS, ask_for_code, leave, open_visit, visiting_phone
from jiesu.intake.guesses import Guesses
from jiesu.intake.own import own_ticket, own_tickets
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import say_status
from jiesu.web.problems import domain_problem
from jiesu.web.sessions import SignInFirst, bearer_of

__all__ = ["MyController", "OwnTicket", "own_list"]


class Telephone(msgspec.Struct, forbid_unknown_fields=True):
    """The number given when filing."""

    phone: str


class Asked(msgspec.Struct, frozen=True):
    """`handle` goes with the code of the message. The same for a telephone that nobody filed with."""

    handle: str
    expires_at: datetime


class AccessCode(msgspec.Struct, forbid_unknown_fields=True):
    """Six digits from the message, and the handle they were asked for with."""

    handle: str
    code: str


class Visit(msgspec.Struct, frozen=True):
    """A bearer token for `/my` alone."""

    token: str
    expires_at: datetime


class NextDate(msgspec.Struct, frozen=True):
    """What was promised to the petitioner next; `text` is the one way a deadline is written."""

    name: str
    due_at: datetime
    overdue: bool
    soon: bool
    text: str


class OwnTicket(msgspec.Struct, frozen=True):
    """One line of the list."""

    number: str
    title: str
    status: str
    status_text: str
    unit: Named | None
    registered_at: datetime
    next: NextDate | None
    survey: bool

    @classmethod
    async def of(cls, uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale) -> OwnTicket:
        return cls(
            number=ticket.number,
            title=ticket.title,
            status=ticket.status,
            status_text=say_status(ticket.status, locale),
            unit=unit_named(rules, ticket.lead_unit, locale),
            registered_at=ticket.registered_at.astimezone(SHANGHAI),
            next=await _next_date(uow, rules, ticket, locale),
            survey=ticket.status == "awaiting_survey",
        )


async def own_list(uow: UnitOfWork, rules: Rules, phone: Sequence[str], locale: Locale) -> list[OwnTicket]:
    """What was filed with that telephone, the newest first."""
    return [await OwnTicket.of(uow, rules, ticket, locale) for ticket in await own_tickets(uow, phone)]


async def _next_date(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale) -> NextDate | None:
    views = await deadline_views(uow, rules, ticket, locale, explained=False, public=True)
    promised = [view for view in views if view.clock == "petitioner" and view.state == "running"]
    first = min(promised, key=lambda view: view.due_at, default=None)
    return first if first is None else NextDate(first.name, first.due_at, first.overdue, first.soon, first.text)


async def _visitor(request: Request[Any, Any, Any], uow: UnitOfWork) -> Sequence[str]:
    """The telephone's keyed hashes. Raises SignInFirst."""
    phone = await visiting_phone(uow, request.app.state.kernel.keys, bearer_of(request))
    if phone is None:
        raise SignInFirst
    return phone


class MyController(Controller):
    path = "/my"
    tags = ("petitioner",)
    request_max_body_size = 8 * 1024

    @post("/code", operation_id="AskForAccessCode", status_code=HTTP_202_ACCEPTED)
    async def ask(
        self,
        data: JSONBody[Telephone],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> Asked:
        """Have a code sent to one's telephone (获取验证码)."""
        handle = await ask_for_code(uow, rules.keys, data.phone, guesses)
        return Asked(handle, (uow.now + CODE_LASTS).astimezone(SHANGHAI))

    @post("/session", operation_id="OpenVisit", status_code=HTTP_200_OK)
    async def enter(
        self,
        data: JSONBody[AccessCode],
        request: Request[Any, Any, Any],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
    ) -> Response[Visit]:
        """Show the code; five tries, then ask for another one."""
        found = await open_visit(uow, guesses, data.handle, data.code)
        if isinstance(found, DomainError):
            return domain_problem(request, found)  # type: ignore[return-value]  # the same for every operation
        return Response(Visit(found, (uow.now + VISIT_LASTS).astimezone(SHANGHAI)))

    @get("/tickets", operation_id="ListOwnTickets")
    async def tickets(
        self,
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> list[OwnTicket]:
        """Everything filed with the telephone and not anonymously, the newest 50 (我的诉求)."""
        return await own_list(uow, rules, await _visitor(request, uow), locale)

    @get("/tickets/{number:str}", operation_id="FollowOwnTicket")
    async def ticket(
        self,
        number: FromPath[str],
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> ProgressView:
        """Its progress, without the query code (查进度)."""
        ticket = await own_ticket(uow, await _visitor(request, uow), number)
        return await progress_view(uow, rules, ticket, locale)

    @delete("/session", operation_id="EndVisit")
    async def leave(self, request: Request[Any, Any, Any], uow: NamedDependency[UnitOfWork]) -> None:
        """Leave (离开)."""
        await leave(uow, bearer_of(request))
