"""回访覆盖: of the surveys that ended in a month, how many were answered, and why the others were not. Silence is no answer."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import ColumnElement, func, select

from jiesu.db.uow import UnitOfWork
from jiesu.statistics.query import MonthSpan
from jiesu.surveys.models import Survey
from jiesu.surveys.words import SurveyState
from jiesu.tickets.models import Ticket

__all__ = ["Coverage", "coverage_of"]


class Coverage(msgspec.Struct, frozen=True):
    """Surveys by how they ended: answered, not reached by telephone, refused, without a word, and those never sent (anonymous)."""

    answered: int = 0
    unreachable: int = 0
    refused: int = 0
    silent: int = 0
    not_sent: int = 0


async def coverage_of(uow: UnitOfWork, month: MonthSpan, units: Collection[str], seen: ColumnElement[bool]) -> Coverage:
    """Of results of these units; a survey ends when it is answered, else when its link expires."""
    answered = (Survey.state == SurveyState.ANSWERED, Survey.answered_at >= month.start, Survey.answered_at < month.end)
    silent = (
        Survey.state.in_((SurveyState.EXPIRED, SurveyState.NOT_SENT)),
        Survey.expires_at >= month.start,
        Survey.expires_at < month.end,
    )
    found = Coverage()
    for part in (answered, silent):
        query = (
            select(Survey.state, Survey.why_not, func.count())
            .join(Ticket, Ticket.id == Survey.ticket_id)
            .where(*part, Survey.unit.in_(units), seen)
            .group_by(Survey.state, Survey.why_not)
        )
        for state, why, number in await uow.session.execute(query):
            name = _name(state, why)
            found = msgspec.structs.replace(found, **{name: getattr(found, name) + number})
    return found


def _name(state: SurveyState, why: str | None) -> str:
    if state is SurveyState.EXPIRED:
        return why or "silent"
    return str(state)
