"""The unit that somebody chose by its code, and whether it may have the ticket."""

from __future__ import annotations

from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.tickets.models import Ticket
from jiesu.tickets.recuse import somebody_left
from jiesu.tickets.words import Status
from jiesu.units.organisation import Organisation, Unit

__all__ = ["AccusedUnit", "NobodyThere", "OutsideSubtree", "UnknownUnit", "check_fit", "known_unit"]


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


def known_unit(organisation: Organisation, code: str | None, field: str = "unit") -> Unit:
    """Raises UnknownUnit."""
    found = organisation.find_unit(code) if code else None
    if found is None:
        raise UnknownUnit(field, unit=(code or "")[:40])
    return found


async def check_fit(uow: UnitOfWork, organisation: Organisation, staff: Staff, ticket: Ticket, unit: Unit) -> None:
    """Whether this person may make the unit responsible. Raises OutsideSubtree, AccusedUnit, NobodyThere, NotYours."""
    _within_reach(staff, ticket, unit)
    accused, keeps = ticket.accused_unit, ticket.sealed_to == unit.code  # its keeper may have what accuses the top
    if accused is not None and not keeps and organisation.is_under(unit.code, accused):
        raise AccusedUnit("unit")
    if ticket.barred_accounts and not await somebody_left(uow, ticket, unit.code):
        raise NobodyThere("unit")


def _within_reach(staff: Staff, ticket: Ticket, unit: Unit) -> None:
    """Downwards only; but what was sealed in doubt may go from its keeper to whoever is responsible."""
    if ticket.sealed_to is None and unit.code not in staff.subtree:
        raise OutsideSubtree("unit", unit=unit.name)
    if ticket.sealed_to not in (None, unit.code) and ticket.status is Status.REWORK:
        raise NotYours
