"""提级办理: the unit above takes a ticket from the unit that is late with it."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.routing.dispatch import assign
from jiesu.tickets.events import SYSTEM, TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import possible
from jiesu.tickets.words import Step

__all__ = ["TakenOver", "take_over"]


class TakenOver(TicketEvent, frozen=True, kw_only=True):
    """From which unit to which."""

    former: str
    unit: str


async def take_over(uow: UnitOfWork, ticket: Ticket, unit: str) -> bool:
    """Make `unit` responsible for a locked ticket that a unit below it has in hand; False where no unit has.

    The unit's clock begins anew, the petitioner's runs on.
    """
    if ticket.lead_unit is None or not possible(ticket.status, Step.TAKE_OVER):
        return False
    await uow.record(TakenOver(ticket_id=ticket.id, by=SYSTEM, former=ticket.lead_unit, unit=unit))
    await assign(uow, ticket, unit, ticket.category, None, SYSTEM, step=Step.TAKE_OVER, designated=True)
    return True
