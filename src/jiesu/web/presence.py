"""Who is looking at a ticket, or writing on it: kept in Redis for as long as their page tells us so."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from jiesu.accounts.staff import Staff

__all__ = ["Presence", "Present"]

log = structlog.get_logger(__name__)

#: A page tells every fifteen seconds; whoever was not heard for so long has gone.
GONE = timedelta(seconds=40)


class Present(msgspec.Struct, frozen=True):
    """A colleague on the ticket's page; `writing` is the step they are filling in, `since` when they began that."""

    account: int
    name: str
    writing: str | None
    since: datetime
    heard: datetime


class Presence:
    """One hash a ticket. Losing Redis loses who is there, and nothing else."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def tell(self, ticket_id: int, staff: Staff, writing: str | None, now: datetime) -> list[Present]:
        """Note that the person is there, and learn who else is; the caller has checked that they may see the ticket."""
        try:
            there = await self._read(ticket_id)
            before = there.pop(staff.account_id, None)
            since = before.since if before and before.writing == writing else now
            me = Present(staff.account_id, staff.name, writing, since, now)
            await self._write(ticket_id, me)
        except (RedisError, OSError) as error:
            log.warning("presence is not known", error=type(error).__name__)
            return []
        return sorted((one for one in there.values() if now - one.heard < GONE), key=lambda one: one.since)

    async def leave(self, ticket_id: int, staff: Staff) -> None:
        """The person closed the page, or left for another."""
        try:
            await self._redis.hdel(_key(ticket_id), str(staff.account_id))
        except (RedisError, OSError) as error:
            log.warning("presence is not known", error=type(error).__name__)

    async def _read(self, ticket_id: int) -> dict[int, Present]:
        raw = await self._redis.hgetall(_key(ticket_id))
        found = [msgspec.json.decode(value, type=Present) for value in raw.values()]
        return {one.account: one for one in found}

    async def _write(self, ticket_id: int, me: Present) -> None:
        async with self._redis.pipeline(transaction=False) as together:
            together.hset(_key(ticket_id), str(me.account), msgspec.json.encode(me))
            together.expire(_key(ticket_id), int(GONE.total_seconds()))
            await together.execute()


def _key(ticket_id: int) -> str:
    return f"jiesu:presence:{ticket_id}"
