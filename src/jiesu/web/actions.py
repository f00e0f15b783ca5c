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
from jiesu.escalation.orders import OrderKind
from jiesu.intake.form import UnknownCategory
from jiesu.routing.co_handlers import ask_for_task, give_locked, give_task, keep_task, relieve_task
from jiesu.routing.designate import designate_unit
from jiesu.routing.dispatch import dispatch_ticket
from jiesu.routing.object import object_to_ticket
from jiesu.rules import Rules
from jiesu.sla.ask_listing import ask_listing
from jiesu.sla.decide_extension import grant_extension, refuse_extension
from jiesu.sla.decide_listing import grant_listing, refuse_listing, unlist_ticket
from jiesu.sla.extend import ask_extension
from jiesu.sla.tell_plan import tell_plan
from jiesu.tickets.answer import answer_ticket
from jiesu.tickets.approve import approve_result
from jiesu.tickets.contact import log_contact
from jiesu.tickets.divert import DivertReason, divert_ticket
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
from jiesu.tickets.words import Outcome, Step

__all__ = ["ACTIONS", "Action", "Call", "UnknownAction"]


class UnknownAction(Missing):
    zh = "没有“{action}”这个操作。可用操作：{known}。"
    en = "There is no action “{action}”. Known are: {known}."


class UnknownClass(UnknownCategory):
    zh = "没有“{service_class}”这个时限等级。可选：{known}。"
    en = "There is no class “{service_class}”. Choose one of: {known}."


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """No particulars."""


class Note(msgspec.Struct, forbid_unknown_fields=True):
    text: str = ""


class OptionalNote(msgspec.Struct, forbid_unknown_fields=True):
    note: str | None = None


class Reason(msgspec.Struct, forbid_unknown_fields=True):
    reason: str = ""


class Recusal(msgspec.Struct, forbid_unknown_fields=True):
    """`username` is a colleague's; left out it is oneself."""

    reason: str = ""
    username: str | None = None


class Question(msgspec.Struct, forbid_unknown_fields=True):
    question: str = ""


class Result(msgspec.Struct, forbid_unknown_fields=True):
    result: str = ""


class Plan(msgspec.Struct, forbid_unknown_fields=True):
    plan: str = ""


class Extend(msgspec.Struct, forbid_unknown_fields=True):
    """`until` is a day or a moment."""

    until: str = ""
    reason: str = ""


class Reclass(msgspec.Struct, forbid_unknown_fields=True, rename={"service_class": "class"}):
    service_class: str | None = None
    category: str | None = None
    reason: str = ""


class ContactMade(msgspec.Struct, forbid_unknown_fields=True):
    """`next_at` is when to call again, such as `2026-11-20T15:00`."""

    outcome: Outcome
    note: str = ""
    next_at: str | None = None


class Diversion(msgspec.Struct, forbid_unknown_fields=True):
    reason: DivertReason
    pointer: str = ""


class Dispatch(msgspec.Struct, forbid_unknown_fields=True, rename={"service_class": "class"}):
    unit: str | None = None
    category: str | None = None
    service_class: str | None = None
    #: Units that help from the beginning (协办).
    co_handlers: list[str] = []


class Objecting(msgspec.Struct, forbid_unknown_fields=True):
    """`reason` is a code (not_our_place, not_our_duty, higher_level, duplicate, interest), which wants a `basis`, or a sentence.

    Evidence is what the unit attaches to the ticket.
    """

    reason: str = ""
    basis: str | None = None
    proposed_unit: str | None = None


class Designation(msgspec.Struct, forbid_unknown_fields=True):
    """`unit` left out is the one that objected."""

    unit: str | None = None
    reason: str | None = None


class TaskFor(msgspec.Struct, forbid_unknown_fields=True):
    """`within` is a limit such as "3 working days"; left out, the policy's."""

    unit: str = ""
    what: str | None = None
    within: str | None = None


