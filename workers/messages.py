"""Actor of the short messages: hand one to the gateway."""

from __future__ import annotations

from typing import Any

from jiesu.db.uow import UnitOfWork
from jiesu.kernel import Kernel
from jiesu.notifications.models import Message
from jiesu.notifications.tell import SEND_MESSAGE
from jiesu.surveys.resend import call_instead
from workers.actor import handles_outside, when_given_up

__all__ = ["message_lost", "send_message"]


@handles_outside(SEND_MESSAGE)
async def send_message(kernel: Kernel, payload: dict[str, Any]) -> None:
    """Read, close, send under the message's key, record. Repeating it sends nothing twice."""
    async with kernel.db.begin() as uow:
        message = await uow.session.get_one(Message, payload["id"])
    if message.sent_at is not None:
        return
    await kernel.gateway.send(key=message.key, phone=message.recipient, text=message.text)
    async with kernel.db.begin() as uow:
        sent = await uow.session.get_one(Message, payload["id"], with_for_update=True)
        sent.sent_at = sent.sent_at or uow.now


@when_given_up(SEND_MESSAGE)
async def message_lost(uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """The gateway took it in no try: it is marked so, and whoever was to be asked about a result is called instead."""
    message = await uow.session.get_one(Message, payload["id"], with_for_update=True)
    message.failed_at = uow.now
    if message.ticket_id is not None and message.key.startswith("survey:"):
        await call_instead(uow, message.ticket_id)
