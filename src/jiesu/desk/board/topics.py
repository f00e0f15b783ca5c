"""Hot topics (未诉先办): the same kind of matter from the same place, again and again these days, and what was done about it."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import func, select, tuple_

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import NONE, Cut, What, allowed_unit, condition, place_digits, place_of
from jiesu.desk.board.hotspots import place_named
from jiesu.desk.names import Named, category_named, unit_or_code
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_text
from jiesu.kit.text import bigrams
from jiesu.proactive.models import ProactiveState, ProactiveTask
from jiesu.proactive.tasks import may_finish, may_order, may_withdraw, within
from jiesu.routing.alike import largest_group
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket

__all__ = ["Example", "TaskView", "Topic", "TopicsView", "task_view", "topics_view"]

EXAMPLES, TASKS = 3, 50
#: Second-level category and place.
Cell = tuple[str, str]


class Example(msgspec.Struct, frozen=True):
    """One of the tickets: of those that say nearly the same, then of the others, the newest first."""

    number: str
    title: str
    registered_at: datetime


class TaskView(msgspec.Struct, frozen=True):
    """A look that was ordered: open, done with a result, or withdrawn. `late`: open and its day has passed."""

    ref: str
    category: Named
    place: Named
    unit: Named
    ordered_unit: Named
    ordered_at: datetime
    due_on: date
    demand: str
    state: str
    late: bool
    result: str | None
    ended_at: datetime | None
    may_finish: bool
    may_withdraw: bool


class Topic(msgspec.Struct, frozen=True):
    """What came in the window and in the one before; `suggested` is the unit answerable for the place; `task` an open look at it.

    `alike`: how many of the newest say nearly the same thing; 0 where no two do.
    """

    category: Named
    place: Named
    now: int
    before: int
    first_seen: datetime
    alike: int
    examples: list[Example]
    suggested: Named
    task: str | None


class TopicsView(msgspec.Struct, frozen=True):
    """Topics of the last `days`, of at least `least` tickets, the most first; and the tasks of the subtree, open ones first."""

    unit: Named
    days: int
    least: int
    may_order: bool
    topics: list[Topic]
    tasks: list[TaskView]


#: A ticket and all its words.
Said = tuple[Example, str]


class Newest(NamedTuple):
    """What the newest tickets of a topic say."""

    alike: int
    examples: list[Example]


async def topics_view(
    uow: UnitOfWork, rules: Rules, staff: Staff, unit: str | None, locale: Locale = "zh"
) -> TopicsView:
    """Raises NotYours, UnitNotSeen."""
    chosen, policy = allowed_unit(staff, unit), rules.reports.topics
    tasks = await _tasks(uow, staff, rules.organisation.subtree(chosen))
    open_ = {(task.category, task.place): task.ref for task in tasks if task.state is ProactiveState.OPEN}
    found = await _counted(uow, rules, staff, chosen)
    newest = await _newest(uow, rules, staff, chosen, [cell for cell, *_ in found])
    topics = [
        Topic(
            category=_category(rules, cell[0], locale),
            place=place_named(rules, cell[1], locale),
            now=now,
            before=before,
            first_seen=first.astimezone(SHANGHAI),
            alike=newest[cell].alike if cell in newest else 0,
            examples=newest[cell].examples if cell in newest else [],
            suggested=unit_or_code(rules, _answerable(rules, staff, chosen, cell[1]), locale),
            task=open_.get(cell),
        )
        for cell, now, before, first in found
    ]
    views = [task_view(rules, staff, task, uow.now, locale) for task in tasks]
    named = unit_or_code(rules, chosen, locale)
    return TopicsView(named, policy.days, policy.least, may_order(staff), topics, views)


def _since(uow: UnitOfWork, rules: Rules, windows: int = 1) -> date:
    today = uow.now.astimezone(SHANGHAI).date()
    return today - timedelta(days=windows * rules.reports.topics.days - 1)


async def _counted(uow: UnitOfWork, rules: Rules, staff: Staff, unit: str) -> list[tuple[Cell, int, int, datetime]]:
    """One pass over two windows. What has no category yet is no topic."""
    policy, start = rules.reports.topics, datetime.combine(_since(uow, rules), datetime.min.time(), SHANGHAI)
    place = func.coalesce(place_of(place_digits(rules, unit)), NONE)
    inside = Ticket.registered_at >= start
    now = func.count().filter(inside)
    seen = condition(Cut(What.ARRIVED, unit=unit, since=_since(uow, rules, 2)), rules, staff, uow.now)
    query = (
        select(Ticket.category, place, now, func.count().filter(~inside), func.min(Ticket.registered_at).filter(inside))
        .where(seen, Ticket.category.is_not(None))
        .group_by(Ticket.category, place)
        .having(now >= policy.least)
        .order_by(now.desc(), Ticket.category, place)
        .limit(policy.most)
    )
    rows = await uow.session.execute(query)
    return [((category or NONE, where), came, before, first) for category, where, came, before, first in rows]


async def _newest(uow: UnitOfWork, rules: Rules, staff: Staff, unit: str, cells: list[Cell]) -> dict[Cell, Newest]:
    """What the newest of each topic say, compared beside the loop: twenty topics of fifty long texts take half a second."""
    policy, place = rules.reports.topics, func.coalesce(place_of(place_digits(rules, unit)), NONE)
    order = (Ticket.registered_at.desc(), Ticket.id.desc())
    nth = func.row_number().over(partition_by=(Ticket.category, place), order_by=order)
    seen = condition(Cut(What.ARRIVED, unit=unit, since=_since(uow, rules)), rules, staff, uow.now)
    columns = (Ticket.category, place.label("where"), Ticket.number, Ticket.title, Ticket.registered_at, Ticket.text)
    some = select(*columns, nth.label("nth")).where(seen, tuple_(Ticket.category, place).in_(cells)).subquery().c
    query = select(some.category, some.where, some.number, some.title, some.registered_at, some.text)
    found: dict[Cell, list[Said]] = {}
    rows = await uow.session.execute(query.where(some.nth <= policy.look_at).order_by(some.nth))
    for category, where, number, title, at, text in rows:
        example = Example(number, mask_text(title), at.astimezone(SHANGHAI))
        found.setdefault((category, where), []).append((example, f"{title}\n{text}"))
    return await asyncio.to_thread(lambda: {cell: _compared(said, policy.alike) for cell, said in found.items()})


def _compared(said: list[Said], least: float) -> Newest:
    group = largest_group([frozenset(bigrams(text)) for _, text in said], least)
    alike = len(group) if len(group) > 1 else 0
    others = [place for place in range(len(said)) if place not in group]
    return Newest(alike, [said[place][0] for place in (*group, *others)[:EXAMPLES]])


async def _tasks(uow: UnitOfWork, staff: Staff, units: frozenset[str]) -> list[ProactiveTask]:
    mine = (within(staff), ProactiveTask.unit.in_(units))
    order = (ProactiveTask.state != ProactiveState.OPEN, ProactiveTask.id.desc())
    query = select(ProactiveTask).where(*mine).order_by(*order).limit(TASKS)
    return list(await uow.session.scalars(query))


def task_view(rules: Rules, staff: Staff, task: ProactiveTask, now: datetime, locale: Locale) -> TaskView:
    """As it is shown to this person."""
    today = now.astimezone(SHANGHAI).date()
    return TaskView(
        ref=task.ref,
        category=_category(rules, task.category, locale),
        place=place_named(rules, task.place, locale),
        unit=unit_or_code(rules, task.unit, locale),
        ordered_unit=unit_or_code(rules, task.ordered_unit, locale),
        ordered_at=task.ordered_at.astimezone(SHANGHAI),
        due_on=task.due_on,
        demand=task.demand,
        state=str(task.state),
        late=task.state is ProactiveState.OPEN and task.due_on < today,
        result=task.result,
        ended_at=task.ended_at.astimezone(SHANGHAI) if task.ended_at else None,
        may_finish=may_finish(staff, task),
        may_withdraw=may_withdraw(staff, task),
    )


def _category(rules: Rules, code: str, locale: Locale) -> Named:
    return category_named(rules, code, locale) or Named(code, code)


def _answerable(rules: Rules, staff: Staff, unit: str, place: str) -> str:
    """The station or centre of the place, where the person has it below them; else the unit looked at."""
    if rules.organisation.find_place(place) is None:
        return unit
    found = rules.organisation.station_for(place).code
    return found if found in staff.subtree else unit
