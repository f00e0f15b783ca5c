"""转为信访、转为接诉即办: a matter goes on by the other track's rules; when it was registered never changes."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.petitions.accept import AcceptedAlready
from jiesu.petitions.events import TicketConverted
from jiesu.tickets.events import by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.merging import followers_of
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Nature, Step, Track

__all__ = ["PETITION_CLASS", "convert_ticket", "convertible"]

#: The class whose limits are the law's.
PETITION_CLASS = "X"


class OnThatTrack(Conflict):
    zh = "这张工单已经是这一类，不用转。"
    en = "The ticket is on that track already."


class StaysWhereItIs(Conflict):
    zh = "检举控告、密件、分件和并入了其他诉求的工单不能转。"
    en = "Reports, sealed tickets, parts, and tickets that others are merged into stay on their track."


async def convert_ticket(
    uow: UnitOfWork,
    staff: Staff,
    number: str,
    track: Track,
    service_class: str,
    reason: str,
    *,
    version: int | None = None,
) -> Ticket:
    """Put a ticket on the other track; on the service track it is of that class from now on. Locks the ticket.

    Both clocks are reckoned anew by the other limits, the petitioner's from registration as ever; the petitioner hears why
    and until when. Raises OnThatTrack, StaysWhereItIs, and AcceptedAlready once a petition was accepted.
    """
    ticket = await open_step(uow, staff, number, Step.CONVERT, version)
    reason = required(reason, "reason", "转换理由", 500)
    if ticket.track is track:
        raise OnThatTrack("track")
    if ticket.accepted_at is not None:
        raise AcceptedAlready("action")
    if not convertible(ticket) or await followers_of(uow, ticket):
        raise StaysWhereItIs("action")
    event = TicketConverted(
        ticket_id=ticket.id,
        by=by_staff(staff),
        track=track,
        old_class=ticket.service_class,
        service_class=PETITION_CLASS if track is Track.PETITION else service_class,
        reason=reason,
    )
    ticket.move(Step.CONVERT)
    ticket.track, ticket.service_class = track, event.service_class
    await uow.record(event)
    return ticket


def convertible(ticket: Ticket) -> bool:
    """What the ticket itself says; whether others are merged into it is asked beside it."""
    alone = ticket.sealed_to is None and ticket.part_of is None
    return alone and ticket.nature is not Nature.REPORT and ticket.accepted_at is None
