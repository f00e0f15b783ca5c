"""The counter: an appeal that comes by telephone, visit, letter or a leader's reception is registered here."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.attachments.keep import kept_files
from jiesu.db.uow import UnitOfWork
from jiesu.desk.alike import AlikeRow, Described, alike_tickets
from jiesu.desk.callers import Caller, known_callers, same_person
from jiesu.desk.names import Named, category_named
from jiesu.errors import DomainError, Invalid
from jiesu.intake.idempotency import KeyReused
from jiesu.kit.crypto import token
from jiesu.kit.locale import Locale
from jiesu.petitioners.identity import BadPhone
from jiesu.routing.suggest import suggest
from jiesu.rules import Rules
from jiesu.tickets.events import by_staff
from jiesu.tickets.words import Channel
from jiesu.web.pages.choices import place_choice
from jiesu.web.pages.filing import file_once, form_context, receipt_passes
from jiesu.web.pages.forms import Fields, FormProblem, Incomplete, appeal_of, fields_of, problem_of
from jiesu.web.pages.rendering import go, render
from jiesu.web.uploads import LARGEST_FORM, uploads_of

__all__ = ["CounterPages"]

#: How an appeal reaches the counter.
CHANNELS = (Channel.PHONE, Channel.VISIT, Channel.LETTER, Channel.LEADER_RECEPTION)
#: Buttons that only show more of the form.
SHOW = ("place", "caller")
#: Characters of a text from which on others are compared with it.
ENOUGH = 15


class TypedAndChosen(Invalid):
    zh = "已经选了以前的那位，姓名、身份证号和身份就不用再填。请清空这几项；要填新的，选“不是，是新的人”。"
    en = "Somebody on record is chosen: leave name, ID number and status empty, or take “No, somebody new”."


class Aside(msgspec.Struct, frozen=True):
    """What stands beside the form while it is filled in: who calls, and what the text seems to be about."""

    callers: list[Caller]
    asked: bool
    guess: Named | None
    alike: list[AlikeRow]


def _channel(fields: Fields) -> Channel:
    if fields["channel"] not in CHANNELS:
        raise Incomplete("channel")
    return Channel(fields["channel"])


async def _aside(uow: UnitOfWork, rules: Rules, staff: Staff, fields: Fields, locale: Locale) -> Aside:
    callers, asked = [], bool(fields["petitioner.phone"].strip())
    try:
        callers = await known_callers(uow, rules, staff, fields["petitioner.phone"], locale) if asked else []
    except BadPhone:
        asked = False  # not typed to its end yet
    guess = suggest(rules.catalogue, fields["text"])
    alike = await _alike(uow, rules, staff, fields, guess.code if guess else None, locale)
    return Aside(callers, asked, category_named(rules, guess.code, locale) if guess else None, alike)


async def _alike(
    uow: UnitOfWork, rules: Rules, staff: Staff, fields: Fields, guess: str | None, locale: Locale
) -> list[AlikeRow]:
    """Open tickets that what is typed may be about; too short a text says nothing."""
    text = fields["text"].strip()
    if len(text) < ENOUGH:
        return []
    category = fields["category"] or guess
    known = category if category and rules.catalogue.category(category) else None
    what = Described(text, known, place_choice(rules.organisation, fields).code)
    return await alike_tickets(uow, rules, staff, what, locale)


async def _counter(
    request: Request[Any, Any, Any],
    uow: UnitOfWork,
    staff: Staff,
    rules: Rules,
    locale: Locale,
    fields: Fields,
    problem: FormProblem | None = None,
) -> Response[Any]:
    choice = place_choice(rules.organisation, fields)
    context = form_context(rules, fields, choice, problem, locale)
    return render(
        request,
        "new.html",
        status=problem.status if problem else HTTP_200_OK,
        staff=staff,
        channels=CHANNELS,
        lost=bool(await uploads_of(request)),
        aside=await _aside(uow, rules, staff, fields, locale),
        **context,
    )


async def _on_record(uow: UnitOfWork, rules: Rules, staff: Staff, fields: Fields) -> int | None:
    """The petitioner on record whom the clerk chose. Raises NotTheSamePerson, TypedAndChosen, BadPhone."""
    if not fields["same_as"] or "anonymous" in fields:
        return None
    if any(fields[f"petitioner.{name}"].strip() for name in ("name", "id_number", "kind")):
        raise TypedAndChosen("same_as")
    return await same_person(uow, rules, staff, fields["same_as"], fields["petitioner.phone"])


class CounterPages(Controller):
    path = "/desk/new"

    @get("/")
    async def form(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """The counter's form (登记来电来访)."""
        if not staff.has(Right.REGISTER):
            raise NotYours
        return await _counter(request, uow, staff, rules, locale, Fields())

    @post("/aside", status_code=HTTP_200_OK)
    async def aside(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """What stands beside the form, for what is typed so far; telephone and text are in no address."""
        if not staff.has(Right.REGISTER):
            raise NotYours
        fields = await fields_of(request)
        aside = await _aside(uow, rules, staff, fields, locale)
        return render(request, "counter_aside.html", staff=staff, aside=aside, fields=fields)

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
        if fields["do"] in SHOW:
            return await _counter(request, uow, staff, rules, locale, fields)
        try:
            form = appeal_of(fields, place_choice(rules.organisation, fields).code, _channel(fields))
            known = await _on_record(uow, rules, staff, fields)
            key = fields["key"] or token(16)
            async with kept_files(request.app.state.kernel.files, await uploads_of(request)) as files:
                number, code = await file_once(request, uow, rules, form, key, by_staff(staff), files, known)
        except DomainError as error:
            if isinstance(error, KeyReused):
                fields["key"] = token(16)
            return await _counter(request, uow, staff, rules, locale, fields, problem_of(error, locale))
        return go("/receipt?desk=1", receipt_passes(request, rules, number, code))
