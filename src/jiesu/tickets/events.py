"""What happens to tickets: the vocabulary of the trail and of `reactions.py`."""

from __future__ import annotations

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.uow import Event
from jiesu.tickets.states import Actor
from jiesu.tickets.words import Outcome

__all__ = [
    "PETITIONER",
    "SYSTEM",
    "By",
    "InfoRequested",
    "NoteAdded",
    "PetitionerContacted",
    "ResultApproved",
    "ResultSentBack",
    "ResultSubmitted",
    "ReworkOrdered",
    "Supplemented",
    "TicketAnswered",
    "TicketClosed",
    "TicketDispatched",
    "TicketDiverted",
    "TicketEvent",
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


class InfoRequested(TicketEvent, frozen=True, kw_only=True):
    question: str


class Supplemented(TicketEvent, frozen=True, kw_only=True):
    text: str
    #: Whether it answered a request, which lets paused clocks run on.
    answers_request: bool


class TicketAnswered(TicketEvent, frozen=True, kw_only=True):
    answer: str


class TicketDiverted(TicketEvent, frozen=True, kw_only=True):
    reason: str
    pointer: str


class TicketDispatched(TicketEvent, frozen=True, kw_only=True):
    unit: str
    category: str | None
    service_class: str
    round: int
    #: The class changed, so the petitioner's deadlines are reckoned anew from the original start.
    class_changed: bool


class TicketSigned(TicketEvent, frozen=True, kw_only=True):
    unit: str


class PetitionerContacted(TicketEvent, frozen=True, kw_only=True):
    outcome: Outcome
    attempts: int


class NoteAdded(TicketEvent, frozen=True, kw_only=True):
    text: str


class ResultSubmitted(TicketEvent, frozen=True, kw_only=True):
    result: str


class ResultSentBack(TicketEvent, frozen=True, kw_only=True):
    reason: str


class ResultApproved(TicketEvent, frozen=True, kw_only=True):
    note: str | None


class ReworkOrdered(TicketEvent, frozen=True, kw_only=True):
    reason: str
    count: int


class TicketClosed(TicketEvent, frozen=True, kw_only=True):
    reason: str


class TicketWithdrawn(TicketEvent, frozen=True, kw_only=True):
    reason: str | None


class TicketReopened(TicketEvent, frozen=True, kw_only=True):
    reason: str
