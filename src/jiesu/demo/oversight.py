"""What an escalation sets off: somebody acknowledges it, and the unit makes haste."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from jiesu.demo import phrases
from jiesu.demo.case import Case
from jiesu.demo.keeping import is_news, owes_plan, send_news, share_plan
from jiesu.demo.pace import in_office
from jiesu.demo.stage import DueJob, Stage
from jiesu.demo.unit_acts import submit
from jiesu.escalation.acknowledge import acknowledge_escalations
from jiesu.escalation.arming import RUNG
from jiesu.escalation.models import Escalation
from jiesu.escalation.recipient import recipient
from jiesu.escalation.waiting import awaited_of
from jiesu.tickets.words import Status

__all__ = ["answer_job"]

#: How many escalations somebody acknowledges.
ACKNOWLEDGED = 0.75


def answer_job(stage: Stage, case: Case, job: DueJob) -> None:
    """After a rung that wants an acknowledgement: perhaps one, and usually some haste."""
    if job.kind != RUNG or not case.ticket.is_open or case.hold is not None:
        return
    rung = next(rung for rung in stage.rules.clocks.ladder if rung.name == job.payload["rung"])
    if not rung.wants_ack:
        return
    random, calendar = case.random, stage.rules.calendar
    unit = recipient(stage.rules.organisation, case.ticket, rung.to)
    if random.random() < ACKNOWLEDGED:
        when = in_office(calendar, stage.now, timedelta(hours=random.uniform(0.2, 6)))
        stage.aside(case, when, lambda stage, case: _acknowledge(stage, case, unit))
    soon = in_office(calendar, stage.now, timedelta(hours=random.uniform(0.5, 6)))
    if is_news(stage, case, job.payload["deadline_id"]):
        stage.aside(case, soon, send_news)
    elif case.ticket.status is Status.IN_PROGRESS and case.ticket.first_contact_at is not None:
        stage.hurry(case, soon, share_plan if owes_plan(stage, case) else submit)


async def _acknowledge(stage: Stage, case: Case, unit: str) -> None:
    staff = stage.cast.dispatcher(case.ticket) if case.ticket.sealed_to else stage.cast.supervisor(unit)
    waiting = select(Escalation.id).where(
        Escalation.ticket_id == case.ticket.id,
        awaited_of(staff.subtree),
    )
    if await stage.uow.session.scalar(waiting.limit(1)) is not None:  # else somebody further up was quicker
        await acknowledge_escalations(stage.uow, staff, case.number, case.random.choice(phrases.ACKNOWLEDGED))
