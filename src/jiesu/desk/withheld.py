"""Withheld texts as their keeper is shown them: the list without a word of them, one with its words."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import func, select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.intake.review import read_withheld, waiting_for
from jiesu.kit.clock import SHANGHAI
from jiesu.secrecy.models import Withheld

__all__ = ["WithheldText", "WithheldView", "withheld_text", "withheld_views"]


class WithheldView(msgspec.Struct, frozen=True):
    """One text that waits for review; `position` counts those of its ticket from 1."""

    number: str
    position: int
    place: str
    kinds: list[str]
    created_at: datetime


class WithheldText(msgspec.Struct, frozen=True):
    """The words, to their keeper."""

    number: str
    position: int
    place: str
    title: str | None
    text: str
    decision: str | None


async def withheld_views(uow: UnitOfWork, staff: Staff) -> list[WithheldView]:
    """What this person has to review, oldest first."""
    views = []
    for row, number in await waiting_for(uow, staff):
        before = select(func.count()).where(Withheld.ticket_id == row.ticket_id, Withheld.id <= row.id)
        position = await uow.session.scalar(before) or 1
        views.append(WithheldView(number, position, row.place, row.kinds, row.created_at.astimezone(SHANGHAI)))
    return views


async def withheld_text(uow: UnitOfWork, staff: Staff, number: str, position: int) -> WithheldText:
    """One text; the look is recorded. Raises NoSuchText."""
    row = await read_withheld(uow, staff, number, position)
    return WithheldText(number, position, row.place, row.title, row.text, row.decision)
