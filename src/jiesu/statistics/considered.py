"""Which tickets were looked at for the figures of a month, and why each counts or does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select

from jiesu.db.uow import UnitOfWork
from jiesu.statistics.query import MonthSpan, excluded, superseded
from jiesu.surveys.models import Survey
from jiesu.surveys.words import SurveyState
from jiesu.tickets.models import Ticket

__all__ = ["COUNTING", "Considered", "Why", "considered_tickets", "why_of"]


class Why(StrEnum):
    """Why a survey that ended in the month counts, or does not; of several of one ticket the first of these is told."""

    COUNTED = "counted"
    #: In the figures before exclusions alone.
    EXCLUDED = "excluded"
    #: Its main ticket counts.
    MERGED = "merged"
    #: The first part counts for all.
    PART = "part"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    ANONYMOUS = "anonymous"
    SILENT = "silent"
    #: A later answer of the month counts, perhaps for another unit.
    SUPERSEDED = "superseded"


#: Those that make figures.
COUNTING = frozenset({Why.COUNTED, Why.EXCLUDED})
_ORDER = tuple(Why)


@dataclass(frozen=True)
class Considered:
    """`at`: when it was answered, else when the survey ended."""

    number: str
    title: str
    unit: str
    at: datetime
    why: Why


def why_of(
    state: SurveyState, why_not: str | None, *, later: bool, merged: bool, part_no: int | None, out: bool
) -> Why:
    """`later`: a later answer counts; `out`: it was excluded."""
    if state is not SurveyState.ANSWERED:
        return Why(why_not) if why_not else Why.SILENT
    if later:
        return Why.SUPERSEDED
    if merged:
        return Why.MERGED
    if part_no not in (None, 1):
        return Why.PART
    return Why.EXCLUDED if out else Why.COUNTED


async def considered_tickets(
    uow: UnitOfWork, month: MonthSpan, units: Sequence[str], within: ColumnElement[bool]
) -> list[Considered]:
    """Each ticket with a survey about these units' results that ended in the month, once, the longest ended first."""
    at = func.coalesce(Survey.answered_at, Survey.expires_at)
    silent = (SurveyState.EXPIRED, SurveyState.NOT_SENT)
    ended = or_(
        and_(Survey.state == SurveyState.ANSWERED, Survey.answered_at >= month.start, Survey.answered_at < month.end),
        and_(Survey.state.in_(silent), Survey.expires_at >= month.start, Survey.expires_at < month.end),
    )
    query = (
        select(
            Ticket.number, Ticket.title, Survey.unit, at, Survey.state, Survey.why_not, superseded(month),
            Ticket.merged_into, Ticket.part_no, excluded(),
        )
        .join(Ticket, Ticket.id == Survey.ticket_id)
        .where(ended, Survey.unit.in_(units), within)
        .order_by(at, Survey.id)
    )  # fmt: skip
    found: dict[str, Considered] = {}
    for number, title, unit, moment, state, why_not, later, main, part_no, out in await uow.session.execute(query):
        why = why_of(state, why_not, later=later, merged=main is not None, part_no=part_no, out=out)
        if number not in found or _ORDER.index(why) <= _ORDER.index(found[number].why):
            found[number] = Considered(number, title, unit, moment, why)
    return list(found.values())
