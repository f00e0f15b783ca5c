"""Answering: once, by whoever holds the link; and otherwise, for as long as the link is good."""

from __future__ import annotations

from sqlalchemy import select

from jiesu.db.uow import UnitOfWork
from jiesu.kit.crypto import fingerprint
from jiesu.surveys.answers import Answers, SurveyOver, SurveyUnknown, SurveyUsed, check_complete, write_down
from jiesu.surveys.correct import correct_answer
from jiesu.surveys.models import Survey
from jiesu.surveys.policy import wants_rework
from jiesu.surveys.send import stop_jobs
from jiesu.surveys.words import Solved, SurveyState
from jiesu.tickets.end import close_ticket, order_rework
from jiesu.tickets.events import PETITIONER, By, TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository

__all__ = ["SurveyAnswered", "answer_survey", "find_survey", "record_answer"]


class SurveyAnswered(TicketEvent, frozen=True, kw_only=True):
    """The words of the reason stay in the survey row, encrypted; whether they were pressed is no event."""

    round: int
    contacted: bool | None
    solved: str | None
    satisfied: str | None
    channel: str


async def find_survey(uow: UnitOfWork, token: str) -> Survey:
    """The survey behind a link. Raises SurveyUnknown."""
    survey = await uow.session.scalar(select(Survey).where(Survey.token_hash == fingerprint(token)))
    if survey is None:
        raise SurveyUnknown("token")
    return survey


async def answer_survey(uow: UnitOfWork, token: str, answers: Answers, *, channel: str = "link") -> Ticket:
    """Record the answer, and in the same transaction close the ticket or send it back for rework.

    `answers.correct` changes an answer that was given. Locks the ticket, then the survey. Raises SurveyUnknown, SurveyUsed,
    SurveyOver, NothingAnswered.
    """
    found = await find_survey(uow, token)
    ticket = await TicketRepository(uow).lock_id(found.ticket_id)
    survey = await uow.session.get_one(Survey, found.id, with_for_update=True, populate_existing=True)
    if answers.correct and survey.state is SurveyState.ANSWERED:
        await correct_answer(uow, ticket, survey, answers, channel, PETITIONER)
        return ticket
    _still_open(uow, survey)
    check_complete(answers)
    await record_answer(uow, ticket, survey, answers, channel, PETITIONER)
    return ticket


async def record_answer(
    uow: UnitOfWork, ticket: Ticket, survey: Survey, answers: Answers, channel: str, by: By
) -> None:
    """Write a checked answer to a locked, open survey and act on it.

    A petition is not reworked: whoever disputes its opinion asks for a recheck.
    """
    survey.state = SurveyState.ANSWERED
    survey.next_call_at = survey.why_not = None
    survey.answered_at = uow.now
    survey.channel = channel
    write_down(survey, answers)
    await stop_jobs(uow, survey)
    event = SurveyAnswered(
        ticket_id=ticket.id,
        by=by,
        round=survey.round,
        contacted=answers.contacted,
        solved=answers.solved,
        satisfied=answers.satisfied,
        channel=channel,
    )
    await uow.record(event)
    if wants_rework(answers.solved, answers.satisfied) and not ticket.is_petition:
        ticket.dissatisfactions += 1
        await order_rework(uow, ticket, "unsolved" if answers.solved is Solved.NO else "dissatisfied", by)
    else:
        await close_ticket(uow, ticket, "survey_answered")


def _still_open(uow: UnitOfWork, survey: Survey) -> None:
    if survey.state is SurveyState.ANSWERED:
        raise SurveyUsed("token")
    if survey.state is not SurveyState.OPEN or uow.now >= survey.expires_at:
        raise SurveyOver("token")
