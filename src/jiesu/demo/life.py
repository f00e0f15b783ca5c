"""The life of a story: after each act, what follows from the status the use cases left it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from jiesu.demo import phrases
from jiesu.demo.aftermath import plan_closed, plan_rework, plan_survey, withdraw
from jiesu.demo.case import Case
from jiesu.demo.desk_acts import file, plan_desk, plan_info
from jiesu.demo.pace import on_duty, spread
from jiesu.demo.stage import Stage
from jiesu.demo.unit_acts import plan_review, plan_sign, plan_work
from jiesu.intake.follow import supplement_own
from jiesu.tickets.words import Status

__all__ = ["begin", "follow"]

#: How many take their appeal back; how many add something unasked.
WITHDRAWS, ADDS = 0.03, 0.03
DAY = 24 * 60

Plan = Callable[[Stage, Case], None]

PLANS: Mapping[Status, Plan] = {
    Status.REGISTERED: plan_desk,
    Status.NEED_INFO: plan_info,
    Status.DISPATCHED: plan_sign,
    Status.IN_PROGRESS: plan_work,
    Status.UNDER_REVIEW: plan_review,
    Status.AWAITING_SURVEY: plan_survey,
    Status.REWORK: plan_rework,
    Status.CLOSED: plan_closed,
}
#: In these a held story still has something to do before it rests: the first contact.
BUSY = frozenset({Status.IN_PROGRESS})


def begin(stage: Stage, case: Case, when: datetime) -> None:
    """Let a story begin at its moment, and settle whether its petitioner will change their mind."""
    stage.plan(case, when, file)
    if case.hold is Status.WITHDRAWN or (case.hold is None and case.random.random() < WITHDRAWS):
        delay = spread(case.random, 20 if case.hold else DAY)
        stage.aside(case, when + delay, withdraw)
    elif case.hold is None and case.random.random() < ADDS:
        stage.aside(case, on_duty(when, spread(case.random, DAY)), _add)


def follow(stage: Stage, case: Case) -> None:
    """Plan the next act by the ticket's status; none where the story rests or is over."""
    status = case.ticket.status
    plan = PLANS.get(status)
    if plan is not None and (case.hold is not status or status in BUSY):
        plan(stage, case)


async def _add(stage: Stage, case: Case) -> None:
    if case.ticket.is_open and case.ticket.status is not Status.NEED_INFO:
        text = case.random.choice(phrases.SUPPLEMENTS)
        await supplement_own(stage.uow, stage.rules.keys, case.number, case.code, text)
