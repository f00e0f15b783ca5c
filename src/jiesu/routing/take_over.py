"""提级办理: the unit above takes a ticket from the unit that is late with it."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.kit.private import Private
from jiesu.routing.dispatch import assign
from jiesu.tickets.events import SYSTEM, By, TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import possible
from jiesu.tickets.words import Step

__all__ = ["TakenOver", "take_over"]


class TakenOver(TicketEvent, frozen=True, kw_only=True):
    """From which unit to which; `reason` where a superior decided it."""

    former: str
    unit: str
    reason: Private | None = None


async def take_over(uow: UnitOfWork, ticket: Ticket, unit: str, by: By = SYSTEM, reason: str | None = None) -> bool:
    """Make `unit` responsible for a locked ticket that a unit below it has in hand; False where no unit has.

    The unit's clock begins anew, the petitioner's runs on.
    """
    if ticket.lead_unit is None or not possible(ticket.status, Step.TAKE_OVER):
        return False
    await uow.record(TakenOver(ticket_id=ticket.id, by=by, former=ticket.lead_unit, unit=unit, reason=reason))
    await assign(uow, ticket, unit, ticket.category, None, by, step=Step.TAKE_OVER, designated=True)
    return True
