"""Open tickets that may be about the same matter, for whoever dispatches or registers: of those they may see, and no more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import Named, unit_named
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.text import bigrams
from jiesu.rules import Rules
from jiesu.tickets.models import FIRST_LEVEL, Ticket
from jiesu.tickets.repository import visible_to
from jiesu.tickets.states import MAINS
from jiesu.tickets.words import Track, say_status

__all__ = ["AlikeRow", "Described", "alike_tickets", "described"]


class Described(msgspec.Struct, frozen=True):
    """What others are compared with: an appeal as it stands, or as it is being typed. `people` are keys of its petitioner."""

    text: str
    category: str | None = None
    place: str | None = None
    people: frozenset[int] = frozenset()
    desk: str | None = None
    itself: int | None = None
    accused: str | None = None


class AlikeRow(msgspec.Struct, frozen=True):
    """One that may be the same: how alike, in per cent, and why. Of the petitioner only whether it is the same one."""

    number: str
    title: str
    status: str
    status_text: str
    unit: Named | None
    registered_at: datetime
    likeness: int
    same_person: bool
    same_place: bool


def described(staff: Staff, ticket: Ticket) -> Described:
    """A ticket to find others for; whose it is counts only for whoever may know."""
    known = ticket.petitioner_id is not None and staff.may_know_who(ticket)
    candidates = ticket.routing.get("candidates") or ()
    guess = candidates[0].get("category") if candidates else None
    return Described(
        text=f"{ticket.title}\n{ticket.text}",
        category=ticket.category or guess,
        place=ticket.place,
        people=frozenset({ticket.petitioner_id}) if known and ticket.petitioner_id else frozenset(),
        desk=ticket.desk_unit,
        itself=ticket.id,
        accused=ticket.accused_unit,
    )


async def alike_tickets(
    uow: UnitOfWork, rules: Rules, staff: Staff, what: Described, locale: Locale = "zh"
) -> list[AlikeRow]:
    """The most alike first; nothing below the likeness that the policy asks for."""
    policy, said = rules.alike, frozenset(bigrams(what.text))
    rows = []
    for ticket in await _compared(uow, rules, staff, what):
        person = ticket.petitioner_id in what.people and staff.may_know_who(ticket)
        place = what.place is not None and ticket.place == what.place
        other = frozenset(bigrams(f"{ticket.title}\n{ticket.text}"))
        likeness = policy.likeness(said, other, person=person, place=place)
        if likeness >= policy.least:
            rows.append(_row(rules, ticket, likeness, locale, person=person, place=place))
    return sorted(rows, key=lambda row: (-row.likeness, row.registered_at))[: policy.most]


async def _compared(uow: UnitOfWork, rules: Rules, staff: Staff, what: Described) -> Iterable[Ticket]:
    """The newest of the same kind, and the petitioner's own: two short queries by index."""
    since = uow.now - timedelta(days=rules.alike.days)
    kind = _kind(what, staff)
    queries = [(kind, Ticket.registered_at > since)]
    if what.people:
        queries.append((Ticket.petitioner_id.in_(what.people), Ticket.registered_at > since))
    found: dict[int, Ticket] = {}
    for conditions in queries:
        query = select(Ticket).where(*conditions, visible_to(staff), *_joinable(what))
        query = query.order_by(Ticket.registered_at.desc(), Ticket.id.desc()).limit(rules.alike.look_at)
        found |= {ticket.id: ticket for ticket in await uow.session.scalars(query)}
    return found.values()


def _kind(what: Described, staff: Staff) -> ColumnElement[bool]:
    if what.category is not None:
        return FIRST_LEVEL.in_([what.category[:2]])
    return Ticket.desk_unit == (what.desk or staff.unit)


def _joinable(what: Described) -> list[ColumnElement[bool]]:
    """What `merge_ticket` would refuse is not offered."""
    conditions = [
        Ticket.status.in_(MAINS),
        Ticket.track == Track.SERVICE,
        Ticket.sealed_to.is_(None),
        Ticket.accused_unit.is_not_distinct_from(what.accused),
    ]
    return conditions if what.itself is None else [*conditions, Ticket.id != what.itself]


def _row(rules: Rules, ticket: Ticket, likeness: float, locale: Locale, *, person: bool, place: bool) -> AlikeRow:
    return AlikeRow(
        number=ticket.number,
        title=ticket.title,
        status=ticket.status,
        status_text=say_status(ticket.status, locale),
        unit=unit_named(rules, ticket.lead_unit, locale),
        registered_at=ticket.registered_at.astimezone(SHANGHAI),
        likeness=round(likeness * 100),
        same_person=person,
        same_place=place,
    )
