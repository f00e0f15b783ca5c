"""How a deadline is shown: the moment, what is left, and why it is that moment."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jiesu.db.uow import UnitOfWork
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks, planned
from jiesu.sla.deadlines import Pause as Span
from jiesu.sla.explain import explain
from jiesu.sla.limits import Target
from jiesu.sla.models import ClockState, Deadline
from jiesu.sla.wording import humanise_due, moment_words
from jiesu.tickets.models import Ticket

__all__ = ["DeadlineView", "deadline_views"]

_TARGET = {
    Target.SIGN: ("签收", "Sign"),
    Target.FIRST_CONTACT: ("首次联系", "First contact"),
    Target.RESOLVE: ("办结答复", "Answer"),
    Target.NOTICE: ("受理告知", "Notice of acceptance"),
    Target.PLAN: ("提出解决方案", "Plan"),
    Target.OPINION: ("出具处理意见", "Written opinion"),
    Target.RECHECK: ("作出复查意见", "Recheck opinion"),
    Target.REVIEW: ("作出复核意见", "Review opinion"),
    Target.PLAN_REVIEW: ("复评办理方案", "Review of the plan"),
    Target.INFORM: ("告知进展", "News of progress"),
}


class DeadlineView(msgspec.Struct, frozen=True):
    """Times with Shanghai's offset; `text` is the one way a deadline is written; `explanation` line by line."""

    clock: str
    target: str
    name: str
    due_at: datetime
    provisional: bool
    state: str
    overdue: bool
    soon: bool
    text: str
    explanation: list[str]


async def deadline_views(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh", *, explained: bool = True
) -> list[DeadlineView]:
    """The ticket's deadlines that were not cancelled, both clocks, in the order they were armed."""
    clocks = await TicketClocks.of(uow, ticket)
    rows = [row for row in clocks.rows if row.state is not ClockState.CANCELLED]
    spans = [Span(pause.began_at, pause.ended_at, pause.reason) for pause in clocks.pauses]
    return [_view(row, uow.now, rules, locale, spans if explained else None) for row in rows]


def _view(row: Deadline, now: datetime, rules: Rules, locale: Locale, spans: list[Span] | None) -> DeadlineView:
    english = locale == "en"
    running = row.state is ClockState.RUNNING
    mine = [span for span in spans or () if row.start_at <= span.start < row.due_at]
    lines = [] if spans is None else explain(planned(row), rules.calendar, pauses=mine).lines(locale)
    return DeadlineView(
        clock=row.clock,
        target=row.target,
        name=_TARGET[row.target][english],
        due_at=row.due_at.astimezone(SHANGHAI),
        provisional=row.provisional,
        state=row.state,
        overdue=running and row.due_at < now,
        soon=running and now <= row.due_at and row.due_at - now < (row.due_at - row.start_at) / 5,
        text=_text(row, now, rules, locale),
        explanation=lines,
    )


def _text(row: Deadline, now: datetime, rules: Rules, locale: Locale) -> str:
    if row.state is ClockState.RUNNING:
        return humanise_due(row.due_at, now, rules.calendar, locale)
    words = {
        ClockState.PAUSED: ("已暂停计时", "paused"),
        ClockState.MET: ("按时完成", "kept"),
        ClockState.MISSED: ("超时", "missed"),
    }[row.state][locale == "en"]
    return f"{moment_words(row.due_at, locale)} · {words}"
