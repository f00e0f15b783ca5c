"""指定承办: the desk refuses an objection, or names the unit that must take the ticket without another."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.routing.dispatch import assign, uphold
from jiesu.routing.objections import Objection, ObjectionRefused, ObjectionState, to_judge
from jiesu.routing.unit_choice import check_fit, known_unit
from jiesu.tickets.events import by_staff
from jiesu.tickets.guard import open_step, optional, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status, Step
from jiesu.units.organisation import Organisation

__all__ = ["designate_unit"]


async def designate_unit(
    uow: UnitOfWork,
    organisation: Organisation,
    staff: Staff,
    number: str,
    unit: str | None = None,
    reason: str | None = None,
    *,
    version: int | None = None,
) -> Ticket:
    """Judge an objection so that the unit may not object again. Locks the ticket.

    By default, or by its own code, the unit that objected: its objection is refused, with a `reason` that it reads. Another unit: it is upheld, and that one
    is bound. Raises NothingToJudge, NotYours, UnknownUnit, OutsideSubtree, AccusedUnit, NobodyThere.
    """
    ticket = await open_step(uow, staff, number, Step.DESIGNATE, version)
    objection = await to_judge(uow, organisation, staff, ticket)
    chosen = known_unit(organisation, unit or objection.unit)
    if chosen.code == objection.unit:
        await _refuse(uow, staff, ticket, objection, required(reason, "reason", "退单不成立的理由", 900))
        return ticket
    note = optional(reason, "reason", "审核意见", 900)
    await check_fit(uow, organisation, staff, ticket, chosen)
    await uphold(uow, staff, ticket, objection, note)
    step = Step.DESIGNATE if ticket.status is Status.OBJECTED else Step.DISPATCH
    await assign(uow, ticket, chosen.code, ticket.category, None, by_staff(staff), step=step, designated=True)
    return ticket


async def _refuse(uow: UnitOfWork, staff: Staff, ticket: Ticket, objection: Objection, note: str) -> None:
    """The unit keeps it, bound from now on; one that handled it on is not sent it anew."""
    objection.state, objection.note = ObjectionState.REFUSED, note
    objection.decided_by, objection.decided_at = staff.id, uow.now
    await uow.record(ObjectionRefused(ticket_id=ticket.id, by=by_staff(staff), unit=objection.unit, note=note))
    if ticket.status is Status.OBJECTED:
        await assign(
            uow, ticket, objection.unit, ticket.category, None, by_staff(staff), step=Step.DESIGNATE, designated=True
        )
    else:
        ticket.move(Step.DESIGNATE)
        ticket.designated = True
