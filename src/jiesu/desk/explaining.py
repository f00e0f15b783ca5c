"""Why one deadline falls when it does, for whoever asks the API."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import TARGET_NAMES, explanation_of, local, told_of
from jiesu.errors import Missing
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket

__all__ = ["DeadlineNotFound", "ExplanationView", "explanation_view"]


class DeadlineNotFound(Missing):
    zh = "这张工单没有第 {id} 个期限。编号见工单的期限列表。"
    en = "This ticket has no deadline {id}. The list of its deadlines has their numbers."


class ExplanationStep(msgspec.Struct, frozen=True):
    """One line; `start` and `end` bound what it is about, where that has bounds."""

    kind: str
    text: str
    start: datetime | None
    end: datetime | None


class ExplanationView(msgspec.Struct, frozen=True):
    """Why a deadline falls when it does; the same lines as on the page."""

    id: int
    clock: str
    target: str
    name: str
    start_at: datetime
    due_at: datetime
    provisional: bool
    state: str
    policy_version: str
    calendar_version: str
    steps: list[ExplanationStep]


async def explanation_view(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, number: int, locale: Locale = "zh", *, public: bool = False
) -> ExplanationView:
    """Why the ticket's deadline with this number, also a cancelled one, falls when it does. Raises DeadlineNotFound."""
    told = await told_of(uow, rules, ticket, locale, public=public)
    if not 1 <= number <= len(told.clocks.rows):
        raise DeadlineNotFound("id", id=number)
    row = told.clocks.rows[number - 1]
    explanation = await explanation_of(uow, told, row)
    return ExplanationView(
        id=number,
        clock=row.clock,
        target=row.target,
        name=TARGET_NAMES[row.target][told.english],
        start_at=row.start_at.astimezone(SHANGHAI),
        due_at=row.due_at.astimezone(SHANGHAI),
        provisional=row.provisional,
        state=row.state,
        policy_version=row.policy_version,
        calendar_version=explanation.calendar_version,
        steps=[
            ExplanationStep(step.kind, line, local(step.start), local(step.end))
            for step, line in zip(explanation.steps, explanation.lines(locale), strict=True)
        ],
    )
