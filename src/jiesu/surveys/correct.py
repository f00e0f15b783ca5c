"""更改评价: until the link expires whoever answered may answer otherwise, also through staff; the figures count the last word."""

from __future__ import annotations

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Forbidden
from jiesu.kit.private import Private
from jiesu.surveys.answers import Answers, SurveyOver, check_complete, write_down
from jiesu.surveys.models import Survey
from jiesu.surveys.policy import wants_rework
from jiesu.surveys.send import latest_survey
from jiesu.surveys.words import AskedWay, Solved, SurveyState
from jiesu.tickets.end import order_rework
from jiesu.tickets.events import By, TicketEvent, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.parts import whole_of
from jiesu.tickets.words import Status, Step

__all__ = ["OwnAnswer", "SurveyCorrected", "correct_answer", "correct_for_petitioner", "may_be_corrected"]


class OwnAnswer(Forbidden):
    zh = "不能更改对本单位办理结果的评价，请交给上级单位。"
    en = "Nobody changes an answer about their own unit's result. Leave it to the unit above."


class SurveyCorrected(TicketEvent, frozen=True, kw_only=True):
    """What was said before is in `old_solved` and `old_satisfied`; `why` is what staff wrote who changed it for the petitioner."""

    round: int
    contacted: bool | None
    solved: str | None
    satisfied: str | None
    old_solved: str | None
    old_satisfied: str | None
    channel: str
    why: Private | None = None


async def may_be_corrected(uow: UnitOfWork, survey: Survey) -> bool:
    """Whether the answer can still be changed: the link is good, and no later result was asked about."""
    if survey.state is not SurveyState.ANSWERED or uow.now >= survey.expires_at:
        return False
    newest = await latest_survey(uow, survey.ticket_id)
    return newest is not None and newest.id == survey.id


async def correct_answer(
    uow: UnitOfWork, ticket: Ticket, survey: Survey, answers: Answers, channel: str, by: By, why: str | None = None
) -> None:
    """Change the answer of a locked survey; it counts where and when the first one did.

    A worse answer sends a closed ticket to rework. A better one does not call back rework that was ordered: somebody is at it,
    and its result is asked about again. Raises SurveyOver, NothingAnswered.
    """
    if not await may_be_corrected(uow, survey):
        raise SurveyOver("token")
    check_complete(answers)
    old, was_bad = (survey.solved, survey.satisfied), wants_rework(survey.solved, survey.satisfied)
    write_down(survey, answers)
    survey.corrected_at, survey.channel = uow.now, channel
    ticket.version += 1
    event = SurveyCorrected(
        ticket_id=ticket.id, by=by, round=survey.round, contacted=answers.contacted, solved=answers.solved,
        satisfied=answers.satisfied, old_solved=old[0], old_satisfied=old[1], channel=channel, why=why,
    )  # fmt: skip
    await uow.record(event)
    if ticket.is_petition:
        return
    bad = wants_rework(answers.solved, answers.satisfied)
    ticket.dissatisfactions = max(0, ticket.dissatisfactions + bad - was_bad)
    if bad and not was_bad and ticket.status is Status.CLOSED and await _open_to_rework(uow, ticket):
        await order_rework(uow, ticket, "unsolved" if answers.solved is Solved.NO else "dissatisfied", by)


async def correct_for_petitioner(
    uow: UnitOfWork, staff: Staff, number: str, way: AskedWay, why: str, answers: Answers, *, version: int | None = None
) -> Ticket:
    """Change an answer as the petitioner wishes who says so by telephone or at the counter, for as long as the link is good.

    On the telephone that is for callback officers, at the counter for clerks too; never for the unit that handled it. Locks the
    ticket, then the survey. Raises NotYours, SurveyOver, OwnAnswer, NothingAnswered.
    """
    ticket = await open_step(uow, staff, number, Step.CORRECT_ANSWER, version)
    if way is not AskedWay.COUNTER and not staff.may(Right.CALL_BACK, ticket):
        raise NotYours
    newest = await latest_survey(uow, ticket.id)
    if newest is None:
        raise SurveyOver("action")
    survey = await uow.session.get_one(Survey, newest.id, with_for_update=True, populate_existing=True)
    if survey.unit == staff.unit:
        raise OwnAnswer("action")
    why = required(why, "why", "为什么改", 500)
    await correct_answer(uow, ticket, survey, answers, str(way), by_staff(staff), why)
    return ticket


async def _open_to_rework(uow: UnitOfWork, ticket: Ticket) -> bool:
    """A part of what was withdrawn as a whole is not taken up by itself."""
    return (await whole_of(uow, ticket)).status is not Status.WITHDRAWN
