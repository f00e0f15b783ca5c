"""What happens after a result: the survey answered, forgotten or late, rework, withdrawal, and coming back."""

from __future__ import annotations

from datetime import timedelta

from jiesu.demo import phrases
from jiesu.demo.case import Case
from jiesu.demo.pace import in_office, on_duty, pace_of, spread
from jiesu.demo.petitions import dispute
from jiesu.demo.stage import Stage
from jiesu.intake.follow import withdraw_own
from jiesu.routing.dispatch import dispatch_ticket
from jiesu.surveys.answer import answer_survey
from jiesu.surveys.answers import Answers
from jiesu.surveys.send import latest_survey, survey_token
from jiesu.surveys.words import Satisfaction, Solved
from jiesu.tickets.reopen import reopen_ticket
from jiesu.tickets.words import Status

__all__ = ["plan_closed", "plan_rework", "plan_survey", "withdraw"]

#: Who answers at all; who comes back after the end.
ANSWERS, COMES_BACK = 0.7, 0.015
HOUR = timedelta(hours=1)


def plan_survey(stage: Stage, case: Case) -> None:
    """Most answer within a day or two, some on the last, some never."""
    random, now = case.random, stage.now
    if case.hold is Status.AWAITING_SURVEY:
        return
    if case.hold is Status.RECHECKING:
        stage.plan(case, on_duty(now, spread(random, 6 * 60)), dispute)
    elif case.hold is Status.REWORK:
        stage.plan(case, now + spread(random, 12), _answer)
    elif random.random() < ANSWERS:
        delay = timedelta(days=random.uniform(3, 6.5)) if random.random() < 0.1 else spread(random, 9 * 60)
        stage.plan(case, min(on_duty(now, delay), now + timedelta(days=6.9)), _answer)


async def _answer(stage: Stage, case: Case) -> None:
    survey = await latest_survey(stage.uow, case.ticket.id)
    if survey is not None:
        token = survey_token(stage.rules.keys, case.ticket.id, survey.round)
        await answer_survey(stage.uow, token, _answers(stage, case))


def _answers(stage: Stage, case: Case) -> Answers:
    """Believable answers: worse for slow units and for what came late, better after rework."""
    random, ticket = case.random, case.ticket
    content = pace_of(stage.seed, ticket.lead_unit or "").content
    late = stage.uow.now - ticket.registered_at > timedelta(days=12)
    good = content - 0.12 * late + 0.1 * min(ticket.reworks, 1)
    contacted = None if random.random() < 0.04 else random.random() < 0.96
    if case.hold is Status.REWORK or random.random() > good:
        why, reason = random.choice(phrases.UNHAPPY)
        if case.hold is None and random.random() < 0.3:
            return Answers(contacted, Solved.PARTLY, Satisfaction.MOSTLY, reason, (why,))
        solved = Solved.NO if random.random() < 0.7 else Solved.PARTLY
        return Answers(contacted, solved, Satisfaction.NO, reason, (why,))
    satisfied = Satisfaction.YES if random.random() < 0.75 else Satisfaction.MOSTLY
    solved_well = Solved.YES if random.random() < 0.93 else Solved.PARTLY
    return Answers(contacted, solved_well, satisfied)


def plan_rework(stage: Stage, case: Case) -> None:
    """The unit above reads the answer and orders rework, within a working day or so."""
    when = in_office(stage.rules.calendar, stage.now, timedelta(hours=case.random.uniform(0.5, 7)))
    stage.plan(case, when, _order_again)


async def _order_again(stage: Stage, case: Case) -> None:
    await dispatch_ticket(stage.uow, stage.rules, stage.cast.superior(case.ticket), case.number, case.ticket.lead_unit)


def plan_closed(stage: Stage, case: Case) -> None:
    """A few come back with new facts, once."""
    if case.ticket.is_petition:
        return
    if not case.reopened and case.ticket.sealed_to is None and case.random.random() < COMES_BACK:
        when = in_office(stage.rules.calendar, stage.now, HOUR * case.random.uniform(5, 60))
        stage.plan(case, when, _reopen)


async def _reopen(stage: Stage, case: Case) -> None:
    case.reopened = True
    staff = stage.cast.clerk(case.ticket)
    await reopen_ticket(stage.uow, staff, case.number, case.random.choice(phrases.NEW_FACTS))


async def withdraw(stage: Stage, case: Case) -> None:
    """The petitioner takes the appeal back, if it is not over."""
    if case.ticket.is_open:
        reason = case.random.choice(phrases.WITHDRAWN)
        await withdraw_own(stage.uow, stage.rules.keys, case.number, case.code, reason)
