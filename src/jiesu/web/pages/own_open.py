"""Before a second filing: the open tickets of whoever fills in the form, as far as this browser has shown that they are its owner's."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request

from jiesu.db.uow import UnitOfWork
from jiesu.errors import DomainError
from jiesu.intake.access import visiting_phone
from jiesu.intake.follow import open_own
from jiesu.intake.similar import likest, open_ones
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import OPEN
from jiesu.tickets.words import say_status
from jiesu.web.pages.my import VISIT
from jiesu.web.pages.passes import FOLLOW, held

__all__ = ["OpenOne", "own_open"]


class OpenOne(msgspec.Struct, frozen=True):
    """A line of the question, and where more is added to that ticket."""

    number: str
    title: str
    status_text: str
    path: str


async def own_open(
    request: Request[Any, Any, Any], uow: UnitOfWork, rules: Rules, text: str, locale: Locale
) -> list[OpenOne]:
    """By the visit that a code to the telephone opened, or by the pass for one ticket; the number typed reveals nothing."""
    phone = await visiting_phone(uow, rules.keys, request.cookies.get(VISIT))
    tickets, folder = (await open_ones(uow, phone), "/my") if phone else (await _followed(request, uow, rules), "/t")
    return [
        OpenOne(one.number, one.title, say_status(one.status, locale), f"{folder}/{one.number}")
        for one in likest(tickets, text)
    ]


async def _followed(request: Request[Any, Any, Any], uow: UnitOfWork, rules: Rules) -> list[Ticket]:
    mine = held(request, rules.keys, FOLLOW)
    if mine is None:
        return []
    try:
        ticket = await open_own(uow, rules.keys, mine.number, mine.code)
    except DomainError:
        return []
    # A pass may be left on a shared machine: what was told in confidence is shown to whoever asks for it alone.
    return [ticket] if ticket.status in OPEN and not ticket.confidential else []
