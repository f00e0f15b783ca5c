"""Objections as they are shown: what was said and decided, and what can be done about one now."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

import msgspec
from sqlalchemy import select

from jiesu.accounts.models import StaffRow
from jiesu.accounts.staff import Staff
from jiesu.attachments.models import Attachment
from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import local
from jiesu.desk.names import unit_or_code
from jiesu.errors import DomainError
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.routing.object import check_may_object
from jiesu.routing.objections import Objection, may_judge, objections_of, pending_objection
from jiesu.routing.returns import REASONS
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status, Step

__all__ = ["ObjectionView", "objection_views", "refused_by_objections"]

#: What waits while an objection does.
LISTINGS = frozenset({Step.LIST, Step.GRANT_LISTING})


class ObjectionView(msgspec.Struct, frozen=True):
    """One objection; `evidence` are the files that the unit added, `judge` the unit that is to decide."""

    state: str
    unit: str
    judge: str
    reason: str
    reason_text: str
    basis: str
    proposed_unit: str | None
    proposed_code: str | None
    evidence: list[str]
    objected_at: datetime
    decided_at: datetime | None
    note: str | None


async def objection_views(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> list[ObjectionView]:
    """All there were, oldest first; no query is made for a ticket without any."""
    if not ticket.objections:
        return []
    return [_view(rules, each, await _evidence(uow, each), locale) for each in await objections_of(uow, ticket)]


async def _evidence(uow: UnitOfWork, objection: Objection) -> list[str]:
    theirs = select(Attachment.name).join(StaffRow, StaffRow.id == Attachment.staff_id)
    theirs = theirs.where(Attachment.ticket_id == objection.ticket_id, StaffRow.unit == objection.unit)
    if objection.decided_at is not None:
        theirs = theirs.where(Attachment.created_at <= objection.decided_at)
    return list(await uow.session.scalars(theirs.order_by(Attachment.id)))


def _view(rules: Rules, row: Objection, evidence: list[str], locale: Locale) -> ObjectionView:
    return ObjectionView(
        state=row.state,
        unit=unit_or_code(rules, row.unit, locale).name,
        judge=unit_or_code(rules, row.judge, locale).name,
        reason=row.reason,
        reason_text=REASONS[row.reason][locale == "en"],
        basis=row.basis,
        proposed_unit=unit_or_code(rules, row.proposed_unit, locale).name if row.proposed_unit else None,
        proposed_code=row.proposed_unit,
        evidence=evidence,
        objected_at=row.objected_at.astimezone(SHANGHAI),
        decided_at=local(row.decided_at),
        note=row.note,
    )


async def refused_by_objections(
    uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, steps: Set[Step]
) -> set[Step]:
    """Of these steps, those that an objection, or none, forbids."""
    refused: set[Step] = set()
    if Step.OBJECT in steps and not await _may_object(uow, rules, ticket):
        refused.add(Step.OBJECT)
    if steps & LISTINGS and await pending_objection(uow, ticket) is not None:
        refused |= LISTINGS
    judged = ticket.status in (Status.OBJECTED, Status.IN_PROGRESS)
    if judged and steps & {Step.DISPATCH, Step.DESIGNATE}:
        objection = await pending_objection(uow, ticket)
        if objection is None or not may_judge(rules.organisation, staff, ticket, objection):
            return refused | {Step.DISPATCH, Step.DESIGNATE}
        if ticket.objections >= rules.clocks_of(ticket.policy_version).beside.objections:
            refused.add(Step.DISPATCH)
    return refused


async def _may_object(uow: UnitOfWork, rules: Rules, ticket: Ticket) -> bool:
    try:
        check_may_object(uow, rules, ticket, await objections_of(uow, ticket) if ticket.objections else [])
    except DomainError:
        return False
    return True
