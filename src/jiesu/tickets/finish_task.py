"""完成协办: a co-handling unit gives its result, or says why the task is not its own."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.tickets.events import by_staff
from jiesu.tickets.guard import open_step, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.tasks import TaskFinished, TaskObjected, TaskState, my_task
from jiesu.tickets.words import Step

__all__ = ["TaskObjectedAlready", "finish_task", "object_to_task"]


class TaskObjectedAlready(Conflict):
    zh = "对这项协办已经提过一次异议，不能再提。请继续办理。"
    en = "Your unit objected to this task once already. Go on with it."


async def finish_task(uow: UnitOfWork, staff: Staff, number: str, result: str, *, version: int | None = None) -> Ticket:
    """Give the lead one's own result; the task's clock stops. Locks the ticket. Raises NoSuchTask."""
    ticket = await open_step(uow, staff, number, Step.FINISH_TASK, version)
    task = await my_task(uow, staff, ticket)
    result = required(result, "result", "协办结果")
    ticket.move(Step.FINISH_TASK)
    state, task.state, task.result, task.ended_at = str(task.state), TaskState.DONE, result, uow.now
    await uow.record(TaskFinished(ticket_id=ticket.id, by=by_staff(staff), unit=task.unit, result=result, state=state))
    return ticket


async def object_to_task(
    uow: UnitOfWork, staff: Staff, number: str, reason: str, *, version: int | None = None
) -> Ticket:
    """Ask the desk to be relieved, once; the clock runs on meanwhile. Locks the ticket.

    Raises NoSuchTask, TaskObjectedAlready.
    """
    ticket = await open_step(uow, staff, number, Step.OBJECT_TASK, version)
    task = await my_task(uow, staff, ticket)
    if task.objection is not None:
        raise TaskObjectedAlready("action")
    reason = required(reason, "reason", "理由", 900)
    ticket.move(Step.OBJECT_TASK)
    task.state, task.objection, task.objected_by = TaskState.OBJECTED, reason, staff.id
    event = TaskObjected(ticket_id=ticket.id, by=by_staff(staff), unit=task.unit, giver=task.giver, reason=reason)
    await uow.record(event)
    return ticket
