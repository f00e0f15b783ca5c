"""How many tickets came and ended each day, and how many stood open at its end."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import Cut, What, allowed_unit, condition
from jiesu.desk.board.listing import count_of
from jiesu.errors import Invalid
from jiesu.kit.clock import SHANGHAI
from jiesu.rules import Rules
from jiesu.statistics.query import day_of
from jiesu.tickets.models import Ticket

__all__ = ["SPANS", "Day", "Trend", "per_day", "trend"]

#: How many days can be looked at.
SPANS = (30, 90)


class NoSuchSpan(Invalid):
    zh = "天数请选：{known}。"
    en = "Choose one of these numbers of days: {known}."


class Day(msgspec.Struct, frozen=True):
    """`ended` are those whose last end was that day; `backlog` what stood open at its end (today: now)."""

    day: date
    arrived: int
    ended: int
    backlog: int


class Trend(msgspec.Struct, frozen=True):
    """The oldest day first, today last."""

    unit: str
    days: list[Day]


async def trend(
    uow: UnitOfWork, rules: Rules, staff: Staff, unit: str | None, days: int = SPANS[0], *, open_now: int | None = None
) -> Trend:
    """The backlog of earlier days is reckoned back from what is open now, which is counted unless it is known. Raises NoSuchSpan, NotYours, UnitNotSeen."""
    chosen = allowed_unit(staff, unit)
    if days not in SPANS:
        raise NoSuchSpan("days", known="、".join(map(str, SPANS)))
    today = uow.now.astimezone(SHANGHAI).date()
    span = Cut(unit=chosen, since=today - timedelta(days=days - 1), until=today)
    arrived = await per_day(uow, rules, staff, msgspec.structs.replace(span, what=What.ARRIVED), Ticket.registered_at)
    ended = await per_day(uow, rules, staff, msgspec.structs.replace(span, what=What.ENDED), Ticket.ended_at)
    backlog = await count_of(uow, rules, staff, Cut(unit=chosen)) if open_now is None else open_now
    found = []
    for day in (today - timedelta(days=back) for back in range(days)):
        found.append(Day(day, arrived[day], ended[day], backlog))
        backlog -= arrived[day] - ended[day]
    return Trend(chosen, found[::-1])


async def per_day(
    uow: UnitOfWork, rules: Rules, staff: Staff, cut: Cut, moment: ColumnElement[Any] | InstrumentedAttribute[Any]
) -> Counter[date]:
    """How many tickets of the cut by the day of that moment."""
    day = day_of(moment)
    query = select(day, func.count()).where(condition(cut, rules, staff, uow.now)).group_by(day)
    found: Counter[date] = Counter()
    for when, number in await uow.session.execute(query):
        found[when] = number
    return found
