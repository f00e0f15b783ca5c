"""The survey page: three questions, one form, no sign-in."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from jiesu.db.uow import UnitOfWork
from jiesu.errors import DomainError, Kind
from jiesu.intake.careful import answer_carefully
from jiesu.intake.guesses import Guesses
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.surveys.answer import find_survey
from jiesu.surveys.answers import Answers
from jiesu.surveys.models import Survey
from jiesu.surveys.policy import wants_rework
from jiesu.tickets.models import Ticket
from jiesu.web.api.surveys import survey_page_view
from jiesu.web.pages.forms import Fields, FormProblem, fields_of, incomplete, problem_of
from jiesu.web.pages.rendering import go, render

__all__ = ["SurveyPages"]


def _answers(fields: dict[str, str]) -> Answers:
    contacted, pressed = ({"yes": True, "no": False}.get(fields.get(name, "")) for name in ("contacted", "pressed"))
    raw: dict[str, Any] = {name: fields.get(name) or None for name in ("solved", "satisfied", "reason")}
    raw |= {"contacted": contacted, "pressed": pressed, "correct": "correct" in fields}
    raw["reasons"] = [code for code in fields.get("reasons", "").split(",") if code]
    try:
        return msgspec.convert(raw, Answers)
    except msgspec.ValidationError as error:
        raise incomplete(error) from error


def _given(survey: Survey) -> Fields:
    """What was answered, to be changed; not the words, and not whether somebody pressed them: others may hold the telephone."""
    contacted = {True: "yes", False: "no"}.get(survey.contacted) if survey.contacted is not None else None
    given = {"contacted": contacted, "solved": survey.solved, "satisfied": survey.satisfied}
    return Fields({name: str(value) for name, value in given.items() if value} | {"reasons": ",".join(survey.reasons)})


class SurveyPages(Controller):
    path = "/s"

    @get("/{token:str}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        token: FromPath[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """The questions; afterwards what happens next (满意度评价)."""
        await guesses.check_link(token)
        return await self._page(request, token, uow, rules, locale)

    @post("/{token:str}", status_code=HTTP_200_OK)
    async def answer(
        self,
        request: Request[Any, Any, Any],
        token: FromPath[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Answer, once; a second click on the button sees the same thanks."""
        await guesses.check_link(token)
        fields = await fields_of(request)
        try:
            async with uow.attempt():
                confirmed = "confirmed_unclassified" in fields
                await answer_carefully(uow, rules, token, _answers(fields), confirmed=confirmed)
        except DomainError as error:
            if error.kind is Kind.MISSING:
                raise
            return await self._page(request, token, uow, rules, locale, fields, problem_of(error, locale))
        return go(f"/s/{token}")

    async def _page(
        self,
        request: Request[Any, Any, Any],
        token: str,
        uow: UnitOfWork,
        rules: Rules,
        locale: Locale,
        fields: Fields | None = None,
        problem: FormProblem | None = None,
    ) -> Response[Any]:
        view = await survey_page_view(uow, rules, token, locale)
        survey = await find_survey(uow, token)
        state = "expired" if view.state == "open" and view.expires_at <= uow.now else view.state
        return render(
            request,
            "survey.html",
            status=problem.status if problem else HTTP_200_OK,
            survey=view,
            state=state,
            again=wants_rework(survey.solved, survey.satisfied),
            petition=(await uow.get(Ticket, survey.ticket_id)).is_petition,
            fields=_given(survey) if fields is None and view.correctable else fields or Fields(),
            changing=fields is not None and "correct" in fields,
            problem=problem,
        )
