"""下级正在办理: a higher organ does not accept what a lower one is handling within its limit (Art. 19)."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import aliased

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.petitioners.models import Petitioner
from jiesu.sla.limits import FINAL, ClockKind
from jiesu.sla.models import ClockState, Deadline
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import OPEN
from jiesu.tickets.words import Nature, Track
from jiesu.units.organisation import Organisation

__all__ = ["PendingBelow", "pending_below"]


class PendingBelow(msgspec.Struct, frozen=True):
    """The petition that a lower unit handles, and by when it owes an opinion."""

    number: str
    unit: str
    due_at: datetime


async def pending_below(
    uow: UnitOfWork, organisation: Organisation, staff: Staff, ticket: Ticket
) -> PendingBelow | None:
    """Another open petition of the same person about the same category at a unit below, whose limit has not passed.

    One that the member of staff may not see is not told of, so it does not count.
    """
    if ticket.petitioner_id is None or ticket.category is None:
        return None
    below = organisation.subtree(staff.unit) - {staff.unit}
    found = (
        select(Ticket, Deadline.due_at)
        .join(Deadline, Deadline.ticket_id == Ticket.id)
        .where(
            Ticket.petitioner_id.in_(await _same_person(uow, ticket.petitioner_id)),
            Ticket.id != ticket.id,
            Ticket.category == ticket.category,
            Ticket.track == Track.PETITION,
            Ticket.nature != Nature.REPORT,
            Ticket.status.in_(OPEN),
            Ticket.lead_unit.in_(below),
            Deadline.clock == ClockKind.PETITIONER,
            Deadline.target.in_(FINAL),
            Deadline.state == ClockState.RUNNING,
            Deadline.due_at >= uow.now,
        )
        .order_by(Ticket.id)
    )
    rows = (await uow.session.execute(found)).all()
    seen = ((other, due) for other, due in rows if staff.may_see(other) and other.sealed_to is None)
    return next((PendingBelow(other.number, other.lead_unit or "", due) for other, due in seen), None)


async def _same_person(uow: UnitOfWork, petitioner: int) -> set[int]:
    """The same row, or the same ID number: a telephone is shared in a family."""
    me, other = aliased(Petitioner), aliased(Petitioner)
    same = select(other.id).join(me, me.id_hash == other.id_hash).where(me.id == petitioner)
    return {petitioner, *await uow.session.scalars(same)}
