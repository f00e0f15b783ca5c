"""申请、批准或不同意剔除: the unit asks with evidence, two people of units above it approve, one of them may refuse."""

from __future__ import annotations

from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.statistics.exclusions import (
    Exclusion,
    ExclusionAsked,
    ExclusionGranted,
    ExclusionReason,
    ExclusionRefused,
    ExclusionSeconded,
    ExclusionState,
    exclusion_waiting,
    may_decide_exclusion,
    somebody_outside,
    unexcluded_answer,
)
from jiesu.tickets.events import by_staff
from jiesu.tickets.guard import open_step, optional, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step
from jiesu.units.organisation import Organisation

__all__ = ["ask_exclusion", "grant_exclusion", "refuse_exclusion"]


class NothingToExclude(Conflict):
    zh = "这张工单没有可以剔除的评价：诉求人没有评价，评价的不是本单位，或者已经申请过。"
    en = "There is no answer to exclude: none was given, it is about another unit, or it was asked before."


class NobodyOutside(Conflict):
    zh = "剔除要由本单位以外的两人批准，这张工单没有这样的上级，不能剔除。"
    en = "An exclusion wants two approvers outside the unit, and nobody outside may see this ticket. It cannot be excluded."


class NoExclusion(Conflict):
    zh = "这张工单没有等待决定的剔除申请。"
    en = "No exclusion of this ticket waits for a decision."


class SecondApprover(Conflict):
    zh = "剔除要两个人批准，您已经批准过，请由另一位同事批准。"
    en = "An exclusion wants two approvers and you are the first. Leave the second approval to somebody else."


class NoSuchReason(Invalid):
    zh = "没有“{reason}”这个剔除原因。可选：{known}。"
    en = "There is no reason “{reason}”. Choose one of: {known}."


async def ask_exclusion(
    uow: UnitOfWork, organisation: Organisation, staff: Staff, number: str, reason: str, evidence: str,
    *, version: int | None = None,
) -> Ticket:  # fmt: skip
    """Ask that the last answer leaves the unit's figures. Locks the ticket.

    Raises NobodyOutside, NothingToExclude, NoSuchReason.
    """
    ticket = await open_step(uow, staff, number, Step.EXCLUDE, version)
    above = organisation.parent(ticket.lead_unit) if ticket.lead_unit else None
    if above is None or not somebody_outside(organisation, ticket):
        raise NobodyOutside("action")
    survey = await unexcluded_answer(uow, ticket)
    if survey is None:
        raise NothingToExclude("action")
    exclusion = Exclusion(
        ticket_id=ticket.id,
        survey_id=survey.id,
        unit=survey.unit,
        asked_by=staff.id,
        asked_at=uow.now,
        reason=_reason(reason),
        evidence=required(evidence, "evidence", "证据"),
    )
    ticket.move(Step.EXCLUDE)
    uow.add(exclusion)
    await uow.record(
        ExclusionAsked(
            ticket_id=ticket.id, by=by_staff(staff), unit=exclusion.unit, decider=above.code,
            reason=exclusion.reason, evidence=exclusion.evidence,
        )
    )  # fmt: skip
    return ticket


async def grant_exclusion(
    uow: UnitOfWork, staff: Staff, number: str, note: str | None = None, *, version: int | None = None
) -> Ticket:
    """Approve; the second of two people makes it so, and from then on the figures leave the answer out. Locks the ticket.

    Raises NoExclusion, SecondApprover, NotYours.
    """
    ticket, exclusion = await _decide(uow, staff, number, Step.GRANT_EXCLUSION, version)
    note = optional(note, "note", "审批意见")
    ticket.move(Step.GRANT_EXCLUSION)
    if exclusion.state is ExclusionState.ASKED:
        exclusion.state = ExclusionState.SECONDED
        exclusion.seconded_by, exclusion.seconded_account = staff.id, staff.account_id
        exclusion.seconded_unit, exclusion.seconded_at = staff.unit, uow.now
        event: type[ExclusionSeconded | ExclusionGranted] = ExclusionSeconded
    else:
        _close(uow, staff, exclusion, ExclusionState.GRANTED, note)
        event = ExclusionGranted
    said = event(ticket_id=ticket.id, by=by_staff(staff), unit=exclusion.unit, decider=staff.unit, note=note)
    await uow.record(said)
    return ticket


async def refuse_exclusion(
    uow: UnitOfWork, staff: Staff, number: str, reason: str, *, version: int | None = None
) -> Ticket:
    """The answer counts, whatever the first approver thought. Locks the ticket. Raises NoExclusion, SecondApprover, NotYours."""
    ticket, exclusion = await _decide(uow, staff, number, Step.REFUSE_EXCLUSION, version)
    reason = required(reason, "reason", "不同意的理由", 500)
    ticket.move(Step.REFUSE_EXCLUSION)
    _close(uow, staff, exclusion, ExclusionState.REFUSED, reason)
    await uow.record(
        ExclusionRefused(
            ticket_id=ticket.id, by=by_staff(staff), unit=exclusion.unit, decider=staff.unit, reason=reason
        )
    )
    return ticket


async def _decide(
    uow: UnitOfWork, staff: Staff, number: str, step: Step, version: int | None
) -> tuple[Ticket, Exclusion]:
    ticket = await open_step(uow, staff, number, step, version)
    exclusion = await exclusion_waiting(uow, ticket)
    if exclusion is None:
        raise NoExclusion("action")
    if staff.account_id == exclusion.seconded_account:
        raise SecondApprover("action")
    if not may_decide_exclusion(staff, exclusion):
        raise NotYours
    return ticket, exclusion


def _close(uow: UnitOfWork, staff: Staff, exclusion: Exclusion, state: ExclusionState, note: str | None) -> None:
    exclusion.state, exclusion.note = state, note
    exclusion.decided_by, exclusion.decided_unit, exclusion.decided_at = staff.id, staff.unit, uow.now


def _reason(text: str) -> ExclusionReason:
    try:
        return ExclusionReason(text)
    except ValueError as problem:
        raise NoSuchReason("reason", reason=text[:40], known="、".join(ExclusionReason)) from problem
