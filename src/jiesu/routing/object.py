"""退单: a unit objects to having been sent a ticket."""

from __future__ import annotations

from collections.abc import Sequence

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.routing.objections import Objection, TicketObjected, objections_of
from jiesu.routing.returns import (
    AcceptedStays,
    AlreadyObjected,
    DesignatedHere,
    ObjectionReason,
    ObjectionWindowClosed,
    ReturnedTooOften,
    SealedStays,
    SignedAlready,
    SignFirst,
    SignPetitionFirst,
    judge_of,
    reason_of,
)
from jiesu.routing.unit_choice import known_unit
from jiesu.sla.beside import PETITION_OBJECTION, Beside
from jiesu.sla.deadlines import due
from jiesu.sla.rulebook import RuleBook
from jiesu.sla.wording import moment_words
from jiesu.tickets.events import by_staff
from jiesu.tickets.guard import open_step, optional, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status, Step

__all__ = ["check_may_object", "object_to_ticket"]


async def object_to_ticket(
    uow: UnitOfWork,
    rules: RuleBook,
    staff: Staff,
    number: str,
    reason: str,
    basis: str | None = None,
    proposed_unit: str | None = None,
    *,
    version: int | None = None,
) -> Ticket:
    """Object to a dispatch, within its window. Locks the ticket.

    `reason` is a code of `ObjectionReason`, which wants a `basis`, or words of one's own. The petitioner's clock runs on; the
    unit's ends here unless it handles the ticket on. A petition is always handled on: the objection has effect only when the
    sender agrees. Raises SealedStays, SignFirst, SignPetitionFirst, SignedAlready, AcceptedStays, DesignatedHere,
    AlreadyObjected, ReturnedTooOften, ObjectionWindowClosed, UnknownUnit.
    """
    ticket = await open_step(uow, staff, number, Step.OBJECT, version)
    earlier = await objections_of(uow, ticket)
    check_may_object(uow, rules, ticket, earlier)
    code, words = _reason(reason, basis)
    proposed = known_unit(rules.organisation, proposed_unit, "proposed_unit").code if proposed_unit else None
    in_hand = ticket.status is Status.IN_PROGRESS
    units = [ticket.lead_unit or staff.unit, *(each.unit for each in earlier)]
    judge = judge_of(rules.organisation, desk=ticket.desk_unit, units=units, accused=ticket.accused_unit)
    ticket.move(Step.OBJECT)
    ticket.objections += 1
    objection = Objection(
        ticket_id=ticket.id,
        round=ticket.rounds,
        unit=staff.unit,
        judge=judge,
        reason=code,
        basis=words,
        proposed_unit=proposed,
        objected_by=staff.id,
        objected_at=uow.now,
    )
    uow.add(objection)
    await uow.record(
        TicketObjected(
            ticket_id=ticket.id,
            by=by_staff(staff),
            unit=staff.unit,
            judge=judge,
            reason=code,
            basis=words,
            proposed_unit=proposed,
            in_hand=in_hand,
        )
    )
    return ticket


def _reason(reason: str, basis: str | None) -> tuple[ObjectionReason, str]:
    code, own_words = reason_of(required(reason, "reason", "退单理由", 500))
    if own_words:
        more = optional(basis, "basis", "依据", 400)
        return code, f"{own_words}\n{more}" if more else own_words
    return code, required(basis, "basis", "依据", 900)


def check_may_object(uow: UnitOfWork, rules: RuleBook, ticket: Ticket, earlier: Sequence[Objection]) -> None:
    """Raises as `object_to_ticket` does before it reads the reason."""
    beside = rules.clocks_of(ticket.policy_version).beside
    if ticket.sealed_to is not None:
        raise SealedStays("action")
    _in_the_right_state(ticket, beside)
    if ticket.designated:
        raise DesignatedHere("action")
    if any(each.unit == ticket.lead_unit for each in earlier):
        raise AlreadyObjected("action", unit=rules.organisation.unit(ticket.lead_unit or "").name)
    if ticket.objections >= beside.objections:
        raise ReturnedTooOften("action", count=ticket.objections)
    sent = ticket.dispatched_at or uow.now
    within = PETITION_OBJECTION if ticket.is_petition else beside.objection
    until = due(within, sent, rules.calendars.of(ticket.lead_unit)).due_at
    if uow.now > until:
        raise ObjectionWindowClosed("action", until=moment_words(until, "zh"))


def _in_the_right_state(ticket: Ticket, beside: Beside) -> None:
    urgent, signed = ticket.service_class in beside.not_returned, ticket.status is Status.IN_PROGRESS
    if ticket.is_petition:
        _petition_in_hand(ticket)
        return
    if urgent and not signed:
        raise SignFirst("action", service_class=ticket.service_class)
    if signed and not urgent:
        raise SignedAlready("action")


def _petition_in_hand(ticket: Ticket) -> None:
    if ticket.status is not Status.IN_PROGRESS:
        raise SignPetitionFirst("action")
    if ticket.accepted_at is not None:
        raise AcceptedStays("action")
