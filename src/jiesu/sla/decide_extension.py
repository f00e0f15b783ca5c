"""批准或不同意延期: the unit above decides, and both clocks follow."""

from __future__ import annotations

from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.sla.extensions import extensions_of, may_decide, pending_extension, room_to_extend
from jiesu.sla.models import Extension, ExtensionState
from jiesu.sla.rulebook import RuleBook
from jiesu.sla.until import Room, check_room
from jiesu.tickets.events import ExtensionGranted, ExtensionRefused, by_staff
from jiesu.tickets.guard import open_step, optional, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["DecidedTooLate", "NothingToDecide", "grant_extension", "refuse_extension", "room_to_grant"]


class NothingToDecide(Conflict):
    zh = "这张工单没有等待决定的延期申请。"
    en = "No extension of this ticket waits for a decision."


class DecidedTooLate(Conflict):
    zh = "申请延到的日期已经过去，不能再批准。请选“不同意延期”。"
    en = "The date asked for has passed, so it cannot be granted. Refuse it."


async def grant_extension(
    uow: UnitOfWork, rules: RuleBook, staff: Staff, number: str, note: str | None = None, *, version: int | None = None
) -> Ticket:
    """Move the final deadlines of both clocks and tell the petitioner why. Locks the ticket.

    Also after the old date has passed, as it was asked for in time: what fired by then stays on record. Raises
    NothingToDecide, NotYours, DecidedTooLate, NothingToExtend, UntilOutside.
    """
    ticket, extension = await _decide(uow, staff, number, Step.GRANT_EXTENSION, version)
    room = await room_to_grant(uow, rules, ticket, extension)
    note = optional(note, "note", "审批意见")
    _close(uow, staff, extension, ExtensionState.GRANTED, note)
    extension.old_due_at = room.old
    event = ExtensionGranted(
        ticket_id=ticket.id,
        by=by_staff(staff),
        unit=extension.unit,
        decider=extension.decider,
        old=room.old,
        until=extension.until,
        reason=extension.reason,
        note=note,
        late=uow.now > room.old,
    )
    ticket.move(Step.GRANT_EXTENSION)
    await uow.record(event)
    return ticket


async def refuse_extension(
    uow: UnitOfWork, staff: Staff, number: str, reason: str, *, version: int | None = None
) -> Ticket:
    """Leave the dates as they are and tell the unit why. Locks the ticket. Raises NothingToDecide, NotYours."""
    ticket, extension = await _decide(uow, staff, number, Step.REFUSE_EXTENSION, version)
    reason = required(reason, "reason", "不同意的理由", 500)
    _close(uow, staff, extension, ExtensionState.REFUSED, reason)
    ticket.move(Step.REFUSE_EXTENSION)
    event = ExtensionRefused(
        ticket_id=ticket.id,
        by=by_staff(staff),
        unit=extension.unit,
        decider=extension.decider,
        until=extension.until,
        reason=reason,
    )
    await uow.record(event)
    return ticket


async def room_to_grant(uow: UnitOfWork, rules: RuleBook, ticket: Ticket, extension: Extension) -> Room:
    """The present date and how far it can go, once more: date and class may have changed since it was asked for.

    Raises DecidedTooLate, NothingToExtend, UntilOutside.
    """
    if extension.until <= uow.now:
        raise DecidedTooLate("action")
    room = await room_to_extend(uow, rules, ticket)
    check_room(extension.until, room)
    return room


async def _decide(
    uow: UnitOfWork, staff: Staff, number: str, step: Step, version: int | None
) -> tuple[Ticket, Extension]:
    ticket = await open_step(uow, staff, number, step, version)
    extension = pending_extension(ticket, await extensions_of(uow, ticket))
    if extension is None:
        raise NothingToDecide("action")
    if not may_decide(staff, ticket, extension):
        raise NotYours
    return ticket, extension


def _close(uow: UnitOfWork, staff: Staff, extension: Extension, state: ExtensionState, note: str | None) -> None:
    extension.state, extension.note = state, note
    extension.decider, extension.decided_by, extension.decided_at = staff.unit, staff.id, uow.now
