"""The live stream as browsers and programs listen to it: server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
from litestar import Controller, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent, ServerSentEventMessage
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from jiesu.accounts.staff import Staff
from jiesu.kernel import Kernel
from jiesu.web.documented import refusal
from jiesu.web.live import Live
from jiesu.web.signed_in import SignedInPerson, person_behind

__all__ = ["StreamController"]

#: Seconds between signs of life, and the least between two tellings. With each it is asked anew who listens.
BEAT, PAUSE = 15.0, 1.0
#: Milliseconds after which a browser comes back.
RETRY = 2_000


class StreamController(Controller):
    path = "/stream"
    tags = ("desk",)

    @get(operation_id="Listen", responses={429: refusal(429)})
    async def stream(
        self, person: NamedDependency[SignedInPerson], staff: NamedDependency[Staff], state: State
    ) -> ServerSentEvent:
        """What changes, as it changes (实时消息): `{kind, number, version, status, mine}` for tickets that the listener may see.

        `kind` is `ticket`, `escalation`, `hello` at the beginning, `refresh` where more changed than is told, `bye` once the
        session is over. It hints: ask again for what you show, also after each `hello`.
        """
        live: Live = state.live
        live.check_room(person.session)
        return ServerSentEvent(_told(state, person, staff))


async def _told(state: State, person: SignedInPerson, staff: Staff) -> AsyncIterator[ServerSentEventMessage]:
    live: Live = state.live
    with live.listening(person.session, staff) as listener:
        yield _message("hello", retry=RETRY)
        while not live.closing:
            await listener.wait(BEAT)
            try:
                now = await _still_there(state, person.secret)
            except (RedisError, SQLAlchemyError, OSError):
                return  # who comes back is told to look again
            if now is None:
                yield _message("bye")
                return
            events = listener.take(now)
            for event in events:
                yield ServerSentEventMessage(data=msgspec.json.encode(event).decode())
            if not events:
                yield ServerSentEventMessage(data=None, comment="")
            await asyncio.sleep(PAUSE)


def _message(kind: str, retry: int | None = None) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=msgspec.json.encode({"kind": kind}).decode(), retry=retry)


async def _still_there(state: State, secret: str) -> Staff | None:
    """The post as it is now; None once the session is over. Listening is no use of it."""
    kernel: Kernel = state.kernel
    rules = await kernel.refresh()
    async with kernel.db.begin() as uow:
        person = await person_behind(state, secret, uow, rules, use=False)
    return None if person is None or person.owes else person.staff
