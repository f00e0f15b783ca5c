"""批准或不同意挂账，和销账: the unit above decides, and a date or an event ends it."""

from __future__ import annotations

from datetime import datetime, time

from jiesu.accounts.staff import NotYours, Staff
from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.extensions import may_decide
from jiesu.sla.listings import (
    ENDS,
    REVIEW,
    Listing,
    ListingGranted,
    ListingRefused,
    ListingState,
    NoListing,
    end_listing,
    job_keys,
    listing_in,
)
from jiesu.tickets.events import SYSTEM, by_staff
from jiesu.tickets.guard import open_step, optional, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status, Step

__all__ = ["ListingOver", "end_on_date", "grant_listing", "refuse_listing", "unlist_ticket"]

#: When a day's review is told.
MORNING = time(9)


class ListingOver(Conflict):
    zh = "申请挂账到的日期已经过去，不能再批准。请选“不同意挂账”。"
    en = "The day asked for has passed, so it cannot be granted. Refuse it."


async def grant_listing(
    uow: UnitOfWork, staff: Staff, number: str, note: str | None = None, *, version: int | None = None
) -> Ticket:
    """List the ticket and tell the petitioner the plan; its clocks run on. Locks the ticket.

    Raises NoListing, NotYours, ListingOver.
    """
    ticket, listing = await _decide(uow, staff, number, Step.GRANT_LISTING, version)
    if listing.until is not None and listing.until <= uow.now:
        raise ListingOver("action")
    note = optional(note, "note", "审批意见")
    ticket.move(Step.GRANT_LISTING)
    _close(uow, staff, listing, ListingState.GRANTED, note)
    await _promise(uow, listing)
    await uow.record(
        ListingGranted(
            ticket_id=ticket.id, by=by_staff(staff), unit=listing.unit, decider=listing.decider,
            until=listing.until.isoformat() if listing.until else "", plan=listing.plan, note=note,
        )
    )  # fmt: skip
    return ticket


async def refuse_listing(
    uow: UnitOfWork, staff: Staff, number: str, reason: str, *, version: int | None = None
) -> Ticket:
    """Leave it as it is and tell the unit why. Locks the ticket. Raises NoListing, NotYours."""
    ticket, listing = await _decide(uow, staff, number, Step.REFUSE_LISTING, version)
    reason = required(reason, "reason", "不同意的理由", 500)
    ticket.move(Step.REFUSE_LISTING)
    _close(uow, staff, listing, ListingState.REFUSED, reason)
    await uow.record(
        ListingRefused(
            ticket_id=ticket.id, by=by_staff(staff), unit=listing.unit, decider=listing.decider, reason=reason
        )
    )
    return ticket


async def unlist_ticket(
    uow: UnitOfWork, staff: Staff, number: str, reason: str, *, version: int | None = None
) -> Ticket:
    """End a listing because its event has come, or the superior wants it so. Locks the ticket."""
    ticket = await open_step(uow, staff, number, Step.UNLIST, version)
    reason = required(reason, "reason", "销账理由", 500)
    listing = await listing_in(uow, ticket, ListingState.GRANTED)
    if listing is None:
        raise NoListing("action")
    ticket.move(Step.UNLIST)
    await end_listing(uow, ticket, listing, "event", by_staff(staff), reason)
    return ticket


async def end_on_date(uow: UnitOfWork, ticket: Ticket, listing_id: int) -> None:
    """The day of a listing has come; nothing to do where it ended before. The ticket is locked."""
    listing = await uow.session.get_one(Listing, listing_id, populate_existing=True)
    if ticket.status is Status.LISTED and listing.state is ListingState.GRANTED:
        ticket.move(Step.UNLIST)
        await end_listing(uow, ticket, listing, "date", SYSTEM, None)


async def _decide(
    uow: UnitOfWork, staff: Staff, number: str, step: Step, version: int | None
) -> tuple[Ticket, Listing]:
    ticket = await open_step(uow, staff, number, step, version)
    listing = await listing_in(uow, ticket, ListingState.ASKED)
    if listing is None:
        raise NoListing("action")
    if not may_decide(staff, ticket, listing):
        raise NotYours
    return ticket, listing


def _close(uow: UnitOfWork, staff: Staff, listing: Listing, state: ListingState, note: str | None) -> None:
    listing.state, listing.note = state, note
    listing.decider, listing.decided_by, listing.decided_at = staff.unit, staff.id, uow.now


async def _promise(uow: UnitOfWork, listing: Listing) -> None:
    end, *reviews = job_keys(listing)
    payload = {"listing_id": listing.id}
    promises = [
        jobs.Promise(REVIEW, datetime.combine(day, MORNING, SHANGHAI), key, payload, listing.ticket_id)
        for day, key in zip(listing.reviews, reviews, strict=True)
    ]
    if listing.until is not None:
        promises.append(jobs.Promise(ENDS, listing.until, end, payload, listing.ticket_id))
    await jobs.schedule_all(uow, promises)
