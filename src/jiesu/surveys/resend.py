"""再发评价链接: the same link once more, to the telephone as it is now; and a call instead where no message arrives."""

from __future__ import annotations

from sqlalchemy import select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.petitioners.models import Petitioner
from jiesu.surveys.answers import SurveyOver
from jiesu.surveys.call_back import open_survey
from jiesu.surveys.models import Survey
from jiesu.surveys.words import SurveyState
from jiesu.tickets.events import TicketEvent, by_staff
from jiesu.tickets.guard import open_step
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["MOST", "SurveyResent", "call_instead", "has_telephone", "resend_survey"]

#: How often the link of one survey is sent again: more would press people.
MOST = 2


class SurveyResent(TicketEvent, frozen=True, kw_only=True):
    """`count` times so far."""

    round: int
    count: int


class NoTelephone(Conflict):
    zh = "诉求人没有留手机号，发不了短信。请打电话回访，或请诉求人凭回执在进度页面评价。"
    en = "There is no telephone to send it to. Call back, or let the petitioner answer under the receipt."


class SentOften(Conflict):
    zh = "评价链接已经再发过 {most} 次，不要再发了。请打电话回访。"
    en = "The link was sent again {most} times already. Call back instead."


async def resend_survey(uow: UnitOfWork, staff: Staff, number: str, *, version: int | None = None) -> Ticket:
    """Send the link of the open survey again; how long it is good does not change. Locks the ticket, then the survey.

    Raises SurveyOver, NoTelephone, SentOften.
    """
    ticket = await open_step(uow, staff, number, Step.RESEND_SURVEY, version)
    survey = await open_survey(uow, ticket)
    if survey is None:
        raise SurveyOver("action")
    if not await has_telephone(uow, ticket):
        raise NoTelephone("action")
    if survey.resends >= MOST:
        raise SentOften("action", most=MOST)
    ticket.move(Step.RESEND_SURVEY)
    survey.resends += 1
    await uow.record(SurveyResent(ticket_id=ticket.id, by=by_staff(staff), round=survey.round, count=survey.resends))
    return ticket


async def has_telephone(uow: UnitOfWork, ticket: Ticket) -> bool:
    """Whether there is one to send to or to call."""
    has = select(Petitioner.id).where(Petitioner.id == ticket.petitioner_id, Petitioner.phone_hash.is_not(None))
    return await uow.session.scalar(has) is not None


async def call_instead(uow: UnitOfWork, ticket_id: int) -> None:
    """The message with the link did not arrive: somebody calls now. Nothing changes where nobody is to be asked."""
    query = select(Survey).where(Survey.ticket_id == ticket_id, Survey.state == SurveyState.OPEN)
    survey = await uow.session.scalar(query.with_for_update())
    if survey is not None and survey.expires_at > uow.now and survey.calls == 0:
        survey.next_call_at = uow.now
