"""One's own open tickets before a second filing: shown only to whoever has shown that they are theirs."""

from __future__ import annotations

from collections.abc import Sequence

from jiesu.db.uow import UnitOfWork
from jiesu.intake.own import own_tickets
from jiesu.kit.text import bigrams
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import OPEN

__all__ = ["MOST_SIMILAR", "likest", "open_ones"]

MOST_SIMILAR = 3


async def open_ones(uow: UnitOfWork, phone: Sequence[str]) -> list[Ticket]:
    """What is still being handled of what was filed with a telephone that was proven, the newest first."""
    return [ticket for ticket in await own_tickets(uow, phone) if ticket.status in OPEN]


def likest(tickets: Sequence[Ticket], text: str) -> list[Ticket]:
    """The few that share most with the text come first; others follow, as none of them is long ago forgotten."""
    said = set(bigrams(text))
    return sorted(tickets, key=lambda ticket: -len(said & set(bigrams(f"{ticket.title}\n{ticket.text}"))))[
        :MOST_SIMILAR
    ]
