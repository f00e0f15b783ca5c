"""What waits for the person's decision, in one list: extensions, listings and exclusions asked for, objections to judge, results to review."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import defer

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import Cut, condition
from jiesu.desk.deadlines import local
from jiesu.desk.names import Named, unit_named
from jiesu.desk.rows import NOT_SHOWN, QueueRow, queue_row
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.routing.objections import Objection, ObjectionState, may_judge
from jiesu.rules import Rules
from jiesu.sla.extensions import may_decide
from jiesu.sla.listings import Listing, ListingState
from jiesu.sla.models import Extension, ExtensionState
from jiesu.statistics.exclusions import Exclusion, ExclusionState, may_decide_exclusion
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import visible_to
from jiesu.tickets.words import Status

__all__ = ["DECISIONS", "Approval", "ApprovalKind", "approvals"]

MOST = 50
Asked = TypeVar("Asked", Extension, Listing, Objection)


class ApprovalKind(StrEnum):
    EXTENSION = "extension"
    LISTING = "listing"
    EXCLUSION = "exclusion"
    OBJECTION = "objection"
    RESULT = "result"


#: Kind → the step that says yes, the step that says no and wants a reason. An objection is judged by one step either way.
DECISIONS = {
    ApprovalKind.EXTENSION: ("grant_extension", "refuse_extension"),
    ApprovalKind.LISTING: ("grant_listing", "refuse_listing"),
    ApprovalKind.EXCLUSION: ("grant_exclusion", "refuse_exclusion"),
    ApprovalKind.OBJECTION: ("designate", "designate"),
    ApprovalKind.RESULT: ("approve", "send_back"),
}


class Approval(msgspec.Struct, frozen=True):
    """`text` is the reason of an extension or objection, the plan of a listing, the evidence of an exclusion, or the result.

    `old_due_at` and `until` are of an extension, `proposed` of an objection: the unit that the objecting one names,
    `ends_at` and `ends_with` of a listing: the date or the event that would end it.
    """

    kind: ApprovalKind
    ticket: QueueRow
    asked_at: datetime | None
    text: str
    old_due_at: datetime | None = None
    until: datetime | None = None
    proposed: Named | None = None
    ends_at: datetime | None = None
    ends_with: str | None = None
    #: Why an answer is to be excluded, and the unit of the first of the two who approve it.
    why: str | None = None
    seconded: Named | None = None


async def approvals(uow: UnitOfWork, rules: Rules, staff: Staff, locale: Locale = "zh") -> list[Approval]:
    """What is due soonest first, of each kind. Raises NotYours."""
    if not any(staff.has(right) for right in (Right.SUPERVISE, Right.APPROVE, Right.DISPATCH)):
        raise NotYours
    return [
        found
        for kind in (_extensions, _listings, _exclusions, _objections, _results)
        for found in await kind(uow, rules, staff, locale)
    ]


def _waiting(
    asked: type[Asked], rules: Rules, staff: Staff, now: datetime, *mine: ColumnElement[bool]
) -> Select[Asked, Ticket]:
    """What fits, each with its ticket, as far as the person may see it."""
    query = select(asked, Ticket).join(Ticket, Ticket.id == asked.ticket_id)
    return query.where(*mine, condition(Cut(), rules, staff, now)).options(*NOT_SHOWN).limit(MOST)


async def _extensions(uow: UnitOfWork, rules: Rules, staff: Staff, locale: Locale) -> list[Approval]:
    mine = (
        Extension.state == ExtensionState.ASKED,
        Extension.decider.in_(staff.subtree),
        Extension.unit == Ticket.lead_unit,
    )
    query = _waiting(Extension, rules, staff, uow.now, *mine).order_by(Extension.old_due_at, Extension.id)
    return [
        Approval(
            kind=ApprovalKind.EXTENSION,
            ticket=queue_row(ticket, rules, uow.now, locale),
            asked_at=asked.asked_at.astimezone(SHANGHAI),
            text=asked.reason,
            old_due_at=asked.old_due_at.astimezone(SHANGHAI),
            until=asked.until.astimezone(SHANGHAI),
        )
        for asked, ticket in await uow.session.execute(query)
        if may_decide(staff, ticket, asked)
    ]


async def _listings(uow: UnitOfWork, rules: Rules, staff: Staff, locale: Locale) -> list[Approval]:
    mine = (Listing.state == ListingState.ASKED, Listing.decider.in_(staff.subtree))
    query = _waiting(Listing, rules, staff, uow.now, *mine).order_by(Listing.asked_at, Listing.id)
    return [
        Approval(
            kind=ApprovalKind.LISTING,
            ticket=queue_row(ticket, rules, uow.now, locale),
            asked_at=asked.asked_at.astimezone(SHANGHAI),
            text=asked.plan,
            ends_at=local(asked.until),
            ends_with=asked.event,
        )
        for asked, ticket in await uow.session.execute(query)
        if may_decide(staff, ticket, asked)
    ]


async def _exclusions(uow: UnitOfWork, rules: Rules, staff: Staff, locale: Locale) -> list[Approval]:
    mine = (
        Exclusion.state.in_((ExclusionState.ASKED, ExclusionState.SECONDED)),
        Exclusion.unit.in_(staff.subtree - {staff.unit}),
    )
    query = select(Exclusion, Ticket).join(Ticket, Ticket.id == Exclusion.ticket_id).options(*NOT_SHOWN)
    query = query.where(*mine, Ticket.status == Status.CLOSED, visible_to(staff))
    query = query.order_by(Exclusion.asked_at, Exclusion.id).limit(MOST)
    return [
        Approval(
            kind=ApprovalKind.EXCLUSION,
            ticket=queue_row(ticket, rules, uow.now, locale),
            asked_at=asked.asked_at.astimezone(SHANGHAI),
            text=asked.evidence,
            why=asked.reason,
            seconded=unit_named(rules, asked.seconded_unit, locale),
        )
        for asked, ticket in await uow.session.execute(query)
        if staff.may(Right.SUPERVISE, ticket) or staff.may(Right.APPROVE, ticket)
        if may_decide_exclusion(staff, asked)
    ]


async def _objections(uow: UnitOfWork, rules: Rules, staff: Staff, locale: Locale) -> list[Approval]:
    mine = (Objection.state == ObjectionState.PENDING, Objection.judge.in_(staff.subtree))
    query = _waiting(Objection, rules, staff, uow.now, *mine).order_by(Objection.objected_at, Objection.id)
    return [
        Approval(
            kind=ApprovalKind.OBJECTION,
            ticket=queue_row(ticket, rules, uow.now, locale),
            asked_at=objection.objected_at.astimezone(SHANGHAI),
            text=objection.basis,
            proposed=unit_named(rules, objection.proposed_unit, locale),
        )
        for objection, ticket in await uow.session.execute(query)
        if may_judge(rules.organisation, staff, ticket, objection)
    ]


async def _results(uow: UnitOfWork, rules: Rules, staff: Staff, locale: Locale) -> list[Approval]:
    if not staff.has(Right.APPROVE):
        return []
    waiting = condition(Cut(status=Status.UNDER_REVIEW), rules, staff, uow.now)
    query = select(Ticket).where(waiting).options(defer(Ticket.text), defer(Ticket.reply))
    tickets = await uow.session.scalars(query.order_by(Ticket.next_due_at.nulls_last(), Ticket.id).limit(MOST))
    return [
        Approval(ApprovalKind.RESULT, queue_row(ticket, rules, uow.now, locale), None, ticket.result or "")
        for ticket in tickets
        if staff.may(Right.APPROVE, ticket)
    ]
