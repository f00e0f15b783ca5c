"""协办: the desk gives other units a part of a ticket, keeps them to it, or relieves them; the lead may ask for one."""

from __future__ import annotations

from collections.abc import Collection

from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.routing.unit_choice import check_fit, known_unit
from jiesu.sla.limits import parse_limit
from jiesu.sla.rulebook import RuleBook
from jiesu.tickets.events import by_staff
from jiesu.tickets.guard import open_step, optional, required
from jiesu.tickets.models import Ticket
from jiesu.tickets.tasks import (
    BINDING,
    NoSuchTask,
    Task,
    TaskAsked,
    TaskGiven,
    TaskKept,
    TaskState,
    helpers,
    relieve,
    task_of,
    tasks_of,
)
from jiesu.tickets.words import Step
from jiesu.units.organisation import Organisation, Unit

__all__ = ["ask_for_task", "give_locked", "give_task", "keep_task", "relieve_task"]

#: What a co-handler is asked for where the desk says nothing more.
JUST_HELP = "请协助主办单位办理"


class LeadsAlready(Conflict):
    zh = "“{unit}”是主办单位，不能同时协办。请选择其他单位。"
    en = "“{unit}” leads this ticket and cannot be its co-handler too. Choose another unit."


class HelpsAlready(Conflict):
    zh = "“{unit}”已经在协办，任务还没有完成。"
    en = "“{unit}” is a co-handler already, with a task that is not finished."


class SealedAlone(Conflict):
    zh = "密件不能有协办单位。"
    en = "A sealed report has no co-handlers."


class BadWithin(Invalid):
    zh = "“{within}”不是时限。请写成“3 working days”或“4 working hours”这样。"
    en = "“{within}” is no limit. Write it like “3 working days” or “4 working hours”."


async def ask_for_task(
    uow: UnitOfWork, organisation: Organisation, staff: Staff, number: str, unit: str, what: str,
    *, version: int | None = None,
) -> Ticket:  # fmt: skip
    """The lead asks the desk for a co-handler; nothing is given yet. Locks the ticket.

    Raises UnknownUnit, LeadsAlready, HelpsAlready, SealedAlone.
    """
    ticket = await open_step(uow, staff, number, Step.ASK_TASK, version)
    chosen = known_unit(organisation, unit)
    await _check_free(uow, ticket, chosen, (*BINDING, TaskState.ASKED))
    what = required(what, "what", "请协办什么", 900)
    ticket.move(Step.ASK_TASK)
    task = Task(
        ticket_id=ticket.id,
        unit=chosen.code,
        what=what,
        state=TaskState.ASKED,
        giver=ticket.desk_unit,
        given_at=uow.now,
    )
    uow.add(task)
    event = TaskAsked(ticket_id=ticket.id, by=by_staff(staff), unit=chosen.code, giver=task.giver, what=what)
    await uow.record(event)
    return ticket


async def give_task(
    uow: UnitOfWork, rules: RuleBook, staff: Staff, number: str, unit: str, what: str | None, within: str | None,
    *, version: int | None = None,
) -> Ticket:  # fmt: skip
    """Make a unit co-handler, with a clock of its own; the policy says how long where `within` does not. Locks the ticket.

    What the lead asked of the same unit is thereby given. Raises UnknownUnit, LeadsAlready, HelpsAlready, SealedAlone,
    OutsideSubtree, AccusedUnit, NobodyThere, BadWithin.
    """
    ticket = await open_step(uow, staff, number, Step.GIVE_TASK, version)
    ticket.move(Step.GIVE_TASK)
    await give_locked(uow, rules, staff, ticket, unit, what, within)
    return ticket


async def give_locked(
    uow: UnitOfWork, rules: RuleBook, staff: Staff, ticket: Ticket, unit: str, what: str | None, within: str | None
) -> None:
    """The same for a locked ticket on which the person may dispatch."""
    chosen = known_unit(rules.organisation, unit)
    await _check_free(uow, ticket, chosen, BINDING)
    await check_fit(uow, rules.organisation, staff, ticket, chosen)
    asked = await task_of(uow, ticket, chosen.code, (TaskState.ASKED,))
    task = asked or Task(ticket_id=ticket.id, unit=chosen.code, what=JUST_HELP)
    task.what = optional(what, "what", "请协办什么", 900) or task.what
    task.within = within or rules.clocks_of(ticket.policy_version).beside.task_words(ticket.service_class)
    _check_within(task.within)
    task.state, task.giver, task.given_at = TaskState.OPEN, staff.unit, uow.now
    uow.add(task)
    await uow.session.flush()
    ticket.co_units = helpers(await tasks_of(uow, ticket))
    event = TaskGiven(ticket_id=ticket.id, by=by_staff(staff), unit=task.unit, what=task.what, within=task.within)
    await uow.record(event)


async def keep_task(
    uow: UnitOfWork, organisation: Organisation, staff: Staff, number: str, unit: str, reason: str,
    *, version: int | None = None,
) -> Ticket:  # fmt: skip
    """Refuse a co-handler's objection. Locks the ticket. Raises UnknownUnit, NoSuchTask, NotYours."""
    ticket = await open_step(uow, staff, number, Step.KEEP_TASK, version)
    task = await _decided(uow, organisation, staff, ticket, unit, (TaskState.OBJECTED,))
    reason = required(reason, "reason", "理由", 900)
    ticket.move(Step.KEEP_TASK)
    task.state, task.answer = TaskState.OPEN, reason
    await uow.record(TaskKept(ticket_id=ticket.id, by=by_staff(staff), unit=task.unit, reason=reason))
    return ticket


async def relieve_task(
    uow: UnitOfWork, organisation: Organisation, staff: Staff, number: str, unit: str, reason: str,
    *, version: int | None = None,
) -> Ticket:  # fmt: skip
    """End a task, objected to or not, or refuse what the lead asked for. Locks the ticket.

    Raises UnknownUnit, NoSuchTask, NotYours.
    """
    ticket = await open_step(uow, staff, number, Step.RELIEVE_TASK, version)
    task = await _decided(uow, organisation, staff, ticket, unit, (*BINDING, TaskState.ASKED))
    reason = required(reason, "reason", "理由", 900)
    ticket.move(Step.RELIEVE_TASK)
    await relieve(uow, ticket, task, reason, by_staff(staff))
    return ticket


async def _check_free(uow: UnitOfWork, ticket: Ticket, unit: Unit, states: Collection[TaskState]) -> None:
    if ticket.sealed_to is not None:
        raise SealedAlone("action")
    if unit.code == ticket.lead_unit:
        raise LeadsAlready("unit", unit=unit.name)
    if await task_of(uow, ticket, unit.code, states) is not None:
        raise HelpsAlready("unit", unit=unit.name)


def _check_within(within: str) -> None:
    try:
        parse_limit(within)
    except ValueError as problem:
        raise BadWithin("within", within=within[:40]) from problem


async def _decided(
    uow: UnitOfWork, organisation: Organisation, staff: Staff, ticket: Ticket, unit: str, states: Collection[TaskState]
) -> Task:
    """Nobody decides about a task of their own unit, nor about what they objected to from another post."""
    chosen = known_unit(organisation, unit)
    task = await task_of(uow, ticket, chosen.code, states)
    if task is None:
        raise NoSuchTask("unit", unit=chosen.name)
    if staff.unit == task.unit or staff.is_me(task.objected_by):
        raise NotYours
    return task
