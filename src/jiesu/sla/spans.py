"""The pauses of many tickets at once, as the pure arithmetic takes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.sla.deadlines import Pause as Span
from jiesu.sla.limits import stops
from jiesu.sla.models import Deadline, Pause

__all__ = ["Spans"]


class Spans:
    """Pauses by ticket, in order."""

    def __init__(self, by_ticket: dict[int, list[Span]]) -> None:
        self._by_ticket = by_ticket

    @classmethod
    async def of(cls, session: AsyncSession, tickets: Collection[int]) -> Spans:
        """Read those of all the tickets in one question."""
        found: dict[int, list[Span]] = defaultdict(list)
        pauses = select(Pause).where(Pause.ticket_id.in_(tickets)).order_by(Pause.id)
        for pause in await session.scalars(pauses):
            found[pause.ticket_id].append(Span(pause.began_at, pause.ended_at, pause.reason))
        return cls(found)

    def of_deadline(self, row: Deadline) -> list[Span]:
        """Those that stopped this deadline."""
        spans = self._by_ticket.get(row.ticket_id, ())
        return [span for span in spans if span.start >= row.start_at and stops(span.reason, row.target)]
