"""The survey behind its one-use link: no sign-in, three questions."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK

from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import Named, reason_named, unit_named
from jiesu.intake.careful import answer_carefully
from jiesu.intake.guesses import Guesses
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.surveys.answer import find_survey
from jiesu.surveys.answers import Answers
from jiesu.surveys.correct import may_be_corrected
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import say_status

__all__ = ["SurveyController", "SurveyPageView", "survey_page_view"]


class SurveyPageView(msgspec.Struct, frozen=True):
    """What is asked about: the result, by whom, until when."""

    number: str
    title: str
    result: str | None
    unit: Named | None
    state: str
    expires_at: datetime
    #: Whether the answer that was given can be changed until then (更改评价), with `correct`.
    correctable: bool
    #: Why people are not content (不满意的原因), to choose from.
    reasons: list[Named]


class SurveyOutcome(msgspec.Struct, frozen=True):
    """What the answer did."""

    number: str
    status: str
    status_text: str
    rework: bool


async def survey_page_view(uow: UnitOfWork, rules: Rules, token: str, locale: Locale) -> SurveyPageView:
    """The survey as its page shows it. Raises SurveyUnknown."""
    survey = await find_survey(uow, token)
    ticket = await uow.session.get_one(Ticket, survey.ticket_id)
    return SurveyPageView(
        number=ticket.number,
        title=ticket.title,
        result=ticket.result,
        unit=unit_named(rules, survey.unit, locale),
        state=survey.state,
        expires_at=survey.expires_at.astimezone(SHANGHAI),
        correctable=await may_be_corrected(uow, survey),
        reasons=[reason_named(rules, code, locale) for code in rules.reasons.offered],
    )


class SurveyController(Controller):
    path = "/surveys"
    tags = ("petitioner",)
    request_max_body_size = 16 * 1024

    @get("/{token:str}", operation_id="OpenSurvey")
    async def show(
        self,
        token: FromPath[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> SurveyPageView:
        """What is asked (满意度评价)."""
        await guesses.check_link(token)
        return await survey_page_view(uow, rules, token, locale)

    @post("/{token:str}", operation_id="AnswerSurvey", status_code=HTTP_200_OK)
    async def answer(
        self,
        data: JSONBody[Answers],
        token: FromPath[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> SurveyOutcome:
        """Answer, once; with `correct` change the answer while the link is good. Unsolved or dissatisfied sends the ticket to rework."""
        await guesses.check_link(token)
        ticket = await answer_carefully(uow, rules, token, data, confirmed=data.confirmed_unclassified)
        return SurveyOutcome(
            ticket.number, ticket.status, say_status(ticket.status, locale), rework=ticket.status == "rework"
        )
