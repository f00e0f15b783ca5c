"""Answering: once, by whoever holds the link."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid, Missing
from jiesu.kit.crypto import fingerprint
from jiesu.surveys.models import Survey
from jiesu.surveys.policy import wants_rework
from jiesu.surveys.send import stop_jobs
from jiesu.surveys.words import Satisfaction, Solved, SurveyState
from jiesu.tickets.end import close_ticket, order_rework
from jiesu.tickets.events import PETITIONER, By, TicketEvent
from jiesu.tickets.guard import optional
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import TicketRepository

__all__ = [
    "Answers",
    "SurveyAnswered",
    "SurveyOver",
    "SurveyUnknown",
    "answer_survey",
    "check_complete",
    "find_survey",
    "record_answer",
]


class SurveyUnknown(Missing):
    zh = "这个评价链接无效。请检查链接是否完整，或用工单编号和查询码进入评价。"
    en = "This survey link is not valid. Check that it is complete, or open the survey from your ticket."


class SurveyUsed(Conflict):
    zh = "您已经评价过了，不用再填。谢谢！"
    en = "You have answered already; nothing more to do. Thank you."


class SurveyOver(Conflict):
    zh = "这次评价已经截止。如问题仍未解决，请拨打服务电话，或凭工单编号要求重新办理。"
    en = "This survey has ended. If the matter is not solved, call us or ask to reopen the ticket."


class NothingAnswered(Invalid):
    zh = "请至少回答“是否解决”或“是否满意”其中一题。"
    en = "Answer at least whether it is solved, or whether you are satisfied."


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Three questions; what is left out leaves that question's own denominator.

    `pressed`: whether somebody pressed them about this answer; the auditor alone reads it.
    """

    contacted: bool | None = None
    solved: Solved | None = None
    satisfied: Satisfaction | None = None
    reason: str | None = None
    pressed: bool | None = None
    confirmed_unclassified: bool = False


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

    Locks the ticket, then the survey. Raises SurveyUnknown, SurveyUsed, SurveyOver, NothingAnswered.
    """
    found = await find_survey(uow, token)
    ticket = await TicketRepository(uow).lock_id(found.ticket_id)
    survey = await uow.session.get_one(Survey, found.id, with_for_update=True, populate_existing=True)
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
    survey.contacted, survey.solved, survey.satisfied = answers.contacted, answers.solved, answers.satisfied
    survey.pressed = answers.pressed
    survey.reason = optional(answers.reason, "reason", "原因", 500)
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


def check_complete(answers: Answers) -> None:
    """Raises NothingAnswered."""
    if answers.solved is None and answers.satisfied is None:
        raise NothingAnswered("solved")
    optional(answers.reason, "reason", "原因", 500)
