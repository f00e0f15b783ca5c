"""Surges: of which category and place more came today, or in these seven days, than chance would bring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import msgspec
from sqlalchemy import func, select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import NONE, Cut, What, allowed_unit, condition, place_digits, place_of
from jiesu.desk.board.standing import Cell
from jiesu.kit.clock import SHANGHAI
from jiesu.rules import Rules
from jiesu.statistics.query import day_of
from jiesu.statistics.surge import SurgePolicy, chance_of, is_surge, usual
from jiesu.tickets.models import FIRST_LEVEL, Ticket

__all__ = ["Surge", "surges"]

WEEK = 7
#: No more than these are shown, the least likely first.
MOST = 20


class Surge(msgspec.Struct, frozen=True):
    """`days` is 1 (today so far) or 7 (these seven days); `usual` the mean of as many days in the weeks before."""

    days: int
    category: str
    place: str
    came: int
    usual: float
    since: date
    until: date


async def surges(uow: UnitOfWork, rules: Rules, staff: Staff, unit: str | None) -> list[Surge]:
    """The least likely first. Raises NotYours, UnitNotSeen."""
    chosen = allowed_unit(staff, unit)
    today = uow.now.astimezone(SHANGHAI).date()
    came = await _arrivals(uow, rules, staff, chosen, today)
    policy = rules.rates.surge
    found = [surge for cell, days in came.items() for surge in _of_cell(cell, days, today, policy)]
    found.sort(key=lambda surge: chance_of(surge.came, max(surge.usual, policy.floor)))
    return found[:MOST]


async def _arrivals(uow: UnitOfWork, rules: Rules, staff: Staff, unit: str, today: date) -> dict[Cell, Counter[int]]:
    """Category and place → how many days ago → how many came, as far back as the rule looks."""
    since = today - timedelta(days=WEEK * (rules.rates.surge.weeks + 1) - 1)
    cut = Cut(What.ARRIVED, unit=unit, since=since, until=today)
    grouped = day_of(Ticket.registered_at), FIRST_LEVEL, place_of(place_digits(rules, unit))
    query = select(*grouped, func.count()).where(condition(cut, rules, staff, uow.now)).group_by(*grouped)
    found: dict[Cell, Counter[int]] = {}
    for day, category, place, number in await uow.session.execute(query):
        found.setdefault((category or NONE, place or NONE), Counter())[(today - day).days] += number
    return found


def _of_cell(cell: Cell, days_ago: Counter[int], today: date, policy: SurgePolicy) -> Iterator[Surge]:
    for length in (1, WEEK):
        came, *earlier = (
            sum(days_ago[ago] for ago in range(WEEK * week, WEEK * week + length)) for week in range(policy.weeks + 1)
        )
        if is_surge(came, earlier, policy):
            yield Surge(length, *cell, came, usual(earlier, policy), today - timedelta(days=length - 1), today)
