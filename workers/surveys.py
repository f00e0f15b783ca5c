"""Actors of the survey: the one reminder, and the end."""

from __future__ import annotations

from typing import Any

from jiesu.db.uow import UnitOfWork
from jiesu.notifications.tell import tell_person
from jiesu.petitioners.models import Petitioner
from jiesu.rules import Rules
from jiesu.surveys.models import Survey
from jiesu.surveys.send import EXPIRE, REMIND, expire_survey, survey_token
from jiesu.surveys.words import SurveyState
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository
from workers.actor import handles

__all__ = ["survey_expires", "survey_reminder"]


async def _still_open(uow: UnitOfWork, survey_id: int) -> tuple[Ticket, Survey] | None:
    """Ticket and survey, locked in that order; None when it was answered meanwhile."""
    found = await uow.session.get_one(Survey, survey_id)
    ticket = await TicketRepository(uow).lock_id(found.ticket_id)
    survey = await uow.session.get_one(Survey, survey_id, populate_existing=True)
    return (ticket, survey) if survey.state is SurveyState.OPEN else None


@handles(REMIND)
async def survey_reminder(uow: UnitOfWork, rules: Rules, payload: dict[str, Any]) -> None:
    """Remind once, with the same link, in office hours."""
    pair = await _still_open(uow, payload["survey_id"])
    if pair is None or pair[0].petitioner_id is None:
        return
    ticket, survey = pair
    person = await uow.session.get_one(Petitioner, ticket.petitioner_id)
    if person.phone:
        link = f"{rules.public_url}/s/{survey_token(rules.keys, ticket.id, survey.round)}"
        text = rules.wording.say("survey_reminder", number=ticket.number, link=link)
        key, at = f"survey_reminder:{survey.id}", rules.calendar.next_office_time(uow.now)
        await tell_person(uow, key=key, ticket_id=ticket.id, phone=person.phone, text=text, send_at=at)


@handles(EXPIRE)
async def survey_expires(uow: UnitOfWork, _: Rules, payload: dict[str, Any]) -> None:
    """Close the ticket unanswered."""
    pair = await _still_open(uow, payload["survey_id"])
    if pair is not None:
        await expire_survey(uow, *pair)
