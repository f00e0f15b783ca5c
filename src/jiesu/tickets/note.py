"""记录: a remark for colleagues; it moves no deadline and is never shown to the petitioner."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.tickets.events import NoteAdded, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["add_note"]


async def add_note(uow: UnitOfWork, staff: Staff, number: str, text: str, *, version: int | None = None) -> Ticket:
    """Add a remark to the history. Locks the ticket."""
    ticket = await open_step(uow, staff, number, Step.NOTE, version)
    ticket.move(Step.NOTE)
    await uow.record(NoteAdded(ticket_id=ticket.id, by=by_staff(staff), text=required(text, "text", "记录", 2000)))
    return ticket
