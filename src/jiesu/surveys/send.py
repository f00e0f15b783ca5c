"""Asking: the survey of an approved result, its link, its reminder and its end."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.kit.crypto import KeyRing, fingerprint
from jiesu.petitioners.models import Petitioner
from jiesu.surveys.models import Survey
from jiesu.surveys.words import SurveyState
from jiesu.tickets.end import close_ticket
from jiesu.tickets.models import Ticket

__all__ = ["EXPIRE", "REMIND", "cancel_survey", "create_survey", "expire_survey", "latest_survey", "survey_token"]

#: Job kinds: the one reminder, and the end of the link.
REMIND = "survey.remind"
EXPIRE = "survey.expire"


def survey_token(keys: KeyRing, ticket_id: int, round_: int) -> str:
    """The link's token: 128 bits, the same each time it is asked for, unknown to the database."""
    return keys.link_token("survey", ticket_id, round_)


async def create_survey(
    uow: UnitOfWork, keys: KeyRing, ticket: Ticket, *, link_days: int, remind_after: timedelta
) -> Survey:
    """Open the survey of a locked ticket's approved result, or note why there is none.

    An anonymous ticket has nobody to ask and closes at once.
    """
    asked = not ticket.anonymous
    before = await latest_survey(uow, ticket.id)
    round_ = before.round + 1 if before else 1
    survey = Survey(
        ticket_id=ticket.id,
        round=round_,
        unit=ticket.lead_unit,
        officer_id=ticket.result_by,
        state=SurveyState.OPEN if asked else SurveyState.NOT_SENT,
        why_not=None if asked else "anonymous",
        token_hash=fingerprint(survey_token(keys, ticket.id, round_)),
        created_at=uow.now,
        expires_at=uow.now + timedelta(days=link_days),
        next_call_at=uow.now + remind_after if asked and await _has_telephone(uow, ticket) else None,
    )
    uow.session.add(survey)
    await uow.session.flush()
    if not asked:
        await close_ticket(uow, ticket, "no_survey")
        return survey
    payload = {"survey_id": survey.id}
    times = {REMIND: uow.now + remind_after, EXPIRE: survey.expires_at}
    promises = [
        jobs.Promise(kind, at, f"{kind}:{survey.id}", payload, ticket.id, jobs.Priority.BULK)
        for kind, at in times.items()
    ]
    await jobs.schedule_all(uow, promises)
    return survey


async def _has_telephone(uow: UnitOfWork, ticket: Ticket) -> bool:
    has = select(Petitioner.id).where(Petitioner.id == ticket.petitioner_id, Petitioner.phone_hash.is_not(None))
    return await uow.session.scalar(has) is not None


async def latest_survey(uow: UnitOfWork, ticket_id: int) -> Survey | None:
    """The survey about the newest result; None before there was one."""
    newest = select(Survey).where(Survey.ticket_id == ticket_id).order_by(Survey.round.desc()).limit(1)
    return await uow.session.scalar(newest)


async def stop_jobs(uow: UnitOfWork, survey: Survey) -> None:
    """No reminder and no expiry any more."""
    await jobs.cancel(uow, f"{REMIND}:{survey.id}", f"{EXPIRE}:{survey.id}")


async def cancel_survey(uow: UnitOfWork, ticket: Ticket) -> None:
    """Close the open survey of a withdrawn ticket."""
    survey = await latest_survey(uow, ticket.id)
    if survey is not None and survey.state is SurveyState.OPEN:
        survey.state, survey.next_call_at = SurveyState.CANCELLED, None
        await stop_jobs(uow, survey)


async def expire_survey(uow: UnitOfWork, ticket: Ticket, survey: Survey, why: str | None = None) -> None:
    """Nobody answered: the ticket closes, and silence counts as nothing. `why` where the petitioner would not answer."""
    survey.state, survey.next_call_at = SurveyState.EXPIRED, None
    if why is not None:
        survey.why_not, survey.expires_at = why, uow.now
    await stop_jobs(uow, survey)
    await close_ticket(uow, ticket, f"survey_{why or 'expired'}")
