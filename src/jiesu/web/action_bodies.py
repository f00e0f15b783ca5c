"""What the steps of the desk take: one struct a kind of body; its fields stand in the order in which the use case takes them."""

from __future__ import annotations

from typing import Literal

import msgspec

from jiesu.escalation.orders import OrderKind
from jiesu.intake.split import PartWanted
from jiesu.petitions.words import RefusalReason, ServiceWay, Verdict
from jiesu.surveys.words import AskedWay, CallOutcome, Satisfaction, Solved
from jiesu.tickets.divert import DivertReason
from jiesu.tickets.words import Outcome, Track

__all__ = [
    "AboutTask",
    "AnswersTaken",
    "Approval",
    "CallBack",
    "CaseDecision",
    "ContactMade",
    "Conversion",
    "Correction",
    "Designation",
    "Dispatch",
    "Diversion",
    "ExclusionWanted",
    "Extend",
    "ListingWanted",
    "Merge",
    "News",
    "NonAcceptance",
    "Note",
    "Nothing",
    "Objecting",
    "OptionalNote",
    "OptionalReason",
    "Plan",
    "Question",
    "Reason",
    "Reclass",
    "Recusal",
    "Reply",
    "ReplyNote",
    "ReplyReason",
    "Result",
    "ResultForAll",
    "ServiceDone",
    "Split",
    "Supervision",
    "TaskFor",
    "TaskWanted",
]


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """No particulars."""


class Note(msgspec.Struct, forbid_unknown_fields=True):
    text: str = ""


class OptionalNote(msgspec.Struct, forbid_unknown_fields=True):
    note: str | None = None


class Approval(msgspec.Struct, forbid_unknown_fields=True):
    """`signer` signs the written opinion on a petition; left out, whoever approves."""

    note: str | None = None
    signer: str | None = None


class NonAcceptance(msgspec.Struct, forbid_unknown_fields=True):
    """`basis` says why and where to turn; the petitioner reads it."""

    reason: RefusalReason
    basis: str = ""


class CaseDecision(msgspec.Struct, forbid_unknown_fields=True):
    """The opinion on a recheck or review; `signer` left out is whoever decides."""

    verdict: Verdict
    opinion: str = ""
    signer: str | None = None


class ServiceDone(msgspec.Struct, forbid_unknown_fields=True):
    """`document` is a number; left out, the oldest that was not served. `at` is a moment, left out now."""

    way: ServiceWay
    receiver: str = ""
    document: str | None = None
    at: str | None = None
    note: str | None = None


class Reason(msgspec.Struct, forbid_unknown_fields=True):
    reason: str = ""


class OptionalReason(msgspec.Struct, forbid_unknown_fields=True):
    reason: str | None = None


class Recusal(msgspec.Struct, forbid_unknown_fields=True):
    """`username` is a colleague's; left out it is oneself."""

    reason: str = ""
    username: str | None = None


class Question(msgspec.Struct, forbid_unknown_fields=True):
    question: str = ""


class Result(msgspec.Struct, forbid_unknown_fields=True):
    result: str = ""


class News(msgspec.Struct, forbid_unknown_fields=True):
    """`others` is what petitioners of merged tickets are told; needed where there are any."""

    text: str = ""
    others: str | None = None


class ResultForAll(msgspec.Struct, forbid_unknown_fields=True):
    """`others` is what petitioners of merged tickets are told; needed where there are any."""

    result: str = ""
    others: str | None = None


class Split(msgspec.Struct, forbid_unknown_fields=True):
    """Two to six; the first is the main one."""

    parts: list[PartWanted] = []


class Merge(msgspec.Struct, forbid_unknown_fields=True):
    """`into` is the number of an open ticket."""

    into: str = ""


class Plan(msgspec.Struct, forbid_unknown_fields=True):
    """`others` is what petitioners of merged tickets are told; needed where there are any."""

    plan: str = ""
    others: str | None = None


class Extend(msgspec.Struct, forbid_unknown_fields=True):
    """`until` is a day or a moment."""

    until: str = ""
    reason: str = ""


class Reclass(msgspec.Struct, forbid_unknown_fields=True, rename={"service_class": "class"}):
    service_class: str | None = None
    category: str | None = None
    reason: str = ""


class Conversion(msgspec.Struct, forbid_unknown_fields=True, rename={"service_class": "class"}):
    """`class` is the one on the service track; left out, what the catalogue says of the category. Petitions have their own."""

    track: Track
    reason: str = ""
    service_class: str | None = None


class ContactMade(msgspec.Struct, forbid_unknown_fields=True):
    """`next_at` is when to call again, such as `2026-11-20T15:00`."""

    outcome: Outcome
    note: str = ""
    next_at: str | None = None


class AnswersTaken(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody said to staff about a result. A form says "yes" and "no" for true and false."""

    contacted: bool | Literal["yes", "no"] | None = None
    solved: Solved | None = None
    satisfied: Satisfaction | None = None
    reason: str | None = None
    #: Codes of config/survey.toml.
    reasons: list[str] = []
    pressed: bool | Literal["yes", "no"] | None = None


class CallBack(AnswersTaken, forbid_unknown_fields=True, kw_only=True):
    """The three questions where `outcome` is `answered`; `next_at` where it is `later`."""

    outcome: CallOutcome
    #: At the counter clerks write an answer down as well.
    way: AskedWay = AskedWay.PHONE
    next_at: str | None = None
    note: str | None = None


class Correction(AnswersTaken, forbid_unknown_fields=True, kw_only=True):
    """The three questions anew, as the petitioner says by telephone or at the counter; `why` they want it changed."""

    way: AskedWay = AskedWay.PHONE
    why: str = ""


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


class ExclusionWanted(msgspec.Struct, forbid_unknown_fields=True):
    """`reason` is a code (no_basis, not_ours, outside_cause, mistaken, abusive, disaster), `evidence` where it can be read up."""

    reason: str = ""
    evidence: str = ""


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
