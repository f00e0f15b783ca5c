"""The steps of the desk by name: body in, use case called; the API and the pages share this one table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Missing
from jiesu.escalation.acknowledge import acknowledge_escalations
from jiesu.escalation.answer_order import accept_reply, reply_to_order, return_reply
from jiesu.escalation.by_hand import own_case, take_over_ticket
from jiesu.escalation.issue_order import issue_order
from jiesu.intake.form import UnknownCategory
from jiesu.intake.split import split_ticket
from jiesu.intake.unsplit import unsplit_ticket
from jiesu.petitions.accept import accept_petition, refuse_acceptance
from jiesu.petitions.ask import ask_recheck, ask_review
from jiesu.petitions.convert import PETITION_CLASS, convert_ticket
from jiesu.petitions.decide import decide_recheck, decide_review, end_hearing, hold_hearing
from jiesu.petitions.serve import serve_document
from jiesu.routing.co_handlers import ask_for_task, give_locked, give_task, keep_task, relieve_task
from jiesu.routing.designate import designate_unit
from jiesu.routing.dispatch import dispatch_ticket
from jiesu.routing.merge import merge_ticket, unmerge_ticket
from jiesu.routing.object import object_to_ticket
from jiesu.routing.policy import ORDINARY
from jiesu.rules import Rules
from jiesu.sla.ask_listing import ask_listing
from jiesu.sla.decide_extension import grant_extension, refuse_extension
from jiesu.sla.decide_listing import grant_listing, refuse_listing, unlist_ticket
from jiesu.sla.extend import ask_extension
from jiesu.sla.tell_plan import tell_plan
from jiesu.statistics.exclude import ask_exclusion, grant_exclusion, refuse_exclusion
from jiesu.surveys.answers import Answers
from jiesu.surveys.call_back import call_back
from jiesu.surveys.correct import correct_for_petitioner
from jiesu.surveys.resend import resend_survey
from jiesu.tickets.answer import answer_ticket
from jiesu.tickets.approve import approve_result
from jiesu.tickets.contact import log_contact
from jiesu.tickets.divert import divert_ticket
from jiesu.tickets.events import by_staff
from jiesu.tickets.finish_task import finish_task, object_to_task
from jiesu.tickets.guard import open_step
from jiesu.tickets.hold import lift_hold, set_hold
from jiesu.tickets.inform import inform_petitioner
from jiesu.tickets.models import Ticket
from jiesu.tickets.note import add_note
from jiesu.tickets.reclass import reclass_ticket
from jiesu.tickets.recuse import recuse_staff
from jiesu.tickets.reopen import reopen_ticket
from jiesu.tickets.repository import TicketRepository
from jiesu.tickets.request_info import request_info
from jiesu.tickets.send_back import send_back_result
from jiesu.tickets.sign import sign_ticket
from jiesu.tickets.submit import submit_result
from jiesu.tickets.supplement import supplement_ticket
from jiesu.tickets.words import Step
from jiesu.web.action_bodies import (
    AboutTask,
    AnswersTaken,
    Approval,
    CallBack,
    CaseDecision,
    ContactMade,
    Conversion,
    Correction,
    Designation,
    Dispatch,
    Diversion,
    ExclusionWanted,
    Extend,
    ListingWanted,
    Merge,
    News,
    NonAcceptance,
    Note,
    Nothing,
    Objecting,
    OptionalNote,
    OptionalReason,
    Plan,
    Question,
    Reason,
    Reclass,
    Recusal,
    Reply,
    ReplyNote,
    ReplyReason,
    Result,
    ResultForAll,
    ServiceDone,
    Split,
    Supervision,
    TaskFor,
    TaskWanted,
)

__all__ = ["ACTIONS", "Action", "Call", "UnknownAction"]


class UnknownAction(Missing):
    zh = "没有“{action}”这个操作。可用操作：{known}。"
    en = "There is no action “{action}”. Known are: {known}."


class UnknownClass(UnknownCategory):
    zh = "没有“{service_class}”这个时限等级。可选：{known}。"
    en = "There is no class “{service_class}”. Choose one of: {known}."


@dataclass(frozen=True)
class Call:
    """One step by one person on one ticket."""

    uow: UnitOfWork
    rules: Rules
    staff: Staff
    number: str
    version: int | None


@dataclass(frozen=True)
class Action:
    """The body a step takes, and the use case."""

    body: type[Any]
    run: Callable[[Call, Any], Awaitable[Ticket]]


UseCase = Callable[..., Awaitable[Ticket]]


def _plain(use_case: UseCase) -> Callable[[Call, Any], Awaitable[Ticket]]:
    """A use case that takes the fields of its body in their order, and nothing else."""

    async def run(call: Call, body: Any) -> Ticket:
        given = msgspec.structs.astuple(body)
        return await use_case(call.uow, call.staff, call.number, *given, version=call.version)

    return run


def _by_rules(use_case: UseCase) -> Callable[[Call, Any], Awaitable[Ticket]]:
    """The same for one that asks the rules as well."""

    async def run(call: Call, body: Any) -> Ticket:
        given = msgspec.structs.astuple(body)
        return await use_case(call.uow, call.rules, call.staff, call.number, *given, version=call.version)

    return run


async def _dispatch(call: Call, body: Dispatch) -> Ticket:
    await _check_known(call, body)
    ticket = await dispatch_ticket(
        call.uow,
        call.rules,
        call.staff,
        call.number,
        body.unit or None,
        category=body.category or None,
        service_class=body.service_class or None,
        version=call.version,
    )
    for unit in dict.fromkeys(body.co_handlers):
        await give_locked(call.uow, call.rules, call.staff, ticket, unit, None, None)
    return ticket


async def _ask_task(call: Call, body: TaskWanted) -> Ticket:
    return await ask_for_task(
        call.uow, call.rules.organisation, call.staff, call.number, body.unit, body.what, version=call.version
    )


async def _give_task(call: Call, body: TaskFor) -> Ticket:
    return await give_task(
        call.uow,
        call.rules,
        call.staff,
        call.number,
        body.unit,
        body.what,
        body.within or None,
        version=call.version,
    )


async def _keep_task(call: Call, body: AboutTask) -> Ticket:
    return await keep_task(
        call.uow, call.rules.organisation, call.staff, call.number, body.unit, body.reason, version=call.version
    )


async def _relieve_task(call: Call, body: AboutTask) -> Ticket:
    return await relieve_task(
        call.uow, call.rules.organisation, call.staff, call.number, body.unit, body.reason, version=call.version
    )


async def _list(call: Call, body: ListingWanted) -> Ticket:
    return await ask_listing(
        call.uow,
        call.rules,
        call.staff,
        call.number,
        body.plan,
        body.until or None,
        body.event,
        body.reviews,
        version=call.version,
    )


def _truth(said: bool | str | None) -> bool | None:
    return said == "yes" if isinstance(said, str) else said


def _answers(call: Call, body: AnswersTaken) -> Answers:
    call.rules.reasons.check(tuple(body.reasons))
    return Answers(
        contacted=_truth(body.contacted),
        solved=body.solved,
        satisfied=body.satisfied,
        reason=body.reason,
        reasons=tuple(body.reasons),
        pressed=_truth(body.pressed),
    )


async def _correct(call: Call, body: Correction) -> Ticket:
    return await correct_for_petitioner(
        call.uow, call.staff, call.number, body.way, body.why, _answers(call, body), version=call.version
    )


async def _call_back(call: Call, body: CallBack) -> Ticket:
    ticket = await TicketRepository(call.uow).find(call.number)
    call.staff.see(ticket)
    answers = _answers(call, body)
    return await call_back(
        call.uow,
        call.rules.clocks_of(ticket.policy_version).survey,
        call.staff,
        call.number,
        body.outcome,
        answers,
        body.next_at,
        body.note,
        way=body.way,
        version=call.version,
    )


async def _exclude(call: Call, body: ExclusionWanted) -> Ticket:
    return await ask_exclusion(
        call.uow,
        call.rules.organisation,
        call.staff,
        call.number,
        body.reason,
        body.evidence,
        version=call.version,
    )


async def _supervise(call: Call, body: Supervision) -> Ticket:
    return await issue_order(
        call.uow,
        call.rules,
        call.staff,
        call.number,
        body.demand,
        kind=body.kind,
        within=body.within or None,
        version=call.version,
    )


async def _object(call: Call, body: Objecting) -> Ticket:
    return await object_to_ticket(
        call.uow,
        call.rules,
        call.staff,
        call.number,
        body.reason,
        body.basis,
        body.proposed_unit or None,
        version=call.version,
    )


async def _designate(call: Call, body: Designation) -> Ticket:
    return await designate_unit(
        call.uow,
        call.rules.organisation,
        call.staff,
        call.number,
        body.unit or None,
        body.reason,
        version=call.version,
    )


async def _check_known(call: Call, body: Dispatch | Reclass | Conversion) -> None:
    """Category and class are words of today's taxonomy and of the policy the ticket began with."""
    rules = call.rules
    if not isinstance(body, Conversion) and body.category and rules.catalogue.category(body.category) is None:
        raise UnknownCategory("category", category=body.category[:40])
    if body.service_class:
        ticket = await TicketRepository(call.uow).find(call.number)
        call.staff.see(ticket)
        classes = rules.clocks_of(ticket.policy_version).classes
        if body.service_class not in classes:
            raise UnknownClass("class", service_class=body.service_class[:10], known="、".join(classes))