class ListingWanted(msgspec.Struct, forbid_unknown_fields=True):
    """`until` is a day, `event` what is waited for: at least one. `reviews` are days; left out, the policy's."""

    plan: str = ""
    until: str | None = None
    event: str | None = None
    reviews: list[str] = []


class Supervision(msgspec.Struct, forbid_unknown_fields=True):
    """A supervision order, or a leader's instruction; `within` is a limit, left out the policy's."""

    demand: str = ""
    kind: OrderKind = OrderKind.ORDER
    within: str | None = None


class Reply(msgspec.Struct, forbid_unknown_fields=True):
    """`order` is a number; left out, the oldest unanswered."""

    reply: str = ""
    order: str | None = None


class ReplyNote(msgspec.Struct, forbid_unknown_fields=True):
    note: str | None = None
    order: str | None = None


class ReplyReason(msgspec.Struct, forbid_unknown_fields=True):
    reason: str = ""
    order: str | None = None


class TaskWanted(msgspec.Struct, forbid_unknown_fields=True):
    unit: str = ""
    what: str = ""


class AboutTask(msgspec.Struct, forbid_unknown_fields=True):
    unit: str = ""
    reason: str = ""


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


async def _finish_task(call: Call, body: Result) -> Ticket:
    return await finish_task(call.uow, call.staff, call.number, body.result, version=call.version)


async def _object_task(call: Call, body: Reason) -> Ticket:
    return await object_to_task(call.uow, call.staff, call.number, body.reason, version=call.version)


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


async def _grant_listing(call: Call, body: OptionalNote) -> Ticket:
    return await grant_listing(call.uow, call.staff, call.number, body.note, version=call.version)


async def _refuse_listing(call: Call, body: Reason) -> Ticket:
    return await refuse_listing(call.uow, call.staff, call.number, body.reason, version=call.version)


async def _unlist(call: Call, body: Reason) -> Ticket:
    return await unlist_ticket(call.uow, call.staff, call.number, body.reason, version=call.version)


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


async def _reply_order(call: Call, body: Reply) -> Ticket:
    return await reply_to_order(call.uow, call.staff, call.number, body.reply, body.order, version=call.version)


async def _accept_reply(call: Call, body: ReplyNote) -> Ticket:
    return await accept_reply(call.uow, call.staff, call.number, body.note, body.order, version=call.version)


async def _return_reply(call: Call, body: ReplyReason) -> Ticket:
    return await return_reply(call.uow, call.staff, call.number, body.reason, body.order, version=call.version)


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


async def _check_known(call: Call, body: Dispatch | Reclass) -> None:
    """Category and class are words of today's taxonomy and of the policy the ticket began with."""
    rules = call.rules
    if body.category and rules.catalogue.category(body.category) is None:
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
        attempts=lambda policy: call.rules.clocks_of(policy).contact_attempts,
        version=call.version,
    )


async def _inform(call: Call, body: Note) -> Ticket:
    return await inform_petitioner(call.uow, call.staff, call.number, body.text, version=call.version)


async def _plan(call: Call, body: Plan) -> Ticket:
    return await tell_plan(call.uow, call.staff, call.number, body.plan, version=call.version)


async def _extend(call: Call, body: Extend) -> Ticket:
    return await ask_extension(
        call.uow, call.rules, call.staff, call.number, body.until, body.reason, version=call.version
    )


async def _grant_extension(call: Call, body: OptionalNote) -> Ticket:
    return await grant_extension(call.uow, call.rules, call.staff, call.number, body.note, version=call.version)


async def _refuse_extension(call: Call, body: Reason) -> Ticket:
    return await refuse_extension(call.uow, call.staff, call.number, body.reason, version=call.version)


async def _sign(call: Call, _: Nothing) -> Ticket:
    return await sign_ticket(call.uow, call.staff, call.number, version=call.version)


async def _note(call: Call, body: Note) -> Ticket:
    return await add_note(call.uow, call.staff, call.number, body.text, version=call.version)


async def _submit(call: Call, body: Result) -> Ticket:
    return await submit_result(call.uow, call.staff, call.number, body.result, version=call.version)


