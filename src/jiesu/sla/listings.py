"""挂账: matters that take long are listed with a plan, for a superior to answer for; no clock stops for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, Date, ForeignKey, Index, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db import jobs
from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.kit.private import Private
from jiesu.tickets.events import SYSTEM, By, TicketEvent
from jiesu.tickets.models import Ticket

__all__ = [
    "ENDS",
    "REVIEW",
    "Listing",
    "ListingAsked",
    "ListingEnded",
    "ListingGranted",
    "ListingLapsed",
    "ListingRefused",
    "ListingState",
    "NoListing",
    "end_listing",
    "end_listings",
    "job_keys",
    "listing_in",
    "listings_of",
]

#: Job kinds: the date of a listing has come; one of its review dates has.
ENDS, REVIEW = "listing.ends", "listing.review"


class ListingState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"


class Listing(Base):
    """Asked for by the unit, decided one level up; ends on a date, an event, or with the ticket."""

    __tablename__ = "listing"
    __table_args__ = (
        Index(
            "uq_listing_lasting", "ticket_id", unique=True, postgresql_where=text("state IN ('asked', 'granted')")
        ),
        Index("ix_listing_ticket", "ticket_id", "id"),
        Index("ix_listing_waiting", "decider", "id", postgresql_where=text("state = 'asked'")),
    )  # fmt: skip

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    decider: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    asked_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("staff.id"))
    asked_at: Mapped[Moment]
    plan: Mapped[str] = mapped_column(encrypted(5000))
    #: At least one of the two says when it ends; the petitioner reads both.
    until: Mapped[Moment | None]
    event: Mapped[str | None] = mapped_column(encrypted(500))
    #: Days on which unit and decider are reminded of the plan.
    reviews: Mapped[list[date]] = mapped_column(ARRAY(Date))
    state: Mapped[ListingState] = mapped_column(vocabulary(ListingState), default=ListingState.ASKED)
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    decided_at: Mapped[Moment | None]
    note: Mapped[str | None] = mapped_column(encrypted(2000))
    ended_at: Mapped[Moment | None]


class ListingAsked(TicketEvent, frozen=True, kw_only=True):
    unit: str
    decider: str
    plan: Private


class ListingGranted(TicketEvent, frozen=True, kw_only=True):
    """`until` in words of ISO, empty where an event ends it."""

    unit: str
    decider: str
    until: str
    plan: Private
    note: Private | None


class ListingRefused(TicketEvent, frozen=True, kw_only=True):
    unit: str
    decider: str
    reason: Private


class ListingLapsed(TicketEvent, frozen=True, kw_only=True):
    """Nobody decided before the unit's work ended, or the ticket went to another."""

    unit: str


class ListingEnded(TicketEvent, frozen=True, kw_only=True):
    """The ticket is worked on as any other, or is over; `cause` is `date`, `event` or `over`."""

    unit: str
    cause: str
    reason: Private | None


class NoListing(Conflict):
    zh = "这张工单没有等待决定的挂账申请。"
    en = "No listing of this ticket waits for a decision."


async def listings_of(uow: UnitOfWork, ticket: Ticket) -> Sequence[Listing]:
    """All of them, oldest first."""
    query = select(Listing).where(Listing.ticket_id == ticket.id).order_by(Listing.id)
    return (await uow.session.scalars(query)).all()


async def listing_in(uow: UnitOfWork, ticket: Ticket, state: ListingState) -> Listing | None:
    """The one that waits, or the one in force; at most one."""
    query = select(Listing).where(Listing.ticket_id == ticket.id, Listing.state == state)
    return await uow.session.scalar(query.order_by(Listing.id.desc()).limit(1))


def job_keys(listing: Listing) -> list[str]:
    """Its end and its reviews."""
    return [f"{ENDS}:{listing.id}", *(f"{REVIEW}:{listing.id}:{number}" for number in range(len(listing.reviews)))]


async def end_listing(
    uow: UnitOfWork, ticket: Ticket, listing: Listing, cause: str, by: By, reason: str | None
) -> None:
    """End one that is in force on a locked ticket; where the ticket goes from here is the caller's."""
    listing.state, listing.ended_at = ListingState.ENDED, uow.now
    await jobs.cancel(uow, *job_keys(listing))
    await uow.record(ListingEnded(ticket_id=ticket.id, by=by, unit=listing.unit, cause=cause, reason=reason))


async def end_listings(uow: UnitOfWork, ticket: Ticket) -> None:
    """Nothing asked for or in force outlives the unit's work on a locked ticket."""
    for listing in await listings_of(uow, ticket):
        if listing.state is ListingState.GRANTED:
            await end_listing(uow, ticket, listing, "over", SYSTEM, None)
        elif listing.state is ListingState.ASKED:
            listing.state, listing.decided_at = ListingState.REFUSED, uow.now
            await uow.record(ListingLapsed(ticket_id=ticket.id, by=SYSTEM, unit=listing.unit))
