"""Consents with an appeal: checked before it is filed, kept with it, taken back by number and query code."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.intake.form import AppealForm
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.petitioners.consent import Consent, Source, consents_of, take_back
from jiesu.petitioners.notices import Purpose
from jiesu.rules import Rules
from jiesu.tickets.events import PETITIONER, TicketEvent
from jiesu.tickets.models import Ticket

__all__ = ["ConsentView", "ConsentWithdrawn", "consent_views", "keep_consents", "withdraw_consent"]


class NothingToWithdraw(Conflict):
    zh = "没有可以撤回的同意，或已经撤回了。"
    en = "There is no such consent, or it has been withdrawn already."


class ConsentWithdrawn(TicketEvent, frozen=True, kw_only=True):
    """The data of that purpose are forgotten; what was done with them before stays lawful (PIPL Art. 15)."""

    purpose: str


class ConsentView(msgspec.Struct, frozen=True):
    """One consent as its giver sees it; `text` is today's wording of it."""

    purpose: str
    text: str
    version: str | None
    given_at: datetime
    withdrawn_at: datetime | None


def keep_consents(uow: UnitOfWork, rules: Rules, ticket: Ticket, form: AppealForm) -> None:
    """A row for each optional field of a checked form that was filled in."""
    if ticket.petitioner_id is None:
        return
    source, version = (Source.CALLER, None) if form.consents is None else (Source.FORM, rules.notices.version)
    for purpose in form.optional_fields():
        row = Consent(
            petitioner_id=ticket.petitioner_id,
            ticket_id=ticket.id,
            purpose=purpose,
            source=source,
            version=version,
            given_at=uow.now,
        )
        uow.add(row)


async def consent_views(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> list[ConsentView]:
    """What was agreed to with this ticket."""
    return [_view(row, rules, locale) for row in await consents_of(uow, ticket.id)]


async def withdraw_consent(uow: UnitOfWork, ticket: Ticket, purpose: Purpose) -> None:
    """Take a consent back and forget the data; the appeal goes on. The ticket is locked. Raises NothingToWithdraw."""
    if ticket.petitioner_id is None or not await take_back(uow, ticket.petitioner_id, purpose):
        raise NothingToWithdraw("purpose")
    ticket.version += 1
    await uow.record(ConsentWithdrawn(ticket_id=ticket.id, by=PETITIONER, purpose=purpose.value))


def _view(row: Consent, rules: Rules, locale: Locale) -> ConsentView:
    withdrawn = row.withdrawn_at.astimezone(SHANGHAI) if row.withdrawn_at else None
    text = rules.notices.asked(row.purpose, locale)
    return ConsentView(row.purpose, text, row.version, row.given_at.astimezone(SHANGHAI), withdrawn)