async def _approve(call: Call, body: OptionalNote) -> Ticket:
    return await approve_result(call.uow, call.staff, call.number, body.note, version=call.version)


async def _send_back(call: Call, body: Reason) -> Ticket:
    return await send_back_result(call.uow, call.staff, call.number, body.reason, version=call.version)


async def _request_info(call: Call, body: Question) -> Ticket:
    return await request_info(call.uow, call.staff, call.number, body.question, version=call.version)


async def _answer(call: Call, body: Note) -> Ticket:
    return await answer_ticket(call.uow, call.staff, call.number, body.text, version=call.version)


async def _divert(call: Call, body: Diversion) -> Ticket:
    return await divert_ticket(call.uow, call.staff, call.number, body.reason, body.pointer, version=call.version)


async def _reopen(call: Call, body: Reason) -> Ticket:
    return await reopen_ticket(call.uow, call.staff, call.number, body.reason, version=call.version)


async def _recuse(call: Call, body: Recusal) -> Ticket:
    return await recuse_staff(call.uow, call.staff, call.number, body.reason, body.username, version=call.version)


async def _hold(call: Call, body: Reason) -> Ticket:
    return await set_hold(call.uow, call.staff, call.number, body.reason, version=call.version)


async def _lift_hold(call: Call, body: Reason) -> Ticket:
    return await lift_hold(call.uow, call.staff, call.number, body.reason, version=call.version)


async def _take_over(call: Call, body: Reason) -> Ticket:
    return await take_over_ticket(call.uow, call.staff, call.number, body.reason, version=call.version)


async def _own_case(call: Call, body: Reason) -> Ticket:
    return await own_case(call.uow, call.staff, call.number, body.reason, version=call.version)


async def _acknowledge(call: Call, body: OptionalNote) -> Ticket:
    return await acknowledge_escalations(call.uow, call.staff, call.number, body.note, version=call.version)


#: `POST /api/v1/desk/tickets/{number}/{action}`
ACTIONS: Mapping[str, Action] = {
    "sign": Action(Nothing, _sign),
    "contact": Action(ContactMade, _contact),
    "inform": Action(Note, _inform),
    "plan": Action(Plan, _plan),
    "extend": Action(Extend, _extend),
    "grant_extension": Action(OptionalNote, _grant_extension),
    "refuse_extension": Action(Reason, _refuse_extension),
    "reclass": Action(Reclass, _reclass),
    "note": Action(Note, _note),
    "submit": Action(Result, _submit),
    "approve": Action(OptionalNote, _approve),
    "send_back": Action(Reason, _send_back),
    "dispatch": Action(Dispatch, _dispatch),
    "object": Action(Objecting, _object),
    "designate": Action(Designation, _designate),
    "list": Action(ListingWanted, _list),
    "grant_listing": Action(OptionalNote, _grant_listing),
    "refuse_listing": Action(Reason, _refuse_listing),
    "unlist": Action(Reason, _unlist),
    "supervise": Action(Supervision, _supervise),
    "reply_order": Action(Reply, _reply_order),
    "accept_reply": Action(ReplyNote, _accept_reply),
    "return_reply": Action(ReplyReason, _return_reply),
    "ask_task": Action(TaskWanted, _ask_task),
    "give_task": Action(TaskFor, _give_task),
    "finish_task": Action(Result, _finish_task),
    "object_task": Action(Reason, _object_task),
    "keep_task": Action(AboutTask, _keep_task),
    "relieve_task": Action(AboutTask, _relieve_task),
    "request_info": Action(Question, _request_info),
    "supplement": Action(Note, _supplement),
    "answer": Action(Note, _answer),
    "divert": Action(Diversion, _divert),
    "reopen": Action(Reason, _reopen),
    "recuse": Action(Recusal, _recuse),
    "acknowledge": Action(OptionalNote, _acknowledge),
    "take_over": Action(Reason, _take_over),
    "own_case": Action(Reason, _own_case),
    "hold": Action(Reason, _hold),
    "lift_hold": Action(Reason, _lift_hold),
}
