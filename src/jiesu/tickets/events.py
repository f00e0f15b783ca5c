"""What happens to tickets: the vocabulary of the trail and of `reactions.py`."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.uow import Event
from jiesu.kit.private import Private
from jiesu.tickets.states import Actor
from jiesu.tickets.words import Outcome, Status

__all__ = [
    "PETITIONER",
    "SYSTEM",
    "By",
    "DataErased",
    "DeadlineMoved",
    "ExtensionAsked",
    "ExtensionGranted",
    "ExtensionLapsed",
    "ExtensionRefused",
    "InfoRequested",
    "NoteAdded",
    "OwnDataCopied",
    "PetitionerContacted",
    "PetitionerInformed",
    "PlanTold",
    "ResultApproved",
    "ResultSentBack",
    "ResultSubmitted",
    "ReworkOrdered",
    "StaffRecused",
    "Supplemented",
    "TicketAnswered",
    "TicketClosed",
    "TicketDispatched",
    "TicketDiverted",
    "TicketEvent",
    "TicketImported",
    "TicketReclassed",
    "TicketRegistered",
    "TicketReopened",
    "TicketSigned",
    "TicketWithdrawn",
    "by_staff",
]


class By(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who did it: a member of staff in a post, the petitioner, or the system itself."""

    kind: str
    staff_id: int | None = None
    name: str | None = None
    unit: str | None = None


PETITIONER = By(Actor.PETITIONER.value)
SYSTEM = By(Actor.SYSTEM.value)


def by_staff(staff: Staff) -> By:
    """The person and the post they acted in."""
    return By("staff", staff.id, staff.name, staff.unit)


class TicketEvent(Event, frozen=True, kw_only=True):
    by: By


class TicketRegistered(TicketEvent, frozen=True, kw_only=True):
    channel: str
    category: str | None
    service_class: str


class TicketImported(TicketEvent, frozen=True, kw_only=True):
    """Brought over from an earlier system, where it had that number; `ended` is the status of one that was over."""

    system: str
    number: str
    ended: Status | None = None


class InfoRequested(TicketEvent, frozen=True, kw_only=True):
    question: Private


class Supplemented(TicketEvent, frozen=True, kw_only=True):
    text: Private
    #: Whether it answered a request, which lets paused clocks run on.
    answers_request: bool


class TicketAnswered(TicketEvent, frozen=True, kw_only=True):
    answer: Private


class TicketDiverted(TicketEvent, frozen=True, kw_only=True):
    reason: str
    pointer: Private


class TicketDispatched(TicketEvent, frozen=True, kw_only=True):
    unit: str
    category: str | None
    service_class: str
    round: int
    #: The class changed, so the petitioner's deadlines are reckoned anew from the original start.
    class_changed: bool
    #: The unit may not object to it.
    designated: bool = False


class TicketSigned(TicketEvent, frozen=True, kw_only=True):
    unit: str


class PetitionerContacted(TicketEvent, frozen=True, kw_only=True):
    outcome: Outcome
    attempts: int
    next_at: datetime | None = None


class PetitionerInformed(TicketEvent, frozen=True, kw_only=True):
    """`others` is what petitioners of merged tickets are told, each by an event of their own."""

    text: Private
    others: Private | None = None


class PlanTold(TicketEvent, frozen=True, kw_only=True):
    """`others` as with news."""

    plan: Private
    others: Private | None = None


class ExtensionAsked(TicketEvent, frozen=True, kw_only=True):
    """`unit` asks `decider`; `old` is the petitioner's date, `until` the one asked for."""

    unit: str
    decider: str
    old: datetime
    until: datetime
    reason: Private


class ExtensionGranted(TicketEvent, frozen=True, kw_only=True):
    """`late`: it was asked in time, but decided after the old date; what had fired by then stays on record."""

    unit: str
    decider: str
    old: datetime
    until: datetime
    reason: Private
    note: Private | None
    late: bool


class ExtensionRefused(TicketEvent, frozen=True, kw_only=True):
    unit: str
    decider: str
    until: datetime
    reason: Private


class ExtensionLapsed(TicketEvent, frozen=True, kw_only=True):
    """Nobody decided before the unit's work ended or the ticket went to another unit."""

    unit: str
    until: datetime


class TicketReclassed(TicketEvent, frozen=True, kw_only=True):
    """Class, category or both are others from now on; the clocks are reckoned anew where the class is."""

    old_class: str
    service_class: str
    old_category: str | None
    category: str | None
    reason: Private


class DeadlineMoved(TicketEvent, frozen=True, kw_only=True):
    """A promised date is another one.

    `cause` is `reclassed`, `extension_lost` (a more urgent class took the time granted before), `calendar`, or `extended` (the ticket that
    it is merged into was).
    """

    clock: str
    target: str
    old: datetime
    new: datetime
    cause: str


class StaffRecused(TicketEvent, frozen=True, kw_only=True):
    """Whom the ticket is closed to from now on: their user name, and their name as colleagues read it."""

    account: str
    name: Private
    reason: Private


class NoteAdded(TicketEvent, frozen=True, kw_only=True):
    text: Private


class ResultSubmitted(TicketEvent, frozen=True, kw_only=True):
    """`others` is what petitioners of merged tickets are told."""

    result: Private
    others: Private | None = None


class ResultSentBack(TicketEvent, frozen=True, kw_only=True):
    reason: Private


class ResultApproved(TicketEvent, frozen=True, kw_only=True):
    """`signer` signs the opinion on a petition, where that is somebody else than who approves."""

    note: Private | None
    signer: Private | None = None


class ReworkOrdered(TicketEvent, frozen=True, kw_only=True):
    reason: str
    count: int


class TicketClosed(TicketEvent, frozen=True, kw_only=True):
    reason: str


class TicketWithdrawn(TicketEvent, frozen=True, kw_only=True):
    reason: Private | None


class DataErased(TicketEvent, frozen=True, kw_only=True):
    """`personal`: who the petitioner is and what the ticket says; `words`: the texts of this trail."""

    personal: bool
    words: bool
    policy: str


class OwnDataCopied(TicketEvent, frozen=True, kw_only=True):
    """The petitioner took a copy; `whole`: the telephone was given, so nothing in it was masked."""

    whole: bool


class TicketReopened(TicketEvent, frozen=True, kw_only=True):
    """`unit` has it again; None where a desk has to dispatch it first."""

    reason: Private
    unit: str | None = None
