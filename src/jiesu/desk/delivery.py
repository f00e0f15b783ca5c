"""Whether a survey reached the petitioner, and why not: nothing is silently unsent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from jiesu.db.uow import UnitOfWork
from jiesu.notifications.models import Message
from jiesu.surveys.models import Survey
from jiesu.surveys.resend import has_telephone
from jiesu.surveys.words import SurveyState
from jiesu.tickets.models import Ticket

__all__ = ["Deliveries", "Delivery", "deliveries"]


class Delivery(NamedTuple):
    """`state`: sent, waiting, failed, no_phone, anonymous; None where nothing is known. `at`: when it was sent or given up."""

    state: str | None
    at: datetime | None = None


@dataclass(frozen=True)
class Deliveries:
    """The messages with the links of one ticket's surveys, by round, the last of each."""

    messages: Mapping[int, Message]
    telephone: bool

    def of(self, survey: Survey) -> Delivery:
        """How the link of this survey fared."""
        if survey.state is SurveyState.NOT_SENT:
            return Delivery(survey.why_not)
        message = self.messages.get(survey.round)
        if message is None:
            return Delivery("no_phone" if survey.state is SurveyState.OPEN and not self.telephone else None)
        if message.sent_at is not None:
            return Delivery("sent", message.sent_at)
        return Delivery("failed", message.failed_at) if message.failed_at else Delivery("waiting")


async def deliveries(uow: UnitOfWork, ticket: Ticket) -> Deliveries:
    """Keys of such messages are `survey:TICKET:ROUND`, with `.N` for one sent again."""
    prefix = f"survey:{ticket.id}:"
    query = select(Message).where(Message.ticket_id == ticket.id, Message.key.startswith(prefix)).order_by(Message.id)
    messages = {int(row.key[len(prefix) :].split(".")[0]): row for row in await uow.session.scalars(query)}
    return Deliveries(messages, telephone=await has_telephone(uow, ticket))
