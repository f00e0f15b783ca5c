"""What happens on the statutory track."""

from __future__ import annotations

from jiesu.kit.private import Private
from jiesu.petitions.words import DocumentKind, RefusalReason, ServiceWay, Stage, Verdict
from jiesu.tickets.events import TicketEvent
from jiesu.tickets.words import Track

__all__ = [
    "AcceptanceRefused", "DocumentIssued", "DocumentServed", "HearingEnded", "HearingHeld", "PetitionAccepted", "RecheckAsked",
    "RecheckDecided", "RecheckWithdrawn", "TicketConverted",
]  # fmt: skip


class PetitionAccepted(TicketEvent, frozen=True, kw_only=True):
    """`number` is that of the notice."""

    unit: str
    number: str


class AcceptanceRefused(TicketEvent, frozen=True, kw_only=True):
    unit: str
    number: str
    why: RefusalReason
    basis: Private


class DocumentIssued(TicketEvent, frozen=True, kw_only=True):
    kind: DocumentKind
    number: str
    unit: str


class DocumentServed(TicketEvent, frozen=True, kw_only=True):
    kind: DocumentKind
    number: str
    way: ServiceWay
    note: Private | None


class RecheckAsked(TicketEvent, frozen=True, kw_only=True):
    """`unit` is the organ that decides."""

    stage: Stage
    unit: str
    reason: Private


class RecheckDecided(TicketEvent, frozen=True, kw_only=True):
    """`number` is that of the opinion."""

    stage: Stage
    unit: str
    verdict: Verdict
    number: str
    opinion: Private


class RecheckWithdrawn(TicketEvent, frozen=True, kw_only=True):
    """The petitioner took the petition back before it was decided."""

    stage: Stage
    unit: str


class HearingHeld(TicketEvent, frozen=True, kw_only=True):
    """听证: the clock of the review stands still until it ends."""

    unit: str
    note: Private | None


class HearingEnded(TicketEvent, frozen=True, kw_only=True):
    unit: str
    note: Private | None


class TicketConverted(TicketEvent, frozen=True, kw_only=True):
    """`track` is the one it goes on by."""

    track: Track
    old_class: str
    service_class: str
    reason: Private
