"""派单: making one unit responsible, by the catalogue or by a dispatcher."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.routing.objections import Objection, ObjectionState, ObjectionUpheld, objections_of, to_judge
from jiesu.routing.returns import AlreadyObjected
from jiesu.routing.unit_choice import check_fit, known_unit
from jiesu.sla.rulebook import RuleBook
from jiesu.tickets.events import SYSTEM, By, TicketDispatched, by_staff
from jiesu.tickets.guard import open_step
from jiesu.tickets.models import Ticket
from jiesu.tickets.reclass import check_class
from jiesu.tickets.tasks import BINDING, TaskState, relieve, task_of
from jiesu.tickets.words import Status, Step
from jiesu.units.organisation import Organisation, Unit

__all__ = ["MustDesignate", "assign", "dispatch_automatically", "dispatch_ticket", "uphold"]


class SuperiorOrdersRework(Conflict):
    zh = "重办须由上级单位安排，不能由原承办单位自行派单。"
    en = "Rework is ordered by the unit above, not by the unit that handled it."


class MustDesignate(Conflict):
    zh = "这张工单已经退过 {count} 次，不能再普通派单。请用“指定承办”，被指定的单位不能再退。"
    en = "This ticket was returned {count} times. Designate the unit instead: it cannot object."


async def dispatch_ticket(
    uow: UnitOfWork,
    rules: RuleBook,
    staff: Staff,
    number: str,
    unit: str | None,
    *,
    category: str | None = None,
    service_class: str | None = None,
    version: int | None = None,
) -> Ticket:
    """Make `unit` responsible; for rework, by default the unit that had it. Locks the ticket.

    A pending objection is upheld by sending the ticket to another unit. Raises UnknownUnit, OutsideSubtree, AccusedUnit,
    NobodyThere, SuperiorOrdersRework, NothingToJudge, MustDesignate, AlreadyObjected, PetitionKeepsClass.
    """
    organisation = rules.organisation
    ticket = await open_step(uow, staff, number, Step.DISPATCH, version)
    if ticket.status is Status.REWORK:
        _by_superior(organisation, staff, ticket)
        unit = unit or ticket.lead_unit
    objection = None
    if ticket.status in (Status.OBJECTED, Status.IN_PROGRESS):
        objection = await to_judge(uow, organisation, staff, ticket)
    chosen = known_unit(organisation, unit)
    await check_fit(uow, organisation, staff, ticket, chosen)
    check_class(ticket, service_class)
    if objection is not None:
        await _check_returns(uow, rules, ticket, chosen)
        await uphold(uow, staff, ticket, objection, None)
    if ticket.sealed_to != chosen.code:
        ticket.sealed_to = None
    await assign(uow, ticket, chosen.code, category or ticket.category, service_class, by_staff(staff))
    return ticket


async def dispatch_automatically(uow: UnitOfWork, ticket: Ticket, unit: str) -> None:
    """Make the catalogue's choice responsible for a locked ticket; class and category are set already."""
    await assign(uow, ticket, unit, ticket.category, None, SYSTEM)


def _by_superior(organisation: Organisation, staff: Staff, ticket: Ticket) -> None:
    alone = ticket.sealed_to is not None or organisation.parent(ticket.lead_unit or "") is None
    if staff.unit == ticket.lead_unit and not alone:
        raise SuperiorOrdersRework("action")


async def _check_returns(uow: UnitOfWork, rules: RuleBook, ticket: Ticket, unit: Unit) -> None:
    if ticket.objections >= rules.clocks_of(ticket.policy_version).beside.objections:
        raise MustDesignate("action", count=ticket.objections)
    if any(each.unit == unit.code for each in await objections_of(uow, ticket)):
        raise AlreadyObjected("unit", unit=unit.name)


async def uphold(uow: UnitOfWork, staff: Staff, ticket: Ticket, objection: Objection, note: str | None) -> None:
    """The unit was right: its objection is closed, and the ticket goes to another."""
    objection.state, objection.note = ObjectionState.UPHELD, note
    objection.decided_by, objection.decided_at = staff.id, uow.now
    await uow.record(ObjectionUpheld(ticket_id=ticket.id, by=by_staff(staff), unit=objection.unit, note=note))


async def assign(
    uow: UnitOfWork,
    ticket: Ticket,
    unit: str,
    category: str | None,
    service_class: str | None,
    by: By,
    *,
    step: Step = Step.DISPATCH,
    designated: bool = False,
) -> None:
    """Make a unit responsible for a locked ticket; the caller has checked that it may be.

    A `designated` unit may not object to it.
    """
    changed = service_class is not None and service_class != ticket.service_class
    ticket.move(step)
    ticket.lead_unit = unit
    ticket.category = category
    ticket.service_class = service_class or ticket.service_class
    ticket.rounds += 1
    ticket.dispatched_at = uow.now
    ticket.designated = designated
    event = TicketDispatched(
        ticket_id=ticket.id,
        by=by,
        unit=unit,
        category=category,
        service_class=ticket.service_class,
        round=ticket.rounds,
        class_changed=changed,
        designated=designated,
    )
    await _lead_instead_of_help(uow, ticket, by)
    await uow.record(event)


async def _lead_instead_of_help(uow: UnitOfWork, ticket: Ticket, by: By) -> None:
    """Who leads it now owes the whole, not a part."""
    if ticket.rounds == 1:
        return
    task = await task_of(uow, ticket, ticket.lead_unit or "", (*BINDING, TaskState.ASKED))
    if task is not None:
        await relieve(uow, ticket, task, "改为主办", by)
