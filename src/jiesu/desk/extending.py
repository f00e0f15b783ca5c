"""Extensions as they are shown: what was asked for, what can be asked or decided now, and by whom."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import DomainError
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.decide_extension import room_to_grant
from jiesu.sla.extend import room_to_ask
from jiesu.sla.extensions import extensions_of, granted_extension, may_decide, pending_extension
from jiesu.sla.models import Extension
from jiesu.tickets.models import Ticket

__all__ = [
    "ExtendedView",
    "ExtensionView",
    "RoomView",
    "extended_view",
    "extension_views",
    "possible_decisions",
    "room_view",
]


class ExtensionView(msgspec.Struct, frozen=True):
    """One request for more time; `decider` is the unit that is to decide, or did."""

    state: str
    unit: str
    decider: str
    asked_at: datetime
    reason: str
    old_due_at: datetime
    until: datetime
    decided_at: datetime | None
    note: str | None


class ExtendedView(msgspec.Struct, frozen=True):
    """The extension that was granted, as its petitioner may read of it."""

    old_due_at: datetime
    until: datetime
    reason: str


class RoomView(msgspec.Struct, frozen=True):
    """What may be asked for: a day (`by_day`) or a moment after `old_due_at`, from `earliest` to `latest`."""

    old_due_at: datetime
    earliest: datetime
    latest: datetime
    by_day: bool


async def extension_views(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> list[ExtensionView]:
    """All that were asked for, oldest first."""
    return [_view(rules, each, locale) for each in await extensions_of(uow, ticket)]


async def extended_view(uow: UnitOfWork, ticket: Ticket) -> ExtendedView | None:
    """What the petitioner was told of an extension; None without one."""
    granted = granted_extension(await extensions_of(uow, ticket))
    if granted is None:
        return None
    return ExtendedView(granted.old_due_at.astimezone(SHANGHAI), granted.until.astimezone(SHANGHAI), granted.reason)


async def room_view(uow: UnitOfWork, rules: Rules, ticket: Ticket) -> RoomView | None:
    """How far the date can be moved if it is asked for now; None when it cannot be."""
    try:
        room = await room_to_ask(uow, rules, ticket)
    except DomainError:
        return None
    old, latest = room.old.astimezone(SHANGHAI), room.latest.astimezone(SHANGHAI)
    earliest = _next_day(rules, old) if room.by_day else old + timedelta(minutes=1)
    return RoomView(old, min(earliest, latest), latest, room.by_day)


async def possible_decisions(uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket) -> frozenset[str]:
    """`grant` and `refuse`, as far as this person may and the dates still allow."""
    waiting = pending_extension(ticket, await extensions_of(uow, ticket))
    if waiting is None or not may_decide(staff, ticket, waiting):
        return frozenset()
    try:
        await room_to_grant(uow, rules, ticket, waiting)
    except DomainError:
        return frozenset({"refuse"})
    return frozenset({"grant", "refuse"})


def _next_day(rules: Rules, old: datetime) -> datetime:
    """The close of the next working day."""
    return rules.calendar.add_working_days(old, 1).astimezone(SHANGHAI)


def _view(rules: Rules, row: Extension, locale: Locale) -> ExtensionView:
    unit, decider = (rules.organisation.find_unit(code) for code in (row.unit, row.decider))
    english = locale == "en"
    return ExtensionView(
        state=row.state,
        unit=(unit.name_en if english else unit.name) if unit else row.unit,
        decider=(decider.name_en if english else decider.name) if decider else row.decider,
        asked_at=row.asked_at.astimezone(SHANGHAI),
        reason=row.reason,
        old_due_at=row.old_due_at.astimezone(SHANGHAI),
        until=row.until.astimezone(SHANGHAI),
        decided_at=row.decided_at.astimezone(SHANGHAI) if row.decided_at else None,
        note=row.note,
    )
