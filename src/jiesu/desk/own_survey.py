"""Where a petitioner answers about a result, or changes the answer."""

from __future__ import annotations

from typing import NamedTuple

from jiesu.db.uow import UnitOfWork
from jiesu.rules import Rules
from jiesu.surveys.correct import may_be_corrected
from jiesu.surveys.send import latest_survey, survey_token
from jiesu.surveys.words import SurveyState
from jiesu.tickets.models import Ticket

__all__ = ["OwnSurvey", "own_survey"]


class OwnSurvey(NamedTuple):
    """Paths of the newest survey: `ask` while it is open, `change` while its answer can be changed."""

    ask: str | None
    change: str | None


async def own_survey(uow: UnitOfWork, rules: Rules, ticket: Ticket) -> OwnSurvey:
    """Neither where nobody was asked, or it is over."""
    survey = await latest_survey(uow, ticket.id)
    if survey is None:
        return OwnSurvey(None, None)
    link = f"/s/{survey_token(rules.keys, ticket.id, survey.round)}"
    asked = survey.state is SurveyState.OPEN and survey.expires_at > uow.now
    return OwnSurvey(link if asked else None, link if await may_be_corrected(uow, survey) else None)
