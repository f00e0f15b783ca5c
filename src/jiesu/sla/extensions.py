"""The extensions (延期) of a ticket: which there are, how far its date can be moved, and who decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import select

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.models import ClockState, Extension, ExtensionState
from jiesu.sla.rulebook import RuleBook, class_of
from jiesu.sla.until import Room, room_after
from jiesu.tickets.events import SYSTEM, ExtensionLapsed
from jiesu.tickets.models import Ticket

__all__ = [
    "NothingToExtend",
    "extensions_of",
    "granted_extension",
    "lapse_extension",
    "may_decide",
    "pending_extension",
    "room_to_extend",
]


class NothingToExtend(Conflict):
    zh = "这张工单现在没有可以延期的期限：结果或方案已经答复，或者正在暂停计时。"
    en = "This ticket has no date to extend now: the result or plan was given, or the clock stands still."


async def extensions_of(uow: UnitOfWork, ticket: Ticket) -> Sequence[Extension]:
    """All that were asked for, oldest first."""
    query = select(Extension).where(Extension.ticket_id == ticket.id).order_by(Extension.id)
    return (await uow.session.scalars(query)).all()


def pending_extension(ticket: Ticket, asked: Sequence[Extension]) -> Extension | None:
    """The one that waits for a decision; one asked by a unit that no longer has the ticket waits for nobody."""
    waiting = (each for each in asked if each.state is ExtensionState.ASKED and each.unit == ticket.lead_unit)
    return next(waiting, None)


def granted_extension(asked: Sequence[Extension]) -> Extension | None:
    """The one that was granted; a ticket has at most one."""
    return next((each for each in asked if each.state is ExtensionState.GRANTED), None)


async def room_to_extend(uow: UnitOfWork, rules: RuleBook, ticket: Ticket) -> Room:
    """How far the petitioner's date can be moved, overdue or not. Raises NothingToExtend."""
    clocks = await TicketClocks.of(uow, ticket)
    row = clocks.promise
    if row is None or row.state is not ClockState.RUNNING:
        raise NothingToExtend("action")
    service_class = class_of(rules, ticket)
    final = service_class.limits[service_class.final]
    return room_after(row.due_at, final, service_class.extension, rules.calendars.default)


class Asked(Protocol):
    """What a unit asks of the one above it: an extension, or a listing."""

    @property
    def unit(self) -> str: ...
    @property
    def decider(self) -> str: ...
    @property
    def asked_by(self) -> int: ...


def may_decide(staff: Staff, ticket: Ticket, extension: Asked) -> bool:
    """One level up or above; never the unit that asks, never a unit the ticket accuses, never who asked, from any post.

    Where nobody is above (the city centre, the keeper of a sealed report) it is somebody else there: the supervisor, who
    handles nothing; for a sealed report, which nobody else may see, the head who did not ask. More time for a petition is for
    the organ's own head (Art. 34), or one above.
    """
    if staff.is_me(extension.asked_by):
        return False
    if not (staff.may(Right.SUPERVISE, ticket) or staff.may(Right.APPROVE, ticket)):
        return False
    if extension.unit != extension.decider:
        return extension.decider in staff.subtree
    if ticket.is_petition and staff.has(Right.APPROVE):
        return extension.decider in staff.subtree
    alone = ticket.sealed_to is not None or not staff.has(Right.HANDLE)
    return staff.unit == extension.unit and alone


async def lapse_extension(uow: UnitOfWork, ticket: Ticket) -> None:
    """Take back what still waits when the unit's work on a locked ticket ends, undecided."""
    for extension in await extensions_of(uow, ticket):
        if extension.state is ExtensionState.ASKED:
            extension.state, extension.decided_at = ExtensionState.REFUSED, uow.now
            await uow.record(
                ExtensionLapsed(ticket_id=ticket.id, by=SYSTEM, unit=extension.unit, until=extension.until)
            )