async def _reclass(call: Call, body: Reclass) -> Ticket:
    await _check_known(call, body)
    return await reclass_ticket(
        call.uow,
        call.staff,
        call.number,
        service_class=body.service_class or None,
        category=body.category or None,
        reason=body.reason,
        version=call.version,
    )


async def _convert(call: Call, body: Conversion) -> Ticket:
    await _check_known(call, body)
    ticket = await TicketRepository(call.uow).find(call.number)
    call.staff.see(ticket)
    usual = _usual_class(call.rules, ticket.category, ticket.nature)
    return await convert_ticket(
        call.uow, call.staff, call.number, body.track, body.service_class or usual, body.reason, version=call.version
    )


def _usual_class(rules: Rules, category: str | None, nature: str) -> str:
    """What the catalogue says of the category, ordinary where nobody knows it."""
    known = category is not None and any(leaf.code == category for leaf in rules.catalogue.leaves)
    found = rules.catalogue.handling(category or "", nature).service_class if known else ORDINARY
    return ORDINARY if found == PETITION_CLASS else found


async def _supplement(call: Call, body: Note) -> Ticket:
    ticket = await open_step(call.uow, call.staff, call.number, Step.SUPPLEMENT, call.version)
    return await supplement_ticket(call.uow, ticket, body.text, by_staff(call.staff))


