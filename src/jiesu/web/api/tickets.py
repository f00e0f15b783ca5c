"""What a petitioner, or another system for one, does with a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED

from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import deadline_views
from jiesu.desk.explaining import ExplanationView, explanation_view
from jiesu.desk.names import Named, category_named, unit_named
from jiesu.desk.own_copy import OwnCopy, own_copy
from jiesu.desk.progress import ProgressView, progress_view
from jiesu.intake.careful import ask_carefully, reopen_carefully, supplement_carefully
from jiesu.intake.consent import ConsentView, consent_views, withdraw_consent
from jiesu.intake.follow import open_own, withdraw_own
from jiesu.intake.form import AppealForm
from jiesu.intake.guesses import Guesses
from jiesu.intake.once import file_once
from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.petitioners.notices import Purpose
from jiesu.petitions.words import Stage
from jiesu.routing.policy import Reason, say
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import say_status

__all__ = ["Receipt", "TicketController", "receipt_for"]


class DueView(msgspec.Struct, frozen=True):
    """One promise on the receipt."""

    clock: str
    target: str
    due_at: datetime
    provisional: bool
    text: str


class Receipt(msgspec.Struct, frozen=True, rename={"service_class": "class"}):
    """What the petitioner keeps. `reasons` say why it was sent there, or why a dispatcher looks at it."""

    number: str
    query_code: str
    status: str
    status_text: str
    track: str
    nature: str
    service_class: str
    category: Named | None
    unit: Named | None
    deadlines: list[DueView]
    reasons: list[str]
    registered_at: datetime


class Supplement(msgspec.Struct, forbid_unknown_fields=True):
    """More about the matter; 1 to 5,000 characters."""

    text: str
    confirmed_unclassified: bool = False


class NewFacts(msgspec.Struct, forbid_unknown_fields=True):
    """What is new since the ticket was closed, 1 to 2,000 characters; `part` is the number of the part it is about."""

    reason: str
    part: int | None = None
    confirmed_unclassified: bool = False


class Dispute(msgspec.Struct, forbid_unknown_fields=True):
    """What of an opinion is disputed, and why; 1 to 1,000 characters."""

    reason: str
    confirmed_unclassified: bool = False


class Whole(msgspec.Struct, forbid_unknown_fields=True):
    """The telephone given with the appeal: with it name and numbers are shown in full, else masked."""

    phone: str | None = None


class Withdrawal(msgspec.Struct, forbid_unknown_fields=True):
    """Why the appeal is taken back, if the petitioner cares to say."""

    reason: str | None = None


async def receipt_for(uow: UnitOfWork, rules: Rules, ticket: Ticket, code: str, locale: Locale) -> Receipt:
    """The receipt of a ticket just filed, or filed before under the same key."""
    deadlines = await deadline_views(uow, rules, ticket, locale, explained=False)
    reasons = msgspec.convert(ticket.routing.get("reasons", ()), list[Reason])
    return Receipt(
        number=ticket.number,
        query_code=code,
        status=ticket.status,
        status_text=say_status(ticket.status, locale),
        track=ticket.track,
        nature=ticket.nature,
        service_class=ticket.service_class,
        category=category_named(rules, ticket.category, locale),
        unit=unit_named(rules, ticket.lead_unit, locale),
        deadlines=[DueView(d.clock, d.target, d.due_at, d.provisional, d.text) for d in deadlines],
        reasons=[say(reason, locale) for reason in reasons],
        registered_at=ticket.registered_at.astimezone(SHANGHAI),
    )


class TicketController(Controller):
    path = "/tickets"
    tags = ("petitioner",)

    @post(operation_id="FileTicket", status_code=HTTP_201_CREATED)
    async def file(
        self,
        data: JSONBody[AppealForm],
        state: State,
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key", required=False)] = None,
    ) -> Receipt:
        """File an appeal (登记诉求). The query code is told here and never again. A text that looks classified is refused
        (422 `LooksClassified`) until it is changed or sent with `confirmed_unclassified`; then one keeper reviews it."""
        kernel: Kernel = state.kernel
        number = await kernel.numbers.take(uow.now.astimezone(SHANGHAI).date())
        filed = await file_once(uow, rules, number, data, idempotency_key)
        return await receipt_for(uow, rules, filed.ticket, filed.query_code, locale)

    @get("/{number:str}", operation_id="FollowTicket")
    async def follow(
        self,
        number: FromPath[str],
        code: FromQuery[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[ProgressView]:
        """Progress as the petitioner may see it (查进度)."""
        await guesses.check(number, code)
        ticket = await open_own(uow, rules.keys, number, code)
        return Response(await progress_view(uow, rules, ticket, locale), headers={"ETag": f'"{ticket.version}"'})

    @get("/{number:str}/deadlines/{id:int}/explain", operation_id="ExplainOwnDeadline")
    async def explain(
        self,
        number: FromPath[str],
        id: FromPath[int],  # noqa: A002 - the path's own name
        code: FromQuery[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> ExplanationView:
        """Why a deadline falls when it does (时限说明). `id` is its place among the ticket's deadlines, from 1."""
        await guesses.check(number, code)
        ticket = await open_own(uow, rules.keys, number, code)
        return await explanation_view(uow, rules, ticket, id, locale, public=True)

    @post("/{number:str}/supplement", operation_id="SupplementTicket", status_code=HTTP_200_OK)
    async def supplement(
        self,
        data: JSONBody[Supplement],
        number: FromPath[str],
        code: FromQuery[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> ProgressView:
        """Add details (补充材料)."""
        await guesses.check(number, code)
        ticket = await open_own(uow, rules.keys, number, code, lock=True)
        await supplement_carefully(uow, rules, ticket, data.text, confirmed=data.confirmed_unclassified)
        return await progress_view(uow, rules, ticket, locale)

    @post("/{number:str}/reopen", operation_id="ReopenOwnTicket", status_code=HTTP_200_OK)
    async def reopen(
        self,
        data: JSONBody[NewFacts],
        number: FromPath[str],
        code: FromQuery[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> ProgressView:
        """Have a closed matter taken up again because of new facts (重新办理)."""
        await guesses.check(number, code)
        ticket = await open_own(uow, rules.keys, number, code, lock=True)
        facts, confirmed = data.reason, data.confirmed_unclassified
        await reopen_carefully(uow, rules, ticket, facts, confirmed=confirmed, part=data.part)
        return await progress_view(uow, rules, ticket, locale)

    @post("/{number:str}/recheck", operation_id="AskRecheck", status_code=HTTP_200_OK)
    async def recheck(
        self,
        data: JSONBody[Dispute],
        number: FromPath[str],
        code: FromQuery[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> ProgressView:
        """Dispute the opinion on a petition before the next-higher organ (申请复查), within 30 days of receiving it."""
        await guesses.check(number, code)
        ticket = await open_own(uow, rules.keys, number, code, lock=True)
        await ask_carefully(uow, rules, ticket, Stage.RECHECK, data.reason, confirmed=data.confirmed_unclassified)
        await uow.session.flush()
        return await progress_view(uow, rules, ticket, locale)

    @post("/{number:str}/review", operation_id="AskReview", status_code=HTTP_200_OK)
    async def review(
        self,
        data: JSONBody[Dispute],
        number: FromPath[str],
        code: FromQuery[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> ProgressView:
        """Dispute the opinion of the recheck (申请复核), likewise; after the review nothing further can be asked for."""
        await guesses.check(number, code)
        ticket = await open_own(uow, rules.keys, number, code, lock=True)
        await ask_carefully(uow, rules, ticket, Stage.REVIEW, data.reason, confirmed=data.confirmed_unclassified)
        await uow.session.flush()
        return await progress_view(uow, rules, ticket, locale)

    @post("/{number:str}/copy", operation_id="CopyOwnData", status_code=HTTP_200_OK)
    async def copy(
        self,
        data: JSONBody[Whole],
        number: FromPath[str],
        code: FromQuery[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> OwnCopy:
        """Everything held about the petitioner on this ticket (本人资料副本); leaves a trace."""
        await guesses.check(number, code)
        ticket = await open_own(uow, rules.keys, number, code, lock=True)
        return await own_copy(uow, rules, ticket, data.phone, locale)

    @get("/{number:str}/consents", operation_id="ListConsents")
    async def consents(
        self,
        number: FromPath[str],
        code: FromQuery[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> list[ConsentView]:
        """Which optional fields may be used, by whose consent to which words (同意记录)."""
        await guesses.check(number, code)
        return await consent_views(uow, rules, await open_own(uow, rules.keys, number, code), locale)

    @post("/{number:str}/consents/{purpose:str}/withdraw", operation_id="WithdrawConsent", status_code=HTTP_200_OK)
    async def withdraw_consent(
        self,
        number: FromPath[str],
        purpose: FromPath[Purpose],
        code: FromQuery[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> list[ConsentView]:
        """Take a consent back: the field is forgotten in all the person's appeals, which go on (撤回同意)."""
        await guesses.check(number, code)
        ticket = await open_own(uow, rules.keys, number, code, lock=True)
        await withdraw_consent(uow, ticket, purpose)
        await uow.session.flush()
        return await consent_views(uow, rules, ticket, locale)

    @post("/{number:str}/withdraw", operation_id="WithdrawTicket", status_code=HTTP_200_OK)
    async def withdraw(
        self,
        number: FromPath[str],
        code: FromQuery[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        data: JSONBody[Withdrawal | None] = None,
    ) -> ProgressView:
        """Take the appeal back (撤回)."""
        await guesses.check(number, code)
        ticket = await withdraw_own(uow, rules.keys, number, code, data.reason if data else None)
        return await progress_view(uow, rules, ticket, locale)
