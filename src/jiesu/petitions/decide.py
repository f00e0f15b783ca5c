"""复查、复核意见: the higher organ upholds, changes or revokes the opinion, after a hearing where there was one (Art. 35, 36)."""

from __future__ import annotations

from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.petitions.cases import DECIDING, DISPUTED, case_of, may_decide_case
from jiesu.petitions.events import HearingEnded, HearingHeld, RecheckDecided
from jiesu.petitions.issue import issue, latest_document
from jiesu.petitions.models import Recheck
from jiesu.petitions.rulebook import PetitionRules
from jiesu.petitions.words import VERDICTS, CaseState, DocumentKind, Stage, Verdict
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.deadlines import due
from jiesu.sla.limits import Limit
from jiesu.sla.rulebook import class_of
from jiesu.sla.wording import date_words
from jiesu.tickets.events import by_staff
from jiesu.tickets.guard import open_step, optional, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["decide_recheck", "decide_review", "end_hearing", "hearing_lasts", "hold_hearing"]


class NoCase(Conflict):
    zh = "这张工单没有等待决定的复查、复核申请。"
    en = "No recheck or review of this ticket waits to be decided."


class HearingLasts(Conflict):
    zh = "听证还没有结束。请先“听证结束”。"
    en = "The hearing is not over. End it first."


class NoHearing(Conflict):
    zh = "现在没有正在进行的听证。"
    en = "No hearing is being held now."


async def decide_recheck(
    uow: UnitOfWork, rules: PetitionRules, staff: Staff, number: str, verdict: Verdict, opinion: str,
    signer: str | None = None, *, version: int | None = None,
) -> Ticket:  # fmt: skip
    """Give the recheck's opinion; a review may be asked for within 30 days of its service. Locks the ticket.

    A revoked opinion is none: the unit that gave it handles the matter anew, within as long as for the first. Raises NotYours to whoever is not of the organ, or signed what is disputed.
    """
    ticket = await open_step(uow, staff, number, Step.DECIDE_RECHECK, version)
    return await _decide(uow, rules, staff, ticket, verdict, opinion, signer)


async def decide_review(
    uow: UnitOfWork, rules: PetitionRules, staff: Staff, number: str, verdict: Verdict, opinion: str,
    signer: str | None = None, *, version: int | None = None,
) -> Ticket:  # fmt: skip
    """Conclude the petition, and nothing further can be asked for; or revoke the opinion, and the recheck's with it.

    Locks the ticket. Raises HearingLasts besides.
    """
    ticket = await open_step(uow, staff, number, Step.DECIDE_REVIEW, version)
    if await hearing_lasts(uow, ticket):
        raise HearingLasts("action")
    return await _decide(uow, rules, staff, ticket, verdict, opinion, signer)


async def hold_hearing(
    uow: UnitOfWork, staff: Staff, number: str, note: str | None = None, *, version: int | None = None
) -> Ticket:
    """Hold a hearing on a review; its time is not counted. Locks the ticket. Raises NotYours, HearingLasts."""
    ticket = await open_step(uow, staff, number, Step.HOLD_HEARING, version)
    case = await _theirs(uow, staff, ticket)
    if await hearing_lasts(uow, ticket):
        raise HearingLasts("action")
    note = optional(note, "note", "听证安排", 500)
    ticket.move(Step.HOLD_HEARING)
    await uow.record(HearingHeld(ticket_id=ticket.id, by=by_staff(staff), unit=case.organ, note=note))
    return ticket


async def end_hearing(
    uow: UnitOfWork, staff: Staff, number: str, note: str | None = None, *, version: int | None = None
) -> Ticket:
    """The clock runs on with what remained. Locks the ticket. Raises NotYours, NoHearing."""
    ticket = await open_step(uow, staff, number, Step.END_HEARING, version)
    case = await _theirs(uow, staff, ticket)
    if not await hearing_lasts(uow, ticket):
        raise NoHearing("action")
    note = optional(note, "note", "听证情况", 500)
    ticket.move(Step.END_HEARING)
    await uow.record(HearingEnded(ticket_id=ticket.id, by=by_staff(staff), unit=case.organ, note=note))
    return ticket


async def hearing_lasts(uow: UnitOfWork, ticket: Ticket) -> bool:
    """Whether one is being held now."""
    clocks = await TicketClocks.of(uow, ticket)
    return any(pause.reason == "hearing" and pause.ended_at is None for pause in clocks.pauses)


async def _theirs(uow: UnitOfWork, staff: Staff, ticket: Ticket) -> Recheck:
    case = await case_of(uow, ticket)
    if case is None:
        raise NoCase("action")
    if not may_decide_case(staff, case, await latest_document(uow, ticket, DISPUTED[case.stage])):
        raise NotYours
    return case


async def _decide(
    uow: UnitOfWork,
    rules: PetitionRules,
    staff: Staff,
    ticket: Ticket,
    verdict: Verdict,
    opinion: str,
    signer: str | None,
) -> Ticket:
    case = await _theirs(uow, staff, ticket)
    opinion, signer = required(opinion, "opinion", "意见内容", 4000), optional(signer, "signer", "签发人", 50)
    disputed = await latest_document(uow, ticket, DISPUTED[case.stage])
    case.state, case.verdict, case.opinion = CaseState.DECIDED, verdict, opinion
    case.decided_by, case.decided_at = staff.id, uow.now
    anew = verdict is Verdict.REVOKED
    ticket.move(Step.HANDLE_ANEW if anew else DECIDING[case.stage])
    ticket.ended_at = None if anew else uow.now
    if anew:
        ticket.approved_at = None
    by = by_staff(staff)
    blanks = {
        "asked": date_words(case.asked_at),
        "disputed": disputed.number if disputed else "",
        "reason": case.reason,
        "verdict": VERDICTS[verdict][0],
        "result": opinion,
        "handler": rules.organisation.unit(ticket.lead_unit).name if ticket.lead_unit else "",
        "due": date_words(due(_anew_within(rules, ticket), uow.now, rules.calendars.default).due_at),
    }
    kind = DocumentKind.RECHECK if case.stage is Stage.RECHECK else DocumentKind.REVIEW
    document = await issue(
        uow, rules, ticket, kind, unit=case.organ, by=by, signer=signer, blanks=blanks, anew=anew
    )  # fmt: skip
    case.document_id = document.id
    event = RecheckDecided(
        ticket_id=ticket.id, by=by, stage=case.stage, unit=case.organ, verdict=verdict, number=document.number,
        opinion=opinion,
    )  # fmt: skip
    await uow.record(event)
    return ticket


def _anew_within(rules: PetitionRules, ticket: Ticket) -> Limit:
    """As long as for the first opinion (Art. 34)."""
    service_class = class_of(rules, ticket)
    return service_class.limits[service_class.final]
