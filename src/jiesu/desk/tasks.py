"""Co-handlers' tasks (协办) as they are shown, and which steps on them make sense now."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import local
from jiesu.desk.names import unit_or_code
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.limits import Target
from jiesu.sla.wording import humanise_due
from jiesu.tickets.models import Ticket
from jiesu.tickets.tasks import BINDING, Task, TaskState, tasks_of
from jiesu.tickets.words import Step

__all__ = ["TaskView", "refused_by_tasks", "task_views"]

_ABOUT_TASKS = frozenset(
    {Step.ASK_TASK, Step.GIVE_TASK, Step.FINISH_TASK, Step.OBJECT_TASK, Step.KEEP_TASK, Step.RELIEVE_TASK, Step.SUBMIT}
)


class TaskView(msgspec.Struct, frozen=True):
    """One unit's part; `due` is written the one way deadlines are, null where none runs."""

    state: str
    code: str
    unit: str
    giver: str
    what: str
    given_at: datetime
    due_at: datetime | None
    due: str | None
    overdue: bool
    objection: str | None
    answer: str | None
    result: str | None
    ended_at: datetime | None


async def task_views(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> list[TaskView]:
    """All there were, oldest first."""
    clocks = await TicketClocks.of(uow, ticket)
    due = {row.unit: row.due_at for row in clocks.live(targets={Target.TASK})}
    return [_view(uow, rules, each, due.get(each.unit), locale) for each in await tasks_of(uow, ticket)]


def _view(uow: UnitOfWork, rules: Rules, row: Task, due: datetime | None, locale: Locale) -> TaskView:
    owed = due if row.state in BINDING else None
    return TaskView(
        state=row.state,
        code=row.unit,
        unit=unit_or_code(rules, row.unit, locale).name,
        giver=unit_or_code(rules, row.giver, locale).name,
        what=row.what,
        given_at=row.given_at.astimezone(SHANGHAI),
        due_at=local(owed),
        due=humanise_due(owed, uow.now, rules.calendars.of(row.unit), locale) if owed else None,
        overdue=owed is not None and owed < uow.now,
        objection=row.objection,
        answer=row.answer,
        result=row.result,
        ended_at=local(row.ended_at),
    )


async def refused_by_tasks(uow: UnitOfWork, staff: Staff, ticket: Ticket, steps: Set[Step]) -> set[Step]:
    """Of these steps, those that open tasks, or none, forbid."""
    if not steps & _ABOUT_TASKS:
        return set()
    tasks = await tasks_of(uow, ticket)
    mine = next((task for task in tasks if task.unit == staff.unit and task.state in BINDING), None)
    others = [task for task in tasks if task.unit != staff.unit and not staff.is_me(task.objected_by)]
    refused = set()
    if ticket.sealed_to is not None:
        refused |= {Step.ASK_TASK, Step.GIVE_TASK}
    if mine is None:
        refused |= {Step.FINISH_TASK, Step.OBJECT_TASK}
    elif mine.objection is not None:
        refused.add(Step.OBJECT_TASK)
    if not any(task.state is TaskState.OBJECTED for task in others):
        refused.add(Step.KEEP_TASK)
    if not any(task.state in (*BINDING, TaskState.ASKED) for task in others):
        refused.add(Step.RELIEVE_TASK)
    if any(task.state in BINDING for task in tasks):
        refused.add(Step.SUBMIT)
    return refused
