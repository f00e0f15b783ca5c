"""Handing all messages of a play to the demo gateway at once: what the worker does one by one."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, insert, select, update

from jiesu.db.jobs import Job
from jiesu.db.uow import UnitOfWork
from jiesu.notifications.models import DemoMessage, Message
from jiesu.notifications.tell import SEND_MESSAGE
from jiesu.petitioners.models import Petitioner
from jiesu.tickets.models import Ticket

__all__ = ["deliver"]


async def deliver(uow: UnitOfWork, tickets: Collection[int]) -> None:
    """Deliver every unsent message of these tickets at the moment it was written; its job is done then."""
    waiting = (Message.ticket_id.in_(tickets), Message.sent_at.is_(None))
    given = (
        select(Message.key, Message.recipient, Petitioner.phone_hash, Message.text, Message.created_at)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .join(Petitioner, Petitioner.id == Ticket.petitioner_id)
        .where(*waiting)
        .order_by(Message.id)
    )
    columns = ["key", "recipient", "recipient_hash", "text", "sent_at"]
    await uow.session.execute(insert(DemoMessage).from_select(columns, given))
    await uow.session.execute(
        update(Message).where(*waiting).values(sent_at=Message.created_at).execution_options(synchronize_session=False)
    )
    done = delete(Job).where(Job.kind == SEND_MESSAGE, Job.ticket_id.in_(tickets))
    await uow.session.execute(done.execution_options(synchronize_session=False))