async def _contact(call: Call, body: ContactMade) -> Ticket:
    return await log_contact(
        call.uow,
        call.staff,
        call.number,
        body.outcome,
        body.note,
        body.next_at,
        tries=lambda policy: call.rules.clocks_of(policy).tries,
        version=call.version,
    )


#: `POST /api/v1/desk/tickets/{number}/{action}`
ACTIONS: Mapping[str, Action] = {
    "sign": Action(Nothing, _plain(sign_ticket)),
    "accept": Action(Nothing, _by_rules(accept_petition)),
    "refuse_acceptance": Action(NonAcceptance, _by_rules(refuse_acceptance)),
    "serve": Action(ServiceDone, _plain(serve_document)),
    "ask_recheck": Action(Reason, _by_rules(ask_recheck)),
    "decide_recheck": Action(CaseDecision, _by_rules(decide_recheck)),
    "ask_review": Action(Reason, _by_rules(ask_review)),
    "hold_hearing": Action(OptionalNote, _plain(hold_hearing)),
    "end_hearing": Action(OptionalNote, _plain(end_hearing)),
    "decide_review": Action(CaseDecision, _by_rules(decide_review)),
    "contact": Action(ContactMade, _contact),
    "inform": Action(News, _plain(inform_petitioner)),
    "plan": Action(Plan, _plain(tell_plan)),
    "extend": Action(Extend, _by_rules(ask_extension)),
    "grant_extension": Action(OptionalNote, _by_rules(grant_extension)),
    "refuse_extension": Action(Reason, _plain(refuse_extension)),
    "reclass": Action(Reclass, _reclass),
    "convert": Action(Conversion, _convert),
    "note": Action(Note, _plain(add_note)),
    "submit": Action(ResultForAll, _plain(submit_result)),
    "approve": Action(Approval, _plain(approve_result)),
    "send_back": Action(Reason, _plain(send_back_result)),
    "dispatch": Action(Dispatch, _dispatch),
    "merge": Action(Merge, _plain(merge_ticket)),
    "split": Action(Split, _by_rules(split_ticket)),
    "unsplit": Action(OptionalReason, _plain(unsplit_ticket)),
    "unmerge": Action(OptionalReason, _plain(unmerge_ticket)),
    "object": Action(Objecting, _object),
    "designate": Action(Designation, _designate),
    "list": Action(ListingWanted, _list),
    "grant_listing": Action(OptionalNote, _plain(grant_listing)),
    "refuse_listing": Action(Reason, _plain(refuse_listing)),
    "unlist": Action(Reason, _plain(unlist_ticket)),
    "supervise": Action(Supervision, _supervise),
    "reply_order": Action(Reply, _plain(reply_to_order)),
    "accept_reply": Action(ReplyNote, _plain(accept_reply)),
    "return_reply": Action(ReplyReason, _plain(return_reply)),
    "ask_task": Action(TaskWanted, _ask_task),
    "give_task": Action(TaskFor, _give_task),
    "finish_task": Action(Result, _plain(finish_task)),
    "object_task": Action(Reason, _plain(object_to_task)),
    "keep_task": Action(AboutTask, _keep_task),
    "relieve_task": Action(AboutTask, _relieve_task),
    "request_info": Action(Question, _plain(request_info)),
    "supplement": Action(Note, _supplement),
    "answer": Action(Note, _plain(answer_ticket)),
    "divert": Action(Diversion, _plain(divert_ticket)),
    "reopen": Action(Reason, _plain(reopen_ticket)),
    "recuse": Action(Recusal, _plain(recuse_staff)),
    "acknowledge": Action(OptionalNote, _plain(acknowledge_escalations)),
    "take_over": Action(Reason, _plain(take_over_ticket)),
    "own_case": Action(Reason, _plain(own_case)),
    "call_back": Action(CallBack, _call_back),
    "correct_answer": Action(Correction, _correct),
    "resend_survey": Action(Nothing, _plain(resend_survey)),
    "exclude": Action(ExclusionWanted, _exclude),
    "grant_exclusion": Action(OptionalNote, _plain(grant_exclusion)),
    "refuse_exclusion": Action(Reason, _plain(refuse_exclusion)),
    "hold": Action(Reason, _plain(set_hold)),
    "lift_hold": Action(Reason, _plain(lift_hold)),
}
