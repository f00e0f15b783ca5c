"""派单: making one unit responsible, by the catalogue or by a dispatcher."""

from __future__ import annotations

from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.tickets.events import SYSTEM, By, TicketDispatched, by_staff
from jiesu.tickets.guard import open_step
from jiesu.tickets.models import Ticket
from jiesu.tickets.recuse import somebody_left
from jiesu.tickets.words import Status, Step
from jiesu.units.organisation import Organisation, Unit

__all__ = ["AccusedUnit", "UnknownUnit", "assign", "dispatch_automatically", "dispatch_ticket"]


class UnknownUnit(Invalid):
    zh = "没有代码为“{unit}”的单位。请从单位列表中选择。"
    en = "There is no unit with the code “{unit}”. Choose one from the list of units."


class OutsideSubtree(Invalid):
    zh = "“{unit}”不归您的单位管辖。请选择下属单位，或报市级调度台派单。"
    en = "“{unit}” is not below your unit. Choose one that is, or ask the city desk."


class AccusedUnit(Conflict):
    """The accused never handles the complaint (信访工作条例 Art. 30)."""

    zh = "该单位不能承办这张工单。请选择其他单位。"
    en = "That unit cannot handle this ticket. Choose another."


class NobodyThere(Conflict):
    """Everybody who handles tickets at the unit is accused or recused."""

    zh = "该单位的承办人员都须回避，不能承办这张工单。请选择其他单位。"
    en = "Everybody at that unit must keep out of this ticket. Choose another unit."


class SuperiorOrdersRework(Conflict):
    zh = "重办须由上级单位安排，不能由原承办单位自行派单。"
    en = "Rework is ordered by the unit above, not by the unit that handled it."


async def dispatch_ticket(
    uow: UnitOfWork,
    organisation: Organisation,
    staff: Staff,
    number: str,
    unit: str | None,
    *,
    category: str | None = None,
    service_class: str | None = None,
    version: int | None = None,
) -> Ticket:
    """Make `unit` responsible; for rework, by default the unit that had it. Locks the ticket.

    Raises UnknownUnit, OutsideSubtree, AccusedUnit, NobodyThere, SuperiorOrdersRework.
    """
    ticket = await open_step(uow, staff, number, Step.DISPATCH, version)
    if ticket.status is Status.REWORK:
        _by_superior(organisation, staff, ticket)
        unit = unit or ticket.lead_unit
    chosen = _chosen(organisation, unit)
    _within_reach(staff, ticket, chosen)
    accused, keeps = ticket.accused_unit, ticket.sealed_to == chosen.code  # its keeper may have what accuses the top
    if accused is not None and not keeps and organisation.is_under(chosen.code, accused):
        raise AccusedUnit("unit")
    if ticket.barred_accounts and not await somebody_left(uow, ticket, chosen.code):
        raise NobodyThere("unit")
    if not keeps:
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


def _chosen(organisation: Organisation, code: str | None) -> Unit:
    found = organisation.find_unit(code) if code else None
    if found is None:
        raise UnknownUnit("unit", unit=code or "")
    return found


def _within_reach(staff: Staff, ticket: Ticket, unit: Unit) -> None:
    """Downwards only; but what was sealed in doubt may go from its keeper to whoever is responsible."""
    if ticket.sealed_to is None and unit.code not in staff.subtree:
        raise OutsideSubtree("unit", unit=unit.name)
    if ticket.sealed_to not in (None, unit.code) and ticket.status is Status.REWORK:
        raise NotYours


async def assign(
    uow: UnitOfWork,
    ticket: Ticket,
    unit: str,
    category: str | None,
    service_class: str | None,
    by: By,
    *,
    step: Step = Step.DISPATCH,
) -> None:
    """Make a unit responsible for a locked ticket; the caller has checked that it may be."""
    changed = service_class is not None and service_class != ticket.service_class
    ticket.move(step)
    ticket.lead_unit = unit
    ticket.category = category
    ticket.service_class = service_class or ticket.service_class
    ticket.rounds += 1
    ticket.dispatched_at = uow.now
    event = TicketDispatched(
        ticket_id=ticket.id,
        by=by,
        unit=unit,
        category=category,
        service_class=ticket.service_class,
        round=ticket.rounds,
        class_changed=changed,
    )
    await uow.record(event)
