"""Listings (挂账) as they are shown, and which steps on them make sense now."""

from __future__ import annotations

from collections.abc import Set
from datetime import date, datetime

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import local
from jiesu.desk.names import unit_or_code
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.extensions import may_decide
from jiesu.sla.listings import Listing, ListingState, listing_in, listings_of
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["ListingView", "listing_views", "refused_by_listings"]

_DECISIONS = frozenset({Step.GRANT_LISTING, Step.REFUSE_LISTING})


class ListingView(msgspec.Struct, frozen=True):
    """One listing; it ends on `until`, with `event`, or whichever comes first."""

    state: str
    unit: str
    decider: str
    plan: str
    until: datetime | None
    event: str | None
    reviews: list[date]
    asked_at: datetime
    decided_at: datetime | None
    note: str | None
    ended_at: datetime | None


async def listing_views(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> list[ListingView]:
    """All there were, oldest first."""
    return [_view(rules, each, locale) for each in await listings_of(uow, ticket)]


def _view(rules: Rules, row: Listing, locale: Locale) -> ListingView:
    return ListingView(
        state=row.state,
        unit=unit_or_code(rules, row.unit, locale).name,
        decider=unit_or_code(rules, row.decider, locale).name,
        plan=row.plan,
        until=local(row.until),
        event=row.event,
        reviews=row.reviews,
        asked_at=row.asked_at.astimezone(SHANGHAI),
        decided_at=local(row.decided_at),
        note=row.note,
        ended_at=local(row.ended_at),
    )


async def refused_by_listings(uow: UnitOfWork, staff: Staff, ticket: Ticket, steps: Set[Step]) -> set[Step]:
    """Of these steps, those that a listing asked for, or none, forbids."""
    if not steps & {Step.LIST, *_DECISIONS}:
        return set()
    asked = await listing_in(uow, ticket, ListingState.ASKED)
    refused = {Step.LIST} if asked is not None else set()
    if asked is None or not may_decide(staff, ticket, asked):
        return refused | _DECISIONS
    return refused | ({Step.GRANT_LISTING} if asked.until is not None and asked.until <= uow.now else set())
