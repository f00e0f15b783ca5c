"""申请延期: the unit asks for more time, before the petitioner's date is due."""

from __future__ import annotations

from collections.abc import Sequence

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.sla.extensions import extensions_of, granted_extension, lapse_extension, pending_extension, room_to_extend
from jiesu.sla.models import Extension
from jiesu.sla.rulebook import RuleBook
from jiesu.sla.until import Room, read_until
from jiesu.tickets.events import ExtensionAsked, by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step
from jiesu.units.organisation import Organisation

__all__ = [
    "AlreadyExtended",
    "AskedTooLate",
    "ExtensionWaits",
    "RefusedTwice",
    "ask_extension",
    "decider_above",
    "room_to_ask",
]

#: Asked once, and once more after a refusal.
MOST_ASKED = 2


class ExtensionWaits(Conflict):
    zh = "延期申请正在等上级决定，不能再申请。"
    en = "An extension waits for its decision; it cannot be asked for again."


class AlreadyExtended(Conflict):
    zh = "这张工单已经延期过一次，不能再延。请在期限内办结。"
    en = "This ticket was extended once and cannot be again. Finish within its date."


class RefusedTwice(Conflict):
    zh = "延期申请已经两次没有批准，不能再申请。请在期限内办结。"
    en = "The extension was refused twice and cannot be asked for again. Finish within the date."


class AskedTooLate(Conflict):
    zh = "期限已过，不能再申请延期。延期要在到期之前申请。"
    en = "The date has passed. An extension is asked for before it is due."


async def ask_extension(
    uow: UnitOfWork,
    rules: RuleBook,
    staff: Staff,
    number: str,
    until: str,
    reason: str,
    *,
    version: int | None = None,
) -> Ticket:
    """Ask for more time; nothing moves until the unit above grants it, on a petition the organ's head (Art. 34). Locks the ticket.

    Raises NothingToExtend, ExtensionWaits, AlreadyExtended, RefusedTwice, AskedTooLate, BadUntil, UntilOutside, UntilRestDay.
    """
    ticket = await open_step(uow, staff, number, Step.EXTEND, version)
    room = await room_to_ask(uow, rules, ticket)
    reason = required(reason, "reason", "延期理由", 500)
    moment = read_until(until, room, rules.calendars.default)
    await lapse_extension(uow, ticket)  # what a former unit asked for
    ticket.move(Step.EXTEND)
    extension = Extension(
        ticket_id=ticket.id,
        unit=staff.unit,
        decider=staff.unit if ticket.is_petition else decider_above(rules.organisation, ticket, staff.unit),
        asked_by=staff.id,
        asked_at=uow.now,
        reason=reason,
        old_due_at=room.old,
        until=moment,
    )
    uow.add(extension)
    await uow.record(_asked(staff, extension))
    return ticket


async def room_to_ask(uow: UnitOfWork, rules: RuleBook, ticket: Ticket) -> Room:
    """How far the date can be moved if the unit asks now. Raises as `ask_extension` does before it reads the date."""
    room = await room_to_extend(uow, rules, ticket)
    _once(ticket, await extensions_of(uow, ticket))
    if uow.now > room.old:
        raise AskedTooLate("action")
    return room


def _once(ticket: Ticket, asked: Sequence[Extension]) -> None:
    if granted_extension(asked) is not None:
        raise AlreadyExtended("action")
    if pending_extension(ticket, asked) is not None:
        raise ExtensionWaits("action")
    if sum(each.decided_by is not None for each in asked) >= MOST_ASKED:
        raise RefusedTwice("action")


def decider_above(organisation: Organisation, ticket: Ticket, unit: str) -> str:
    """The unit above; at the top, and for a sealed report, the same unit (by somebody else)."""
    above = organisation.parent(unit)
    return unit if above is None or ticket.sealed_to is not None else above.code


def _asked(staff: Staff, extension: Extension) -> ExtensionAsked:
    return ExtensionAsked(
        ticket_id=extension.ticket_id,
        by=by_staff(staff),
        unit=extension.unit,
        decider=extension.decider,
        old=extension.old_due_at,
        until=extension.until,
        reason=extension.reason,
    )
