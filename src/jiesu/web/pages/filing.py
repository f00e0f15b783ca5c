"""Filing on a page: the form, once however often it is sent, and the receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import segno
from litestar import Controller, Request, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.status_codes import HTTP_200_OK

from jiesu.attachments.attach import attach_files
from jiesu.attachments.keep import KeptFile, kept_files
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import deadline_views
from jiesu.errors import DomainError
from jiesu.intake import once
from jiesu.intake.follow import open_own
from jiesu.intake.form import LONGEST_TEXT, AppealForm
from jiesu.intake.idempotency import KeyReused
from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.crypto import token
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.events import PETITIONER, By
from jiesu.tickets.words import Channel
from jiesu.web.api.tickets import receipt_for
from jiesu.web.pages.appeal_review import review_of, settled
from jiesu.web.pages.appeal_steps import STEPS, carried, next_step, step_of
from jiesu.web.pages.choices import PlaceChoice, accusable, categories, place_choice
from jiesu.web.pages.forms import Fields, FormProblem, appeal_of, fields_of, problem_of
from jiesu.web.pages.gate import FormGate
from jiesu.web.pages.own_open import OpenOne, own_open
from jiesu.web.pages.passes import FOLLOW, FOLLOW_AT_FORM, RECEIPT, held, issue
from jiesu.web.pages.rendering import go, render, waiting
from jiesu.web.uploads import LARGEST_FORM, uploads_of

__all__ = ["FilingPages", "file_once", "form_context", "receipt_passes"]


async def file_once(
    request: Request[Any, Any, Any],
    uow: UnitOfWork,
    rules: Rules,
    form: AppealForm,
    key: str,
    by: By = PETITIONER,
    files: Sequence[KeptFile] = (),
    known: int | None = None,
) -> tuple[str, str]:
    """Number and query code; the same key gives the same again. Raises Invalid, KeyReused; then nothing is written."""
    kernel: Kernel = request.app.state.kernel
    number = await kernel.numbers.take(uow.now.astimezone(SHANGHAI).date())
    async with uow.attempt(), uow.scoped(Scope.SYSTEM):  # a clerk may file what the clerk may not see
        filed = await once.file_once(uow, rules, number, form, key, by, known=known)
        if files:
            await attach_files(uow, filed.ticket, files, PETITIONER, scan=kernel.scans, step=None)
    return filed.ticket.number, filed.query_code


def receipt_passes(request: Request[Any, Any, Any], rules: Rules, number: str, code: str) -> list[Cookie]:
    """This browser may see the receipt and the progress for half an hour."""
    return [issue(request, rules.keys, kind, number, code) for kind in (RECEIPT, FOLLOW)]


def form_context(
    rules: Rules, fields: Mapping[str, str], choice: PlaceChoice, problem: FormProblem | None, locale: Locale
) -> dict[str, Any]:
    """What both forms show: everything typed so far, and what can be chosen."""
    return {
        "fields": Fields(fields),
        "problem": problem,
        "key": fields.get("key") or token(16),
        "choice": choice,
        "categories": categories(rules, locale),
        "accusable": accusable(rules.organisation, choice, locale),
        "longest": LONGEST_TEXT,
        "notices": rules.notices,
    }


def step_page(
    request: Request[Any, Any, Any],
    rules: Rules,
    locale: Locale,
    fields: Fields,
    step: str,
    gate: FormGate,
    wrong: DomainError | None = None,
    *,
    lost: bool = False,
    ones: Sequence[OpenOne] = (),
) -> Response[Any]:
    """One question with everything answered before; `lost` when files were sent that have to be chosen again.

    `ones` are the petitioner's open tickets: perhaps it is about one of them.
    """
    fields = settled(fields)
    choice = place_choice(rules.organisation, fields)
    problem = problem_of(wrong, locale) if wrong else None
    context = form_context(rules, fields, choice, problem, locale)
    if step == "review":
        context["review"] = review_of(rules, fields, choice, locale)
    page = render(
        request,
        f"file_{step}.html",
        status=problem.status if problem else HTTP_200_OK,
        step=step,
        steps=list(STEPS),
        carried=carried(fields, choice, step),
        gate=gate.context(fields, context["key"]),
        lost=lost,
        ones=ones,
        **context,
    )
    return waiting(page, wrong) if wrong else page


class FilingPages(Controller):
    @get("/file")
    async def form(
        self, request: Request[Any, Any, Any], rules: NamedDependency[Rules], locale: NamedDependency[Locale]
    ) -> Response[Any]:
        """The first question (反映诉求)."""
        gate = await FormGate.of(request, request.app.state.kernel.clock.now())
        return step_page(request, rules, locale, Fields(), "what", gate)

    @post("/file/steps", status_code=HTTP_200_OK, request_max_body_size=LARGEST_FORM)
    async def step(
        self,
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """The next question, the one before, or the next level of places; nothing is kept here."""
        fields = await fields_of(request)
        gate = await FormGate.of(request, uow.now)
        shown, wrong = next_step(rules, fields, place_choice(rules.organisation, fields))
        lost = bool(await uploads_of(request))
        ones = await own_open(request, uow, rules, fields["text"], locale) if shown == "review" else []
        return step_page(request, rules, locale, fields, shown, gate, wrong, lost=lost, ones=ones)

    @post("/file", status_code=HTTP_200_OK, request_max_body_size=LARGEST_FORM)
    async def file(
        self,
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """File it; a mistake leads back to its question and keeps everything typed."""
        fields = settled(await fields_of(request))
        gate, key = await FormGate.of(request, uow.now), fields["key"] or token(16)
        try:
            gate.ask(fields)
            form = appeal_of(fields, place_choice(rules.organisation, fields).code, Channel.WEB)
            async with kept_files(request.app.state.kernel.files, await uploads_of(request)) as files:
                number, code = await file_once(request, uow, rules, form, key, files=files)
        except DomainError as error:
            if isinstance(error, KeyReused):
                fields["key"] = token(16)
            lost = bool(await uploads_of(request))
            ones = await own_open(request, uow, rules, fields["text"], locale)
            return step_page(request, rules, locale, fields, step_of(error), gate, error, lost=lost, ones=ones)
        again = issue(request, rules.keys, FOLLOW_AT_FORM, number, code)
        answer = go("/receipt", [*receipt_passes(request, rules, number, code), again])
        answer.background = BackgroundTask(gate.filed, fields)
        return answer

    @get("/receipt")
    async def receipt(
        self,
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Number and query code, who has it and by when; only in the browser that filed, for half an hour."""
        mine = held(request, rules.keys, RECEIPT)
        if mine is None:
            return go("/t")
        ticket = await open_own(uow, rules.keys, mine.number, mine.code)
        receipt = await receipt_for(uow, rules, ticket, mine.code, locale)
        picture = segno.make(f"{rules.public_url}/t/{mine.number}", error="m").svg_data_uri(scale=5, border=2)
        at_desk = "desk" in request.query_params
        deadlines = await deadline_views(uow, rules, ticket, locale)
        return render(
            request,
            "receipt.html",
            receipt=receipt,
            anonymous=ticket.anonymous,
            deadlines=deadlines,
            picture=picture,
            at_desk=at_desk,
            address=rules.public_url,
        )
