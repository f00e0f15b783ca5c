"""Finding tickets, locking them, and the one condition that says which of them a member of staff may see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    false,
    or_,
    select,
    text,
    true,
    union,
)
from sqlalchemy.orm import aliased

from jiesu.accounts.roles import RIGHTS, Right
from jiesu.accounts.staff import KEEPERS, Staff, TicketNotFound
from jiesu.audit.trail import history
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.kit.numbers import normalise_number
from jiesu.tickets.models import Ticket

__all__ = [
    "StaleVersion",
    "TicketNotFound",
    "TicketRepository",
    "countable_by",
    "known_to",
    "not_kept_from",
    "visible_to",
]


#: Written out, so that it is known to match the condition of the index.
_HELPED = text("ticket.co_units <> '{}'")


def _locking(name: str) -> Select[Ticket]:
    """A ticket and, of a part, the whole, by two keys and not by an OR, which reads all of a small table."""
    part = aliased(Ticket)
    value: BindParameter[Any] = bindparam("value")
    found = getattr(part, name) == value
    both: CompoundSelect[Any] = union(
        select(part.id).where(found), select(part.part_of).where(found, part.part_of.is_not(None))
    )
    query = select(Ticket).where(Ticket.id.in_(both)).order_by(Ticket.id).with_for_update()
    return query.execution_options(populate_existing=True)


#: Made once: each step of each ticket asks.
_LOCKING = {name: _locking(name) for name in ("number", "id")}


class StaleVersion(Conflict):
    """Somebody else changed the ticket since it was read; `changes` says what."""

    zh = "工单已被他人更新（您看到的是第 {seen} 版，现在是第 {current} 版）。请看看有什么变化，再办理。"
    en = "Somebody changed the ticket meanwhile (you saw version {seen}, it is now {current}). Look at what changed, then try again."

    def __init__(self, seen: int, current: int, changes: list[dict[str, Any]]) -> None:
        super().__init__("version", seen=seen, current=current, changes=changes)


class TicketRepository:
    """Tickets within one transaction."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def find(self, number: str) -> Ticket:
        """Read without a lock. Raises TicketNotFound."""
        return _found(await self._uow.session.scalar(select(Ticket).where(Ticket.number == _known(number))))

    async def lock(self, number: str) -> Ticket:
        """Lock the row for the rest of the transaction. Raises TicketNotFound."""
        return _found(await self._locked("number", _known(number)))

    async def expect(self, ticket: Ticket, version: int | None) -> None:
        """Raises StaleVersion unless this is what the caller last saw; each step of the ticket's life counts one.

        Ask only once it is sure that the caller may see the ticket: the refusal tells what happened to it.
        """
        if version is not None and version != ticket.version:
            raise StaleVersion(version, ticket.version, await self._changes(ticket, ticket.version - version))

    async def lock_id(self, ticket_id: int) -> Ticket:
        """Lock by key, for jobs. Raises TicketNotFound."""
        return _found(await self._locked("id", ticket_id))

    async def _locked(self, name: str, value: str | int) -> Ticket | None:
        """Of a part the whole is locked first, as by whoever acts on the whole and then on its parts: so nobody deadlocks."""
        rows = await self._uow.session.scalars(_LOCKING[name], {"value": value})
        return next((row for row in rows.all() if getattr(row, name) == value), None)

    async def _changes(self, ticket: Ticket, steps: int) -> list[dict[str, Any]]:
        """What happened in so many last moments, at most five: each step is one, whatever else it set off."""
        entries = await history(self._uow.session, ticket.id)
        moments = sorted({entry.at for entry in entries})[-max(1, min(steps, 5)) :]
        return [{"at": entry.at.isoformat(), "kind": entry.kind} for entry in entries if entry.at in moments]


def _known(number: str) -> str:
    known = normalise_number(number)
    if known is None:
        raise TicketNotFound("number")
    return known


def _found(ticket: Ticket | None) -> Ticket:
    if ticket is None:
        raise TicketNotFound("number")
    return ticket


def visible_to(staff: Staff, *, helping: bool = True) -> ColumnElement[bool]:
    """`Staff.may_see` in SQL: the subtree, less what accuses a line of one's own, less what is sealed to others.

    Not `helping`: without what a unit of the subtree only co-handles.

    PostgreSQL's row policies say the same a second time for requests of staff (migration 0011).
    """
    everything = len(staff.lineage) == 1
    return _spared(staff, true() if everything else _in_subtree(staff, helping=helping))


def known_to(staff: Staff) -> ColumnElement[bool]:
    """`Staff.may_know_who` in SQL, of tickets that the person may see."""
    known = [~Ticket.confidential]
    if staff.has(Right.CALL_BACK):
        known.append(true() if len(staff.lineage) == 1 else _in_subtree(staff, helping=False))
    if staff.has(Right.HANDLE):
        known.append(Ticket.lead_unit == staff.unit)
    if staff.has(Right.REGISTER) or staff.has(Right.DISPATCH):
        known.append(Ticket.lead_unit.is_(None))
    return or_(*known)


def countable_by(staff: Staff) -> ColumnElement[bool]:
    """What may be in a figure that the person reads: of whatever unit, and nothing that they may not know of."""
    return _spared(staff, true())


def _spared(staff: Staff, within: ColumnElement[bool]) -> ColumnElement[bool]:
    if not staff.has(Right.READ):
        return false()
    return and_(_visible_from_post(staff, within), *not_kept_from(staff))


def not_kept_from(staff: Staff) -> Iterator[ColumnElement[bool]]:
    """The contrary of `Staff.kept_from` in SQL."""
    yield ~Ticket.barred_accounts.contains([staff.account_id])
    if staff.elsewhere:  # NULL <> ALL(…) is NULL, so tickets that accuse nobody are named first.
        yield or_(Ticket.accused_unit.is_(None), Ticket.accused_unit.not_in(staff.elsewhere))


def _visible_from_post(staff: Staff, within: ColumnElement[bool]) -> ColumnElement[bool]:
    open_to_me = and_(
        Ticket.sealed_to.is_(None),
        or_(Ticket.accused_unit.is_(None), Ticket.accused_unit.not_in(staff.lineage)),
        within,
    )
    if KEEPERS & RIGHTS[staff.role]:
        return or_(open_to_me, Ticket.sealed_to == staff.unit)
    return open_to_me


def _in_subtree(staff: Staff, *, helping: bool) -> ColumnElement[bool]:
    mine = or_(Ticket.lead_unit.in_(staff.subtree), Ticket.desk_unit.in_(staff.subtree))
    return or_(mine, and_(_HELPED, Ticket.co_units.overlap(sorted(staff.subtree)))) if helping else mine
