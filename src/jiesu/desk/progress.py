"""A ticket as its petitioner sees it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import DeadlineView, deadline_views, local
from jiesu.desk.documents import DocumentView, document_views
from jiesu.desk.extending import ExtendedView, extended_view
from jiesu.desk.history import HistoryLine, for_petitioner
from jiesu.desk.merging import TogetherView, together_view
from jiesu.desk.names import Named, category_named, place_named, unit_named
from jiesu.desk.own_survey import own_survey
from jiesu.desk.parts import OwnPartView, own_part_views
from jiesu.desk.rechecking import AskView, RecheckView, ask_view, recheck_views
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import OPEN, PETITIONER, allowed
from jiesu.tickets.words import Status, Step, say_status

__all__ = ["ProgressView", "progress_view"]


#: The opinion stands and is known while a higher organ looks at it.
DISPUTED = frozenset({Status.RECHECKING, Status.REVIEWING})


class ProgressView(msgspec.Struct, frozen=True, rename={"service_class": "class"}):
    """What the petitioner may see. `survey` is the path of the open survey, else null; `informed_at` the last news."""

    number: str
    status: str
    status_text: str
    track: str
    nature: str
    channel: str
    service_class: str
    category: Named | None
    title: str
    text: str
    place: Named | None
    unit: Named | None
    registered_at: datetime
    informed_at: datetime | None
    #: Each part with its unit and date, where it is handled in parts (拆分).
    parts: list[OwnPartView]
    #: How the matter stands that this one is merged into (并案), while it waits for that answer.
    together: TogetherView | None
    deadlines: list[DeadlineView]
    extension: ExtendedView | None
    timeline: list[HistoryLine]
    #: Whether the statutory track applies; what may be asked for now, and what was.
    petition: bool
    ask: AskView | None
    rechecks: list[RecheckView]
    #: Written notices and opinions (信访文书).
    documents: list[DocumentView]
    reply: str | None
    result: str | None
    allowed: list[str]
    survey: str | None
    #: Where an answer that was given can be changed, while it can (更改评价).
    survey_change: str | None
    anonymous: bool
    version: int


async def progress_view(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> ProgressView:
    """The ticket as its petitioner may see it; a sealed report names no handling unit."""
    survey = await own_survey(uow, rules, ticket)
    ask = await ask_view(uow, rules, ticket, locale)
    told = ticket.status not in OPEN - DISPUTED | {Status.MERGED, Status.SPLIT} or survey.ask is not None
    return ProgressView(
        number=ticket.number,
        status=ticket.status,
        status_text=say_status(ticket.status, locale),
        track=ticket.track,
        nature=ticket.nature,
        channel=ticket.channel,
        service_class=ticket.service_class,
        category=category_named(rules, ticket.category, locale),
        title=ticket.title,
        text=ticket.text,
        place=place_named(rules, ticket.place),
        unit=unit_named(rules, ticket.lead_unit, locale),
        registered_at=ticket.registered_at.astimezone(SHANGHAI),
        informed_at=local(ticket.informed_at),
        parts=await own_part_views(uow, rules, ticket, locale),
        together=await together_view(uow, rules, ticket, locale),
        deadlines=await deadline_views(uow, rules, ticket, locale, public=True),
        extension=await extended_view(uow, ticket),
        timeline=await for_petitioner(uow, rules, ticket, locale),
        petition=ticket.is_petition,
        ask=ask,
        rechecks=await recheck_views(uow, rules, ticket, locale),
        documents=await document_views(uow, rules, ticket, locale, public=True),
        reply=ticket.reply,
        result=ticket.result if told else None,
        allowed=[str(step) for step in allowed(ticket.status, [PETITIONER]) if _theirs(ticket, ask, step)],
        survey=survey.ask,
        survey_change=survey.change,
        anonymous=ticket.anonymous,
        version=ticket.version,
    )


def _theirs(ticket: Ticket, ask: AskView | None, step: Step) -> bool:
    """What the law leaves open: a petition is disputed before a higher organ, everything else is reopened."""
    if step is Step.REOPEN:
        return not ticket.is_petition
    if step in (Step.ASK_RECHECK, Step.ASK_REVIEW):
        return ask is not None and step == f"ask_{ask.stage}"
    return True
