"""The SMS gateway: an interface at the outside edge, and the two we ship."""

from __future__ import annotations

from typing import Protocol

import httpx
from sqlalchemy.dialects.postgresql import insert

from jiesu.db.base import key_ring
from jiesu.db.uow import Database
from jiesu.notifications.models import DemoMessage

__all__ = ["DemoGateway", "GatewayRefused", "HttpGateway", "NoGateway", "SmsGateway"]


class GatewayRefused(Exception):
    """The gateway did not take the message; the job is tried again later."""


class SmsGateway(Protocol):
    """Delivers short messages. The same `key` again must not send twice."""

    async def send(self, *, key: str, phone: str, text: str) -> None:
        """Raises GatewayRefused, or a transport error, when the message was not taken."""


class DemoGateway:
    """Keeps messages in a table, for `/demo/inbox`; never outside demo mode."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def send(self, *, key: str, phone: str, text: str) -> None:
        """Its own transaction, like any other system outside ours."""
        async with self._db.begin() as uow:
            row = {
                "key": key,
                "recipient": phone,
                "recipient_hash": key_ring().search_hash(phone),
                "text": text,
                "sent_at": uow.now,
            }
            await uow.session.execute(insert(DemoMessage).values(row).on_conflict_do_nothing())


class NoGateway:
    """Stands where no operator is named: people can file and units can work, and messages wait in their jobs."""

    async def send(self, *, key: str, phone: str, text: str) -> None:
        """Raises GatewayRefused with the remedy, which stands in the dead letters in the end."""
        raise GatewayRefused("No SMS operator is named: set JIESU_SMS_URL to the address they gave you.")


class HttpGateway:
    """POSTs `{to, text}` as JSON with an `Idempotency-Key` header to the operator's endpoint; any 2xx means taken.

    Without a secret nothing is said of who we are: an empty bearer token is no header at all.
    """

    def __init__(self, url: str, secret: str, client: httpx.AsyncClient | None = None) -> None:
        self._url = url
        self._client = client or httpx.AsyncClient(
            timeout=10, headers={"Authorization": f"Bearer {secret}"} if secret else {}
        )

    async def send(self, *, key: str, phone: str, text: str) -> None:
        """Raises GatewayRefused on any other answer, httpx.HTTPError when there is none."""
        reply = await self._client.post(self._url, json={"to": phone, "text": text}, headers={"Idempotency-Key": key})
        if not reply.is_success:
            raise GatewayRefused(f"The SMS gateway answered {reply.status_code}.")
