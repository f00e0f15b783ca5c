"""Actors of listings: the day of a review, and the last day."""

from __future__ import annotations

from typing import Any

from jiesu.db.uow import UnitOfWork
from jiesu.notifications.tell import tell_post
from jiesu.rules import Rules
from jiesu.sla.decide_listing import end_on_date
from jiesu.sla.listings import ENDS, REVIEW, Listing, ListingState
from jiesu.tickets.repository import TicketRepository
from workers.actor import handles

__all__ = ["listing_ends", "listing_reviewed"]


@handles(REVIEW)
async def listing_reviewed(uow: UnitOfWork, _: Rules, payload: dict[str, Any]) -> None:
    """Remind the unit and whoever answers for the listing, while it is in force."""
    listing = await uow.session.get_one(Listing, payload["listing_id"])
    if listing.state is ListingState.GRANTED:
        for unit in dict.fromkeys((listing.unit, listing.decider)):
            key = f"listing_review:{listing.id}:{uow.now.isoformat()}:{unit}"
            await tell_post(uow, key=key, unit=unit, ticket_id=listing.ticket_id, kind="listing_review")


@handles(ENDS)
async def listing_ends(uow: UnitOfWork, _: Rules, payload: dict[str, Any]) -> None:
    """The ticket is worked on as any other again."""
    listing = await uow.session.get_one(Listing, payload["listing_id"])
    ticket = await TicketRepository(uow).lock_id(listing.ticket_id)
    await end_on_date(uow, ticket, listing.id)
