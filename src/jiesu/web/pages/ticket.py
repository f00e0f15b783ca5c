"""The ticket page of the desk: everything about one ticket, and every step the person may take on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.desk.alike import alike_tickets, described
from jiesu.desk.attachments import attachment_views
from jiesu.desk.documents import staff_link
from jiesu.desk.drafts import drafts_of, drop_draft
from jiesu.desk.earlier import earlier_tickets
from jiesu.desk.history import HistoryLine, runs
from jiesu.desk.policies import BESIDE, find_articles
from jiesu.desk.seen import mark_seen
from jiesu.desk.views import DeskView, desk_view
from jiesu.errors import Conflict, DomainError, Invalid
from jiesu.kernel import Kernel
from jiesu.kit.locale import Locale
from jiesu.petitions.words import RefusalReason, ServiceWay
from jiesu.rules import Rules
from jiesu.tickets.divert import DivertReason
from jiesu.tickets.repository import StaleVersion, TicketRepository
from jiesu.tickets.reveal import may_reveal, reveal_petitioner
from jiesu.web.actions import ACTIONS, Call
from jiesu.web.api.desk import Revealed
from jiesu.web.attaching import take_staff_files
from jiesu.web.dependencies import version_of
from jiesu.web.pages.choices import categories, classes, others, reason_choices, reply_choices, targets
from jiesu.web.pages.deciding import take_step
from jiesu.web.pages.forms import FormProblem, fields_of, problem_of
from jiesu.web.pages.rendering import go, render
from jiesu.web.sessions import BY_ITSELF
from jiesu.web.uploads import LARGEST_FORM

__all__ = ["TicketPages"]


class Attempt(msgspec.Struct, frozen=True):
    """A step that did not go through: what was typed, what is wrong, what others changed meanwhile."""

    action: str
    fields: dict[str, str]
    problem: FormProblem
    changed_at: list[datetime] = []


def _changes(view: DeskView, attempt: Attempt | None) -> list[HistoryLine]:
    moments = set(attempt.changed_at) if attempt else set()
    return [line for line in view.history if line.at in moments]


class TicketPages(Controller):
    path = "/desk/t"

    @get("/{number:str}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        done: FromQuery[str] = "",
    ) -> Response[Any]:
        """The ticket screen (工单详情)."""
        return await self._page(request, number, staff, uow, rules, locale, done=done)

    @get("/{number:str}/files/{place:int}")
    async def file(
        self,
        number: FromPath[str],
        place: FromPath[int],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> Response[Any]:
        """On to one file, by a link for this moment."""
        ticket = await TicketRepository(uow).find(number)
        staff.see(ticket)
        return go(await staff_link(uow, rules, staff, ticket, place))

    @post("/{number:str}/files", status_code=HTTP_200_OK, request_max_body_size=LARGEST_FORM)
    async def attach(
        self, request: Request[Any, Any, Any], number: FromPath[str], locale: NamedDependency[Locale]
    ) -> Response[Any]:
        """Add files (传附件). No transaction is open while they arrive and are checked."""
        kernel: Kernel = request.app.state.kernel
        try:
            await take_staff_files(request, number)
        except (Invalid, Conflict) as error:
            attempt = Attempt("attach", {}, problem_of(error, locale), [])
            async with kernel.db.begin() as uow:
                staff = request.state.person.staff
                return await self._page(request, number, staff, uow, kernel.rules, locale, attempt=attempt)
        return go(f"/desk/t/{number}?done=attach#files")

    @post("/{number:str}", status_code=HTTP_200_OK)
    async def take(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Take a step (办理). A refused one comes back with everything typed and, if others were faster, what changed."""
        fields = await fields_of(request)
        action = fields.get("action", "")
        version = version_of(fields.get("version", ""))
        revealed = taken = None
        try:
            if action == "reveal":
                async with uow.attempt():
                    revealed = Revealed.of(*await reveal_petitioner(uow, staff, number, fields.get("reason", "")))
            else:
                taken = await take_step(Call(uow, rules, staff, number, version), action, fields)
                async with uow.scoped(Scope.SYSTEM):  # also of a ticket given away with this step
                    await drop_draft(uow, staff, taken, action)
        except DomainError as error:
            attempt = Attempt(action, fields, problem_of(error, locale), _changed_at(error))
            return await self._page(request, number, staff, uow, rules, locale, attempt=attempt)
        if taken is None:
            return await self._page(request, number, staff, uow, rules, locale, revealed=revealed)
        seen = staff.may_see(taken)
        return go(f"/desk/t/{number}?done={action}" if seen else f"/desk?done={action}")

    async def _page(
        self,
        request: Request[Any, Any, Any],
        number: str,
        staff: Staff,
        uow: UnitOfWork,
        rules: Rules,
        locale: Locale,
        *,
        attempt: Attempt | None = None,
        revealed: Revealed | None = None,
        done: str = "",
    ) -> Response[Any]:
        ticket = await TicketRepository(uow).find(number)
        staff.see(ticket)
        if BY_ITSELF not in request.headers:
            await mark_seen(uow, staff, ticket)
        view = await desk_view(uow, rules, staff, ticket, locale)
        sorting = {"dispatch", "reclass", "split"} & set(view.allowed)
        answering = {"submit", "answer", "divert"} & set(view.allowed)
        sending = {"dispatch", "designate", "give_task", "split"} & set(view.allowed)
        return render(
            request,
            "ticket.html",
            status=attempt.problem.status if attempt else HTTP_200_OK,
            staff=staff,
            ticket=view,
            files=await attachment_views(uow, rules.keys, ticket),
            attempt=attempt,
            problem=attempt.problem if attempt else None,
            wrong_prefix=f"{attempt.action}-" if attempt else "",
            changes=_changes(view, attempt),
            revealed=revealed,
            may_reveal=may_reveal(staff, ticket),
            targets=targets(rules, staff, view, locale) if sending else [],
            others=others(rules, view, locale) if {"object", "ask_task"} & set(view.allowed) else [],
            categories=categories(rules, locale) if sorting else [],
            classes=classes(rules, ticket.policy_version, locale) if sorting else [],
            dissatisfaction=reason_choices(rules, locale)
            if {"call_back", "correct_answer"} & set(view.allowed)
            else [],
            refusals=[str(reason) for reason in RefusalReason],
            ways=[str(way) for way in ServiceWay],
            divert_reasons=[str(reason) for reason in DivertReason],
            alike=await alike_tickets(uow, rules, staff, described(staff, ticket), locale)
            if "merge" in view.allowed
            else [],
            drafts=await drafts_of(uow, staff, ticket),
            earlier=await earlier_tickets(uow, rules, staff, ticket, locale),
            articles=await find_articles(uow, rules, staff, "", ticket.category, None, locale, limit=BESIDE)
            if answering
            else None,
            replies=reply_choices(rules, ticket.category, locale),
            runs=runs(list(reversed(view.history))),
            done=done if done in ACTIONS or done == "attach" else "",
        )


def _changed_at(error: DomainError) -> list[datetime]:
    if not isinstance(error, StaleVersion):
        return []
    return [datetime.fromisoformat(change["at"]) for change in error.params["changes"]]
