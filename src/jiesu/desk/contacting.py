"""What was tried to reach the petitioner (先行联系), and when the next call counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select

from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import local
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.models import Contact, Ticket
from jiesu.tickets.words import Outcome

__all__ = ["ContactView", "TriesView", "contact_views", "tries_view"]

MINUTE = timedelta(minutes=1)


class ContactView(msgspec.Struct, frozen=True):
    """One attempt to reach the petitioner; `counts` is false for a call in vain too soon after another."""

    at: datetime
    outcome: str
    note: str
    next_at: datetime | None
    counts: bool


class TriesView(msgspec.Struct, frozen=True):
    """Calls without an answer that count so far, how many are needed, from when the next counts, and that in words."""

    counted: int
    needed: int
    counts_from: datetime
    text: str


async def contact_views(uow: UnitOfWork, rules: Rules, ticket: Ticket) -> list[ContactView]:
    """All of the ticket, the first first."""
    query = select(Contact).where(Contact.ticket_id == ticket.id).order_by(Contact.id)
    rows = (await uow.session.scalars(query)).all()
    made = ticket.first_contact_at
    before = [row for row in rows if row.outcome is Outcome.NO_ANSWER and (made is None or row.at <= made)]
    counted = rules.clocks_of(ticket.policy_version).tries.counting(row.at for row in before)
    vain = {row.at for row in before}.difference(counted)
    return [
        ContactView(row.at.astimezone(SHANGHAI), row.outcome, row.note, local(row.next_at), row.at not in vain)
        for row in rows
    ]


def tries_view(
    rules: Rules, ticket: Ticket, contacts: Sequence[ContactView], now: datetime, locale: Locale
) -> TriesView | None:
    """None before the first call, and once the first contact was made."""
    if ticket.first_contact_at is not None or not contacts:
        return None
    tries = rules.clocks_of(ticket.policy_version).tries
    counted = [each.at for each in contacts if each.counts]
    counts_from = counted[-1] + tries.apart
    words = ZH if locale == "zh" else EN
    said = [words["counted"].format(counted=len(counted), needed=tries.needed)]
    if not contacts[-1].counts:
        said.insert(0, words["too_soon"].format(n=tries.apart // MINUTE))
    if (wait := -((now - counts_from) // MINUTE)) > 0:
        said.append(words["wait"].format(n=wait))
    return TriesView(len(counted), tries.needed, counts_from, words["gap"].join(said))


ZH = {
    "too_soon": "最近这次离上一次不到 {n} 分钟，不算一次。",
    "counted": "没有接通的算 {counted} 次，满 {needed} 次算已先行联系。",
    "wait": "再过 {n} 分钟再打才算一次。",
    "gap": "",
}
EN = {
    "too_soon": "The latest call came less than {n} min after one that counts: it does not count.",
    "counted": "Calls without an answer that count: {counted}; {needed} make a first contact.",
    "wait": "The next counts in {n} min.",
    "gap": " ",
}
