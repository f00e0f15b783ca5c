"""A petitioner's own ticket on a page, whether they came by its query code or by their telephone: how it stands, and their steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response
from litestar.status_codes import HTTP_200_OK

from jiesu.attachments.attach import attach_files
from jiesu.attachments.keep import KeptFile
from jiesu.db.uow import UnitOfWork
from jiesu.desk.attachments import attachment_views
from jiesu.desk.progress import progress_view
from jiesu.intake.careful import ask_carefully, reopen_carefully, supplement_carefully
from jiesu.intake.consent import consent_views, withdraw_consent
from jiesu.intake.follow import withdraw_own
from jiesu.kernel import Kernel
from jiesu.kit.locale import Locale
from jiesu.petitioners.notices import Purpose
from jiesu.petitions.words import Stage
from jiesu.rules import Rules
from jiesu.tickets.events import PETITIONER
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step
from jiesu.web.pages.forms import Fields, FormProblem, Incomplete
from jiesu.web.pages.own_words import standing_of
from jiesu.web.pages.rendering import render
from jiesu.web.uploads import uploads_of

__all__ = ["done_word", "own_page", "take_own_step"]


async def own_page(
    request: Request[Any, Any, Any],
    uow: UnitOfWork,
    rules: Rules,
    ticket: Ticket,
    locale: Locale,
    *,
    mine: bool = False,
    problem: FormProblem | None = None,
    fields: Fields | None = None,
    done: str = "",
) -> Response[Any]:
    """How things stand; `mine` for who came by telephone code and has a list to go back to."""
    view = await progress_view(uow, rules, ticket, locale)
    return render(
        request,
        "progress.html",
        status=problem.status if problem else HTTP_200_OK,
        ticket=view,
        standing=standing_of(view),
        files=await attachment_views(uow, rules.keys, ticket, own=True),
        consents=await consent_views(uow, rules, ticket, locale),
        lost=bool(problem and await uploads_of(request)),  # a browser does not send chosen files twice by itself
        problem=problem,
        fields=fields or Fields(),
        done=done,
        mine=mine,
    )


async def take_own_step(
    uow: UnitOfWork, kernel: Kernel, ticket: Ticket, fields: Fields, files: Sequence[KeptFile]
) -> None:
    """Add details, have it taken up again or rechecked, take a consent back, or withdraw, which the query code confirms.

    The caller has locked the ticket. Raises Incomplete and whatever the step raises.
    """
    confirmed = "confirmed_unclassified" in fields
    match fields["do"]:
        case "withdraw":
            await withdraw_own(uow, kernel.keys, ticket.number, fields["code"], fields.get("reason"))
        case "reopen":
            part = int(fields["part"]) if fields["part"].isdecimal() else None
            await reopen_carefully(uow, kernel.rules, ticket, fields["reason"], confirmed=confirmed, part=part)
        case "recheck" | "review" as stage:
            await ask_carefully(uow, kernel.rules, ticket, Stage(stage), fields["reason"], confirmed=confirmed)
        case "consent":
            await withdraw_consent(uow, ticket, _purpose(fields))
        case _:
            if fields["text"].strip() or not files:
                await supplement_carefully(uow, kernel.rules, ticket, fields["text"], confirmed=confirmed)
            if files:
                await attach_files(uow, ticket, files, PETITIONER, scan=kernel.scans, step=Step.SUPPLEMENT)


def done_word(step: str) -> str:
    """What the next page says was done."""
    return step if step in ("withdraw", "reopen", "consent", "recheck", "review") else "supplement"


def _purpose(fields: Fields) -> Purpose:
    if fields["purpose"] not in set(Purpose):
        raise Incomplete("purpose")
    return Purpose(fields["purpose"])
