"""Deciding to tell somebody: a row now, delivery by a job."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert

from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.notifications.models import Message, Notice

__all__ = ["SEND_MESSAGE", "take_back", "tell_person", "tell_post", "wait_no_longer"]

#: Job kind: hand message `id` to the gateway.
SEND_MESSAGE = "message.send"

#: Made once, on the bare tables: these run several times for each ticket.
_MESSAGE = (
    insert(cast("Table", Message.__table__)).on_conflict_do_nothing(index_elements=[Message.key]).returning(Message.id)
)
_NOTICE = insert(cast("Table", Notice.__table__)).on_conflict_do_nothing(index_elements=[Notice.key])


async def tell_person(
    uow: UnitOfWork,
    *,
    key: str,
    ticket_id: int | None,
    phone: str,
    text: str,
    send_at: datetime | None = None,
    priority: jobs.Priority = jobs.Priority.NORMAL,
) -> None:
    """Send a short message, now or at `send_at`. May be repeated with the same key: it is told once."""
    row = {"key": key, "ticket_id": ticket_id, "recipient": phone, "text": text, "created_at": uow.now}
    message_id = await _written(uow, row)
    if message_id is not None:
        at, payload = send_at or uow.now, {"id": message_id}
        await jobs.schedule(uow, jobs.Promise(SEND_MESSAGE, at, f"message:{message_id}", payload, ticket_id, priority))


async def wait_no_longer(uow: UnitOfWork, ticket_id: int, until: datetime) -> None:
    """What of a ticket waits for that moment is sent now: something urgent must not overtake it."""
    await jobs.bring_forward(uow, SEND_MESSAGE, ticket_id, until)


async def take_back(uow: UnitOfWork, ticket_id: int, *names: str) -> None:
    """Messages of a ticket that wait for the morning and are needless by now are not sent; without names all of them."""
    named = [Message.key.startswith(f"{name}:{ticket_id}:", autoescape=True) for name in names]
    waiting = select(func.concat("message:", Message.id)).where(
        Message.ticket_id == ticket_id, Message.sent_at.is_(None), or_(*named) if named else true()
    )
    taken = await jobs.cancel_waiting(uow, SEND_MESSAGE, ticket_id, waiting)
    if taken:
        await uow.session.execute(delete(Message).where(Message.id.in_([each["id"] for each in taken])))


async def _written(uow: UnitOfWork, row: dict[str, Any]) -> int | None:
    """The new message's key; None when it was told before."""
    if uow.gathered is None:
        return cast("int | None", await uow.session.scalar(_MESSAGE, row))
    message = Message(**row)
    uow.add(message)
    await uow.settle(message)
    return message.id


async def tell_post(
    uow: UnitOfWork,
    *,
    key: str,
    unit: str,
    ticket_id: int | None,
    kind: str,
    level: int = 0,
    shown_from: datetime | None = None,
    vacant: str | None = None,
) -> None:
    """Put a notice before a duty post, now or from `shown_from` on. May be repeated with the same key: it is told once.

    Without `ticket_id` it is about no ticket and shown to the post's unit alone. `vacant` names the unit below whose post nobody holds, when this post stands in for it.
    """
    row = {
        "key": key,
        "unit": unit,
        "ticket_id": ticket_id,
        "kind": kind,
        "level": level,
        "vacant": vacant,
        "created_at": uow.now,
        "shown_from": shown_from or uow.now,
    }
    if uow.gathered is None:
        await uow.session.execute(_NOTICE, row)
    else:
        uow.add(Notice(**row))
