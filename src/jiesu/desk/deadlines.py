"""How a deadline is shown: the moment, what is left, and why it is that moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import select

from jiesu.db.uow import UnitOfWork
from jiesu.kit.calendar import WorkingCalendar
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks, planned
from jiesu.sla.deadlines import Pause as Span
from jiesu.sla.editions import calendar_edition
from jiesu.sla.explain import Explanation, Moved, explain
from jiesu.sla.extensions import extensions_of, granted_extension
from jiesu.sla.limits import FINAL, RECURRING, ClockKind, Target, stops
from jiesu.sla.models import ClockState, Deadline, Extension, Move, MoveCause
from jiesu.sla.wording import humanise_due, moment_words
from jiesu.tickets.models import Ticket

__all__ = ["TARGET_NAMES", "DeadlineView", "Told", "deadline_views", "explanation_of", "local", "told_of"]

TARGET_NAMES = {
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
    Target.JUDGE: ("审核退单", "Judge the objection"),
    Target.TASK: ("完成协办", "Co-handler's result"),
    Target.REPLY: ("答复督办", "Reply to the order"),
}
#: Clocks that are none of the petitioner's business.
AMONG_COLLEAGUES = frozenset({ClockKind.DESK, ClockKind.CO_HANDLER, ClockKind.ORDER})


class DeadlineView(msgspec.Struct, frozen=True):
    """Times with Shanghai's offset; `text` is the one way a deadline is written; `explanation` line by line.

    `id` counts within the ticket, from 1. `extended_from` is the date before an extension, else null.
    """

    id: int
    clock: str
    target: str
    name: str
    due_at: datetime
    extended_from: datetime | None
    provisional: bool
    state: str
    overdue: bool
    soon: bool
    text: str
    explanation: list[str]


@dataclass(frozen=True)
class Told:
    """What is known of a ticket's clocks, and how it is told."""

    clocks: TicketClocks
    moves: Sequence[Move]
    granted: Extension | None
    rules: Rules
    now: datetime
    locale: Locale
    #: A sealed report names no unit to its petitioner.
    names: bool

    @property
    def english(self) -> bool:
        return self.locale == "en"


async def deadline_views(
    uow: UnitOfWork,
    rules: Rules,
    ticket: Ticket,
    locale: Locale = "zh",
    *,
    explained: bool = True,
    public: bool = False,
) -> list[DeadlineView]:
    """The ticket's deadlines that were not cancelled, both clocks, in the order they were armed.

    Of what recurs, those that were kept are left out once the next runs.
    """
    told = await told_of(uow, rules, ticket, locale, public=public, moved=explained)
    return [
        await _view(uow, told, number, row, explained=explained)
        for number, row in _shown(told.clocks.rows)
        if not public or row.clock not in AMONG_COLLEAGUES
    ]


async def told_of(
    uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale, *, public: bool, moved: bool = True
) -> Told:
    """Read what there is to tell; without `moved` nothing of how dates moved."""
    clocks = await TicketClocks.of(uow, ticket)
    query = select(Move).where(Move.ticket_id == ticket.id).order_by(Move.id)
    moves = (await uow.session.scalars(query)).all() if moved else []
    extended = any(move.cause is MoveCause.EXTENDED for move in moves)
    granted = granted_extension(await extensions_of(uow, ticket)) if extended else None
    names = not (public and ticket.sealed_to is not None)
    return Told(clocks, moves, granted, rules, uow.now, locale, names)


def _shown(rows: Sequence[Deadline]) -> Iterator[tuple[int, Deadline]]:
    running = {row.target for row in rows if row.state is ClockState.RUNNING}
    for number, row in enumerate(rows, 1):
        followed = row.target in RECURRING & running and row.state is ClockState.MET
        if row.state is not ClockState.CANCELLED and not followed:
            yield number, row


async def _view(uow: UnitOfWork, told: Told, number: int, row: Deadline, *, explained: bool) -> DeadlineView:
    running = row.state is ClockState.RUNNING
    extended = [
        move.old_due_at for move in told.moves if move.deadline_id == row.id and move.cause is MoveCause.EXTENDED
    ]
    return DeadlineView(
        id=number,
        clock=row.clock,
        target=row.target,
        name=TARGET_NAMES[row.target][told.english],
        due_at=row.due_at.astimezone(SHANGHAI),
        extended_from=local(next(iter(extended), None)),
        provisional=row.provisional,
        state=row.state,
        overdue=running and row.due_at < told.now,
        soon=running and told.now <= row.due_at and row.due_at - told.now < (row.due_at - row.start_at) / 5,
        text=_text(told, row),
        explanation=(await explanation_of(uow, told, row)).lines(told.locale) if explained else [],
    )


async def explanation_of(uow: UnitOfWork, told: Told, row: Deadline) -> Explanation:
    """The timeline of one deadline, by the calendar it was reckoned by."""
    return explain(
        planned(row),
        await _calendar_of(uow, told.rules, row),
        pauses=list(_pauses(told, row)),
        moves=list(_moves(told, row)),
        policy_version=row.policy_version,
        anew=_anew(told, row),
    )


def _anew(told: Told, row: Deadline) -> bool:
    """Whether it is the date of an opinion that takes the place of a revoked one: all others begin with registration."""
    final = row.clock is ClockKind.PETITIONER and row.target in FINAL
    return final and row.start_at > min(each.start_at for each in told.clocks.rows)


async def _calendar_of(uow: UnitOfWork, rules: Rules, row: Deadline) -> WorkingCalendar:
    """The calendar the deadline was reckoned by, which may be an older edition than today's."""
    now = rules.calendars.of(row.unit)
    if row.calendar_version == now.version:
        return now
    key = ("calendar", row.calendar_version)
    if key not in uow.memory:
        uow.memory[key] = await calendar_edition(uow.session, row.calendar_version) or now
    found: WorkingCalendar = uow.memory[key]
    return found


def _pauses(told: Told, row: Deadline) -> Iterator[Span]:
    for pause in told.clocks.pauses:
        if stops(pause.reason, row.target) and row.start_at <= pause.began_at < row.due_at:
            yield Span(pause.began_at, pause.ended_at, pause.reason)


def _moves(told: Told, row: Deadline) -> Iterator[Moved]:
    for move in told.moves:
        if move.deadline_id != row.id or move.cause is MoveCause.RESUMED:
            continue
        at, old, new = move.moved_at, move.old_due_at, move.new_due_at
        if move.cause is MoveCause.CALENDAR:
            yield Moved(at, old, new)
        elif told.granted is not None:
            yield Moved(at, old, new, _decider(told), told.granted.reason)


def _decider(told: Told) -> tuple[str, str]:
    unit = told.rules.organisation.find_unit(told.granted.decider) if told.granted and told.names else None
    return (unit.name, unit.name_en) if unit else ("", "")


def _text(told: Told, row: Deadline) -> str:
    if row.state is ClockState.RUNNING:
        return humanise_due(row.due_at, told.now, told.rules.calendar, told.locale)
    words = {
        ClockState.PAUSED: ("已暂停计时", "paused"),
        ClockState.MET: ("按时完成", "kept"),
        ClockState.MISSED: ("超时", "missed"),
    }[row.state][told.english]
    return f"{moment_words(row.due_at, told.locale)} · {words}"


def local(moment: datetime | None) -> datetime | None:
    """The moment with Shanghai's offset, as views show it."""
    return moment.astimezone(SHANGHAI) if moment else None
