"""Ordering a proactive look, its result, taking it back, and the morning after its day passed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, false, select

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.jobs import Promise, cancel, schedule
from jiesu.db.scope import Scope
from jiesu.db.uow import SecurityEvent, UnitOfWork
from jiesu.errors import Conflict, Invalid, Missing
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.crypto import token
from jiesu.notifications.tell import tell_post
from jiesu.proactive.models import ProactiveState, ProactiveTask
from jiesu.rules import Rules
from jiesu.tickets.guard import required

__all__ = [
    "OVERDUE",
    "ProactiveStep",
    "finish_proactive",
    "may_finish",
    "may_order",
    "may_withdraw",
    "order_proactive",
    "tell_overdue",
    "withdraw_proactive",
    "within",
]  # fmt: skip

#: Job kind: the day of task `id` has passed.
OVERDUE = "proactive.overdue"
MORNING = time(8, 30)
#: In place of a place: appeals that named none.
NOWHERE = "none"
#: A look that may take longer than this is no answer to a surge.
LONGEST = timedelta(days=90)


class ProactiveStep(SecurityEvent, frozen=True, kw_only=True):
    """A task was ordered, done or withdrawn."""

    what: str
    unit: str
    task: str


class NoSuchTask(Missing):
    zh = "没有找到这个主动办理任务。请从列表中选择。"
    en = "No such proactive task. Choose one from the list."


class TaskOver(Conflict):
    zh = "这个任务已经结束，不能再办。"
    en = "This task is over."


class TaskOpen(Conflict):
    zh = "这个单位对这类诉求已有一个没办完的任务，请等它办完。"
    en = "This unit has an open task about it already. Wait until it is done."


class UnitNotBelow(Invalid):
    zh = "请选择本单位或下属单位。"
    en = "Choose your own unit or one below it."


class BadTopic(Invalid):
    zh = "没有这样的类别或地方。请从热点话题里安排。"
    en = "There is no such category or place. Order a look from one of the topics."


class BadDay(Invalid):
    zh = "完成日期请选今天以后、三个月以内的一天。"
    en = "Choose a day after today, within three months."


def may_order(staff: Staff) -> bool:
    """Who supervises, of their own unit and those below."""
    return staff.has(Right.SUPERVISE)


def may_finish(staff: Staff, task: ProactiveTask) -> bool:
    """Who handles things at the unit that is to look."""
    return task.state is ProactiveState.OPEN and staff.unit == task.unit and staff.has(Right.HANDLE)


def may_withdraw(staff: Staff, task: ProactiveTask) -> bool:
    """Who supervises at the unit that ordered it."""
    return task.state is ProactiveState.OPEN and staff.unit == task.ordered_unit and may_order(staff)


def within(staff: Staff) -> ColumnElement[bool]:
    """Tasks of the subtree; PostgreSQL says the same a second time."""
    return ProactiveTask.unit.in_(staff.subtree) if staff.has(Right.READ) else false()


async def order_proactive(
    uow: UnitOfWork, rules: Rules, staff: Staff, category: str, place: str, unit: str, due_on: date, demand: str
) -> ProactiveTask:
    """Tell the unit, and both when the day has passed. Raises BadDay, BadTopic, EmptyText, NotYours, TaskOpen, UnitNotBelow."""
    if not may_order(staff):
        raise NotYours
    if unit not in staff.subtree:
        raise UnitNotBelow("unit")
    if all(leaf.code != category for leaf in rules.catalogue.leaves):
        raise BadTopic("category")
    if place != NOWHERE and rules.organisation.find_place(place) is None:
        raise BadTopic("place")
    today = uow.now.astimezone(SHANGHAI).date()
    if not today < due_on <= today + LONGEST:
        raise BadDay("due_on")
    same = (ProactiveTask.category == category, ProactiveTask.place == place, ProactiveTask.unit == unit)
    open_ = select(ProactiveTask.id).where(*same, ProactiveTask.state == ProactiveState.OPEN)
    if await uow.session.scalar(open_):
        raise TaskOpen("unit")
    task = ProactiveTask(
        ref=token(12), category=category, place=place, unit=unit, ordered_unit=staff.unit,
        ordered_by=staff.id, ordered_at=uow.now, due_on=due_on, demand=required(demand, "demand", "要求", 1000),
        state=ProactiveState.OPEN,
    )  # fmt: skip
    uow.session.add(task)
    await uow.session.flush()
    at = datetime.combine(due_on + timedelta(days=1), MORNING, SHANGHAI)
    await schedule(uow, Promise(OVERDUE, at, _key(task), {"id": task.id}))
    await _tell(uow, task, "given", unit)
    await _record(uow, staff, task, "ordered")
    return task


async def _open_one(
    uow: UnitOfWork, staff: Staff, ref: str, may: Callable[[Staff, ProactiveTask], bool]
) -> ProactiveTask:
    """Locked. Raises NoSuchTask, TaskOver, NotYours."""
    query = select(ProactiveTask).where(ProactiveTask.ref == ref.replace("\0", "")[:40], within(staff))
    task = await uow.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if task is None:
        raise NoSuchTask("ref")
    if task.state is not ProactiveState.OPEN:
        raise TaskOver("ref")
    if not may(staff, task):
        raise NotYours
    return task


async def finish_proactive(uow: UnitOfWork, staff: Staff, ref: str, result: str) -> ProactiveTask:
    """Say what was found and done; the unit that wanted it is told. Raises EmptyText, NoSuchTask, NotYours, TaskOver."""
    task = await _open_one(uow, staff, ref, may_finish)
    task.result = required(result, "result", "结果", 2000)
    await _end(uow, staff, task, ProactiveState.DONE)
    await _tell(uow, task, "done", task.ordered_unit)
    return task


async def withdraw_proactive(uow: UnitOfWork, staff: Staff, ref: str) -> ProactiveTask:
    """Take it back. Raises NoSuchTask, NotYours, TaskOver."""
    task = await _open_one(uow, staff, ref, may_withdraw)
    await _end(uow, staff, task, ProactiveState.WITHDRAWN)
    return task


async def tell_overdue(uow: UnitOfWork, key: int) -> None:
    """Remind the unit and whoever ordered it, once, while it is open."""
    task = await uow.session.get(ProactiveTask, key)
    if task is not None and task.state is ProactiveState.OPEN:
        for unit in dict.fromkeys((task.unit, task.ordered_unit)):
            await _tell(uow, task, "overdue", unit)


async def _tell(uow: UnitOfWork, task: ProactiveTask, what: str, unit: str) -> None:
    """Another unit's post, about no ticket, which nobody may write but the system."""
    key = f"proactive:{task.id}:{what}:{unit}"
    async with uow.scoped(Scope.SYSTEM):
        await tell_post(uow, key=key, unit=unit, ticket_id=None, kind=f"proactive_{what}")


async def _end(uow: UnitOfWork, staff: Staff, task: ProactiveTask, state: ProactiveState) -> None:
    task.state, task.ended_by, task.ended_at = state, staff.id, uow.now
    await cancel(uow, _key(task))
    await _record(uow, staff, task, str(state))


def _key(task: ProactiveTask) -> str:
    return f"{OVERDUE}:{task.id}"


async def _record(uow: UnitOfWork, staff: Staff, task: ProactiveTask, what: str) -> None:
    await uow.record(ProactiveStep(account=staff.username, what=what, unit=task.unit, task=task.ref))
