"""What happens in a unit: sign, contact, note, submit, approve, send back, each after its believable delay."""

from __future__ import annotations

from datetime import datetime, timedelta

from jiesu.demo import phrases
from jiesu.demo.case import Case
from jiesu.demo.keeping import asks_for_time, final_due, owes_plan, plan_news, plan_reclass, share_plan
from jiesu.demo.pace import Pace, in_office, on_duty, pace_of, spread
from jiesu.demo.petitions import plan_acceptance
from jiesu.demo.stage import Stage
from jiesu.tickets.approve import approve_result
from jiesu.tickets.contact import log_contact
from jiesu.tickets.note import add_note
from jiesu.tickets.send_back import send_back_result
from jiesu.tickets.sign import sign_ticket
from jiesu.tickets.submit import submit_result
from jiesu.tickets.words import Outcome, Status

__all__ = ["plan_review", "plan_sign", "plan_work", "submit"]

#: Minutes an officer takes to sign and to call, by class; the others work by office hours.
QUICK = {"P0": (3, 8), "P1": (20, 40)}
ORDINARY = (50, 70)
#: Classes with so little time that nobody waits until the last hour.
SHORT = frozenset({*QUICK, "C"})
#: Minutes between two calls that nobody answers.
CALL_AGAIN = 150


def _pace(stage: Stage, case: Case) -> Pace:
    return pace_of(stage.seed, case.ticket.lead_unit or "")


def plan_sign(stage: Stage, case: Case) -> None:
    """A dispatched ticket is signed: at once when urgent, soon when somebody is on duty, else in office hours."""
    stage.plan(case, _soon(stage, case, 0), _sign)


def _soon(stage: Stage, case: Case, which: int) -> datetime:
    random, now, pace = case.random, stage.now, _pace(stage, case)
    minutes = QUICK.get(case.ticket.service_class, ORDINARY)[which]
    delay = spread(random, minutes * pace.stretch)
    if case.hold is not None:
        return now + spread(random, 8)
    if case.ticket.service_class in QUICK:
        return now + delay
    if random.random() < pace.late:
        return in_office(stage.rules.calendar, now, delay * 4)
    return on_duty(now, delay)


async def _sign(stage: Stage, case: Case) -> None:
    await sign_ticket(stage.uow, stage.cast.officer(case.ticket), case.number)


def plan_work(stage: Stage, case: Case) -> None:
    """In progress: first the petitioner is called, then the matter is worked on until the result is submitted."""
    ticket = case.ticket
    plan_news(stage, case)
    if ticket.first_contact_at is None and ticket.petitioner_id is not None:
        again = now_and_then(stage, case) if ticket.contact_attempts else _soon(stage, case, 1)
        stage.plan(case, again, _contact)
    elif ticket.is_petition and ticket.accepted_at is None:
        plan_acceptance(stage, case)
    elif case.hold is not Status.IN_PROGRESS:
        stage.plan(case, _finish(stage, case), share_plan if owes_plan(stage, case) else submit)
        if case.random.random() < 0.2 and case.next_at is not None and ticket.result is None:
            stage.aside(case, in_office(stage.rules.calendar, stage.now, (case.next_at - stage.now) / 12), _note)
        plan_reclass(stage, case)


def now_and_then(stage: Stage, case: Case) -> datetime:
    """When somebody who did not answer is called again."""
    return on_duty(stage.now, spread(case.random, CALL_AGAIN if case.hold is None else 5))


async def _contact(stage: Stage, case: Case) -> None:
    reached = case.random.random() < 0.86
    outcome = Outcome.REACHED if reached else Outcome.NO_ANSWER
    note = case.random.choice(phrases.REACHED if reached else phrases.NO_ANSWER)
    await log_contact(
        stage.uow,
        stage.cast.officer(case.ticket),
        case.number,
        outcome,
        note,
        tries=lambda policy: stage.rules.clocks_of(policy).tries,
    )


async def _note(stage: Stage, case: Case) -> None:
    if case.ticket.status is Status.IN_PROGRESS:
        await add_note(stage.uow, stage.cast.officer(case.ticket), case.number, case.random.choice(phrases.NOTES))


def _finish(stage: Stage, case: Case) -> datetime:
    """When the result will be there: a share of the time that is left, or too late where a unit is like that."""
    random, now, pace, due = case.random, stage.now, _pace(stage, case), final_due(stage, case)
    calendar = stage.rules.calendar
    if case.hold is not None:
        return now + spread(random, 12)
    if due is None:  # the plan was told; what takes long takes weeks
        return in_office(calendar, now, timedelta(hours=random.uniform(30, 200)))
    if case.ticket.result is not None or due <= now:  # again, or late already: quickly
        return in_office(calendar, now, timedelta(hours=random.uniform(0.7, 7) * pace.stretch))
    left = due - now
    if random.random() < pace.late or asks_for_time(stage, case, due):
        return in_office(calendar, due, timedelta(hours=random.expovariate(1 / 5) + 0.5))
    most = 0.55 if case.ticket.service_class in SHORT else 0.85
    when = now + left * min(random.triangular(0.1, 0.8, 0.4) * pace.stretch, most)
    if case.ticket.service_class in QUICK:
        return when
    return min(in_office(calendar, when, timedelta()), max(due - timedelta(hours=1), now))


async def submit(stage: Stage, case: Case) -> None:
    """The officer hands in a result."""
    result = case.random.choice(phrases.RESULTS)
    await submit_result(stage.uow, stage.cast.officer(case.ticket), case.number, result)


def plan_review(stage: Stage, case: Case) -> None:
    """The head looks at it the same or the next half-day, and sends one in twelve back."""
    random, now = case.random, stage.now
    back = case.hold is None and random.random() < 0.08
    if case.hold is not None:
        when = now + spread(random, 10)
    elif case.ticket.service_class in QUICK:
        when = now + spread(random, 8)
    else:
        when = in_office(stage.rules.calendar, now, spread(random, 60))
    stage.plan(case, when, _send_back if back else _approve)


async def _approve(stage: Stage, case: Case) -> None:
    await approve_result(stage.uow, stage.cast.head(case.ticket), case.number)


async def _send_back(stage: Stage, case: Case) -> None:
    await send_back_result(stage.uow, stage.cast.head(case.ticket), case.number, case.random.choice(phrases.SEND_BACK))
