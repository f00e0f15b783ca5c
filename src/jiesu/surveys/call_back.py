"""回访: somebody who is not of the unit asks by telephone; what was said is the answer, and who is not reached said nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Forbidden
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.private import Private
from jiesu.surveys.answer import record_answer
from jiesu.surveys.answers import Answers, SurveyOver, check_complete
from jiesu.surveys.models import Survey, SurveyCall
from jiesu.surveys.policy import CallPolicy, next_call
from jiesu.surveys.send import expire_survey
from jiesu.surveys.words import AskedWay, CallOutcome, SurveyState
from jiesu.tickets.contact import read_next_call
from jiesu.tickets.events import TicketEvent, by_staff
from jiesu.tickets.guard import open_step, optional
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["CallbackTried", "OwnResult", "call_back", "open_survey"]

#: Why a survey that nobody answered was not.
UNREACHABLE, REFUSED = "unreachable", "refused"


class CallbackTried(TicketEvent, frozen=True, kw_only=True):
    """A call that brought no answer. `calls` so far; `next_at` is None where nobody calls again."""

    outcome: CallOutcome
    calls: int
    next_at: datetime | None
    note: Private | None


class OwnResult(Forbidden):
    zh = "回访员不能回访本单位办理的工单，请交给上级单位的回访员。"
    en = "Whoever calls back is never of the unit that handled the ticket. Leave it to the callback officer of the unit above."


class SayWhen(Conflict):
    zh = "请填写诉求人希望什么时候再打。"
    en = "Say when the petitioner wants to be called again."


async def open_survey(uow: UnitOfWork, ticket: Ticket) -> Survey | None:
    """The survey that can still be answered; None when there is none."""
    query = select(Survey).where(
        Survey.ticket_id == ticket.id, Survey.state == SurveyState.OPEN, Survey.expires_at > uow.now
    )
    return await uow.session.scalar(query.order_by(Survey.round.desc()).limit(1).with_for_update())


async def call_back(
    uow: UnitOfWork, policy: CallPolicy, staff: Staff, number: str, outcome: CallOutcome, answers: Answers,
    next_at: str | None = None, note: str | None = None, *, way: AskedWay = AskedWay.PHONE, version: int | None = None,
) -> Ticket:  # fmt: skip
    """Write down a call about the open survey; an answer closes the ticket or sends it to rework, as one by the link does.

    After so many calls over so many days nobody calls again; the link stays. At the counter (`way`) clerks write down an
    answer as well; nobody else calls but callback officers. Locks the ticket, then the survey.
    Raises NotYours, SurveyOver, OwnResult, NothingAnswered, BadNextCall, SayWhen.
    """
    ticket = await open_step(uow, staff, number, Step.CALL_BACK, version)
    at_counter = way is AskedWay.COUNTER and outcome is CallOutcome.ANSWERED
    if not at_counter and not staff.may(Right.CALL_BACK, ticket):
        raise NotYours
    survey = await open_survey(uow, ticket)
    if survey is None:
        raise SurveyOver("action")
    if survey.unit == staff.unit:
        raise OwnResult("action")
    note = optional(note, "note", "回访记录")
    ticket.move(Step.CALL_BACK)
    if outcome is CallOutcome.ANSWERED:
        check_complete(answers)
    if not at_counter:
        _log(uow, staff, survey, outcome, note)
    if outcome is CallOutcome.ANSWERED:
        await record_answer(uow, ticket, survey, answers, "counter" if at_counter else "phone", by_staff(staff))
        return ticket
    survey.next_call_at = _again(uow, policy, survey, outcome, next_at)
    tried = CallbackTried(
        ticket_id=ticket.id, by=by_staff(staff), outcome=outcome, calls=survey.calls, next_at=survey.next_call_at, note=note
    )  # fmt: skip
    await uow.record(tried)
    if outcome is CallOutcome.REFUSED:
        await expire_survey(uow, ticket, survey, REFUSED)
    elif survey.next_call_at is None:
        survey.why_not = UNREACHABLE
    return ticket


def _log(uow: UnitOfWork, staff: Staff, survey: Survey, outcome: CallOutcome, note: str | None) -> None:
    survey.calls += 1
    survey.first_call_at = survey.first_call_at or uow.now
    call = SurveyCall(
        survey_id=survey.id, ticket_id=survey.ticket_id, at=uow.now, staff_id=staff.id, outcome=outcome, note=note
    )
    uow.add(call)


def _again(
    uow: UnitOfWork, policy: CallPolicy, survey: Survey, outcome: CallOutcome, next_at: str | None
) -> datetime | None:
    if outcome in (CallOutcome.REFUSED, CallOutcome.WRONG_NUMBER):
        return None
    wanted = read_next_call(next_at, uow.now)
    if outcome is CallOutcome.LATER:
        if wanted is None:
            raise SayWhen("next_at")
        return wanted
    first = (survey.first_call_at or uow.now).astimezone(SHANGHAI).date()
    days = (uow.now.astimezone(SHANGHAI).date() - first) + timedelta(days=1)
    return next_call(policy, survey.calls, days.days, uow.now, wanted)
