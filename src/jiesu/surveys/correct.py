"""更改评价: until the link expires whoever answered may answer otherwise; the figures count the last word."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.surveys.answers import Answers, SurveyOver, check_complete, write_down
from jiesu.surveys.models import Survey
from jiesu.surveys.policy import wants_rework
from jiesu.surveys.send import latest_survey
from jiesu.surveys.words import Solved, SurveyState
from jiesu.tickets.end import order_rework
from jiesu.tickets.events import By, TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.tickets.parts import whole_of
from jiesu.tickets.words import Status

__all__ = ["SurveyCorrected", "correct_answer", "may_be_corrected"]


class SurveyCorrected(TicketEvent, frozen=True, kw_only=True):
    """What was said before is in `old_solved` and `old_satisfied`."""

    round: int
    contacted: bool | None
    solved: str | None
    satisfied: str | None
    old_solved: str | None
    old_satisfied: str | None
    channel: str


async def may_be_corrected(uow: UnitOfWork, survey: Survey) -> bool:
    """Whether the answer can still be changed: the link is good, and no later result was asked about."""
    if survey.state is not SurveyState.ANSWERED or uow.now >= survey.expires_at:
        return False
    newest = await latest_survey(uow, survey.ticket_id)
    return newest is not None and newest.id == survey.id


async def correct_answer(
    uow: UnitOfWork, ticket: Ticket, survey: Survey, answers: Answers, channel: str, by: By
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
        satisfied=answers.satisfied, old_solved=old[0], old_satisfied=old[1], channel=channel,
    )  # fmt: skip
    await uow.record(event)
    if ticket.is_petition:
        return
    bad = wants_rework(answers.solved, answers.satisfied)
    ticket.dissatisfactions = max(0, ticket.dissatisfactions + bad - was_bad)
    if bad and not was_bad and ticket.status is Status.CLOSED and await _open_to_rework(uow, ticket):
        await order_rework(uow, ticket, "unsolved" if answers.solved is Solved.NO else "dissatisfied", by)


async def _open_to_rework(uow: UnitOfWork, ticket: Ticket) -> bool:
    """A part of what was withdrawn as a whole is not taken up by itself."""
    return (await whole_of(uow, ticket)).status is not Status.WITHDRAWN
