"""The counter: an appeal that comes by telephone, visit, letter or a leader's reception is registered here."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.attachments.keep import kept_files
from jiesu.db.uow import UnitOfWork
from jiesu.errors import DomainError
from jiesu.intake.idempotency import KeyReused
from jiesu.kit.crypto import token
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.events import by_staff
from jiesu.tickets.words import Channel
from jiesu.web.pages.choices import PlaceChoice, place_choice
from jiesu.web.pages.filing import file_once, form_context, receipt_passes
from jiesu.web.pages.forms import FormProblem, Incomplete, appeal_of, fields_of, problem_of
from jiesu.web.pages.rendering import go, render
from jiesu.web.uploads import LARGEST_FORM, uploads_of

__all__ = ["CounterPages"]

#: How an appeal reaches the counter.
CHANNELS = (Channel.PHONE, Channel.VISIT, Channel.LETTER, Channel.LEADER_RECEPTION)


def _channel(fields: dict[str, str]) -> Channel:
    if fields.get("channel") not in CHANNELS:
        raise Incomplete("channel")
    return Channel(fields["channel"])


def _counter(
    request: Request[Any, Any, Any],
    staff: Staff,
    rules: Rules,
    locale: Locale,
    fields: dict[str, str],
    choice: PlaceChoice,
    problem: FormProblem | None = None,
    *,
    lost: bool = False,
) -> Response[Any]:
    context = form_context(rules, fields, choice, problem, locale)
    status = problem.status if problem else HTTP_200_OK
    return render(request, "new.html", status=status, staff=staff, channels=CHANNELS, lost=lost, **context)


class CounterPages(Controller):
    path = "/desk/new"

    @get("/")
    async def form(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """The counter's form (登记来电来访)."""
        if not staff.has(Right.REGISTER):
            raise NotYours
        return _counter(request, staff, rules, locale, {}, place_choice(rules.organisation, {}))

    @post("/", status_code=HTTP_200_OK, request_max_body_size=LARGEST_FORM)
    async def register(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Register what came by phone, visit, letter or a leader's reception; the petitioner gets the same receipt."""
        if not staff.has(Right.REGISTER):
            raise NotYours
        fields = await fields_of(request)
        choice = place_choice(rules.organisation, fields)
        if fields.get("do") == "place":
            return _counter(request, staff, rules, locale, fields, choice)
        try:
            form = appeal_of(fields, choice.code, _channel(fields))
            key = fields.get("key") or token(16)
            async with kept_files(request.app.state.kernel.files, await uploads_of(request)) as files:
                number, code = await file_once(request, uow, rules, form, key, by_staff(staff), files)
        except DomainError as error:
            if isinstance(error, KeyReused):
                fields["key"] = token(16)
            lost = bool(await uploads_of(request))
            return _counter(request, staff, rules, locale, fields, choice, problem_of(error, locale), lost=lost)
        return go("/receipt?desk=1", receipt_passes(request, rules, number, code))
