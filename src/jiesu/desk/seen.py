"""What is news to a person: tickets that changed, or came, since they last opened them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.models import TicketSeen
from jiesu.tickets.models import Ticket

__all__ = ["mark_seen", "news_among"]


async def mark_seen(uow: UnitOfWork, staff: Staff, ticket: Ticket) -> None:
    """The person has the ticket before them. Repeatable."""
    row = {"account_id": staff.account_id, "ticket_id": ticket.id, "version": ticket.version}
    query = insert(TicketSeen).values(row)
    changed = TicketSeen.version != query.excluded.version
    await uow.session.execute(
        query.on_conflict_do_update(
            index_elements=["account_id", "ticket_id"], set_={"version": query.excluded.version}, where=changed
        )
    )


async def news_among(uow: UnitOfWork, staff: Staff, tickets: Sequence[Ticket]) -> set[int]:
    """Keys of those which the person has not opened as they are now."""
    keys = [ticket.id for ticket in tickets]
    query = select(TicketSeen.ticket_id, TicketSeen.version)
    query = query.where(TicketSeen.account_id == staff.account_id, TicketSeen.ticket_id.in_(keys))
    seen = {row.ticket_id: row.version for row in await uow.session.execute(query)}
    return {ticket.id for ticket in tickets if seen.get(ticket.id) != ticket.version}
