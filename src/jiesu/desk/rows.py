"""One line of a queue: what it shows of a ticket, and what it need not fetch."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy.orm import defer

from jiesu.desk.deadlines import local
from jiesu.desk.names import Named, category_named, unit_named
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.wording import humanise_due
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import say_status

__all__ = ["NOT_SHOWN", "QueueRow", "queue_row"]


#: What no line shows is neither fetched nor decrypted.
NOT_SHOWN = (defer(Ticket.text), defer(Ticket.result), defer(Ticket.reply))


class QueueRow(msgspec.Struct, frozen=True, rename={"service_class": "class"}):
    """One line of a queue; `due` is written the one way deadlines are written."""

    number: str
    version: int
    status: str
    status_text: str
    service_class: str
    category: Named | None
    title: str
    place: str | None
    unit: Named | None
    registered_at: datetime
    due_at: datetime | None
    due: str | None
    overdue: bool
    soon: bool
    reworks: int
    sealed: bool
    #: Whether the person has not opened it as it is now.
    news: bool


def queue_row(ticket: Ticket, rules: Rules, now: datetime, locale: Locale = "zh", *, news: bool = False) -> QueueRow:
    """One line of a queue; no query is made."""
    due = ticket.next_due_at
    left = (due - now).total_seconds() if due else 0
    return QueueRow(
        number=ticket.number,
        version=ticket.version,
        status=ticket.status,
        status_text=say_status(ticket.status, locale),
        service_class=ticket.service_class,
        category=category_named(rules, ticket.category, locale),
        title=ticket.title,
        place=rules.organisation.full_place_name(ticket.place) if ticket.place else None,
        unit=unit_named(rules, ticket.lead_unit, locale),
        registered_at=ticket.registered_at.astimezone(SHANGHAI),
        due_at=local(due),
        due=humanise_due(due, now, rules.calendar, locale) if due else None,
        overdue=due is not None and left < 0,
        soon=due is not None and 0 <= left < 24 * 3600,
        reworks=ticket.reworks,
        sealed=ticket.sealed_to is not None,
        news=news,
    )
