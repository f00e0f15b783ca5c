"""审核通过: the unit head stands for the result, and the petitioner is told."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.tickets.events import ResultApproved, by_staff
from jiesu.tickets.guard import open_step, optional
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["approve_result"]


async def approve_result(
    uow: UnitOfWork,
    staff: Staff,
    number: str,
    note: str | None = None,
    signer: str | None = None,
    *,
    version: int | None = None,
) -> Ticket:
    """Approve the result; the survey goes out. Locks the ticket.

    On a petition the result becomes a written opinion, which `signer`, by default who approves, signs for the organ.
    """
    ticket = await open_step(uow, staff, number, Step.APPROVE, version)
    note, signer = optional(note, "note", "审核意见"), optional(signer, "signer", "签发人", 50)
    ticket.move(Step.APPROVE)
    ticket.approved_at = uow.now
    await uow.record(ResultApproved(ticket_id=ticket.id, by=by_staff(staff), note=note, signer=signer))
    return ticket
