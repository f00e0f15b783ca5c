"""协办: what a co-handling unit was asked to do, with its own deadline, objection and result."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.accounts.staff import Staff
from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Missing
from jiesu.kit.private import Private
from jiesu.tickets.events import By, TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.units.models import UnitRow

__all__ = [
    "BINDING",
    "NoSuchTask",
    "OpenTasks",
    "Task",
    "TaskAsked",
    "TaskFinished",
    "TaskGiven",
    "TaskKept",
    "TaskObjected",
    "TaskRelieved",
    "TaskState",
    "check_no_open_tasks",
    "helpers",
    "my_task",
    "relieve",
    "task_of",
    "tasks_of",
]


class TaskState(StrEnum):
    """`asked` by the lead and not yet given; `objected` is judged by the desk while the clock runs on."""

    ASKED = "asked"
    OPEN = "open"
    OBJECTED = "objected"
    DONE = "done"
    RELIEVED = "relieved"


#: The unit owes a result.
BINDING = (TaskState.OPEN, TaskState.OBJECTED)
_LASTING = ("asked", "open", "objected")


class Task(Base):
    """One unit's part of a ticket that another leads."""

    __tablename__ = "task"
    __table_args__ = (
        Index(
            "uq_task_lasting", "ticket_id", "unit", unique=True,
            postgresql_where=text("state IN ({})".format(", ".join(f"'{state}'" for state in _LASTING))),
        ),
        Index("ix_task_ticket", "ticket_id", "id"),
        Index("ix_task_waiting", "unit", "id", postgresql_where=text("state IN ('open', 'objected')")),
    )  # fmt: skip

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    what: Mapped[str] = mapped_column(encrypted(1000))
    state: Mapped[TaskState] = mapped_column(vocabulary(TaskState))
    #: The desk that gave it and judges an objection; of one asked for, the desk that is asked.
    giver: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    given_at: Mapped[Moment]
    #: How long it has, as policies write limits; null for one that is only asked for.
    within: Mapped[str | None]
    objected_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    #: Why the unit objects, and what the desk says to that; it objects once.
    objection: Mapped[str | None] = mapped_column(encrypted(1000))
    answer: Mapped[str | None] = mapped_column(encrypted(1000))
    result: Mapped[str | None] = mapped_column(encrypted(5000))
    ended_at: Mapped[Moment | None]


class TaskAsked(TicketEvent, frozen=True, kw_only=True):
    """The lead asks `giver`, the desk, for help of `unit`."""

    unit: str
    giver: str
    what: Private


class TaskGiven(TicketEvent, frozen=True, kw_only=True):
    unit: str
    what: Private
    within: str


class TaskObjected(TicketEvent, frozen=True, kw_only=True):
    unit: str
    giver: str
    reason: Private


class TaskKept(TicketEvent, frozen=True, kw_only=True):
    """The objection was refused."""

    unit: str
    reason: Private


class TaskRelieved(TicketEvent, frozen=True, kw_only=True):
    """The unit owes nothing any longer, or what the lead asked for is not given. `state` is what the task then was."""

    unit: str
    reason: Private
    state: str | None = None


class TaskFinished(TicketEvent, frozen=True, kw_only=True):
    """`state` is what the task was before: one that was objected to needs no judgement any more."""

    unit: str
    result: Private
    state: str | None = None


class NoSuchTask(Missing):
    zh = "这张工单没有交给“{unit}”且还没完成的协办任务。请从协办列表中选择。"
    en = "“{unit}” has no open task on this ticket. Choose from the list of co-handlers."


class OpenTasks(Conflict):
    zh = "还有协办单位没有完成：{units}。请等协办完成，或请派单单位免除协办，再提交结果。"
    en = "Co-handlers have not finished: {units}. Wait for them, or ask the desk to relieve them, then submit."


async def tasks_of(uow: UnitOfWork, ticket: Ticket) -> Sequence[Task]:
    """All of them, oldest first."""
    return (await uow.session.scalars(select(Task).where(Task.ticket_id == ticket.id).order_by(Task.id))).all()


async def task_of(uow: UnitOfWork, ticket: Ticket, unit: str, states: Collection[TaskState] = BINDING) -> Task | None:
    """The unit's own in one of these states; at most one is not over."""
    mine = select(Task).where(Task.ticket_id == ticket.id, Task.unit == unit, Task.state.in_(states))
    return await uow.session.scalar(mine)


async def my_task(uow: UnitOfWork, staff: Staff, ticket: Ticket) -> Task:
    """What the person's unit owes. Raises NoSuchTask."""
    task = await task_of(uow, ticket, staff.unit)
    if task is None:
        raise NoSuchTask("action", unit=staff.unit_name)
    return task


async def check_no_open_tasks(uow: UnitOfWork, ticket: Ticket) -> None:
    """Raises OpenTasks, which names the units."""
    if not ticket.co_units:
        return
    owing = select(UnitRow.name).join(Task, Task.unit == UnitRow.code).where(Task.ticket_id == ticket.id)
    names = (await uow.session.scalars(owing.where(Task.state.in_(BINDING)).order_by(Task.id))).all()
    if names:
        raise OpenTasks("action", units="、".join(names))


def helpers(tasks: Sequence[Task]) -> list[str]:
    """Units that see the ticket because they have, or had, a part in it: `Ticket.co_units`.

    Who was relieved still sees it, or could not read why.
    """
    return sorted({task.unit for task in tasks if task.within is not None})


async def relieve(uow: UnitOfWork, ticket: Ticket, task: Task, reason: str, by: By) -> None:
    """End a task on a locked ticket without a result; the unit is told why."""
    state, task.state, task.answer, task.ended_at = str(task.state), TaskState.RELIEVED, reason, uow.now
    await uow.record(TaskRelieved(ticket_id=ticket.id, by=by, unit=task.unit, reason=reason, state=state))
