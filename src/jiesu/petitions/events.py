"""What happens on the statutory track."""

from __future__ import annotations

from jiesu.kit.private import Private
from jiesu.petitions.words import DocumentKind, RefusalReason, ServiceWay
from jiesu.tickets.events import TicketEvent

__all__ = ["AcceptanceRefused", "DocumentIssued", "DocumentServed", "PetitionAccepted"]


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
