"""Hot topics, and the proactive looks at them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.topics import TaskView, TopicsView, task_view, topics_view
from jiesu.kit.locale import Locale
from jiesu.proactive.tasks import finish_proactive, order_proactive, withdraw_proactive
from jiesu.rules import Rules
from jiesu.web.api.desk import refuse_classified

__all__ = ["TopicController"]

Text = Annotated[str, msgspec.Meta(max_length=2000)]


class LookOrdered(msgspec.Struct, forbid_unknown_fields=True):
    """Category of the second level and place as the topic names them; `unit` is to look and say what it found by `due_on`."""

    category: Annotated[str, msgspec.Meta(pattern="^[0-9]{4}$")]
    place: Annotated[str, msgspec.Meta(pattern="^([0-9]{4,12}|none)$")]
    unit: Annotated[str, msgspec.Meta(max_length=40)]
    due_on: date
    demand: Annotated[str, msgspec.Meta(max_length=1000)]


class LookDone(msgspec.Struct, forbid_unknown_fields=True):
    """What was found and done; no names."""

    result: Text


class TopicController(Controller):
    path = "/board/topics"
    tags = ("board",)

    @get(operation_id="BoardTopics")
    async def topics(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        unit: FromQuery[str | None] = None,
    ) -> TopicsView:
        """The same kind of matter from the same place, again and again these days (热点话题), and the looks that were ordered."""
        return await topics_view(uow, rules, staff, unit, locale)

    @post("/tasks", operation_id="OrderProactiveLook", status_code=HTTP_201_CREATED)
    async def order(
        self,
        data: JSONBody[LookOrdered],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> TaskView:
        """Have a unit look into it before more complain (未诉先办)."""
        refuse_classified(rules, {"demand": data.demand})
        task = await order_proactive(uow, rules, staff, data.category, data.place, data.unit, data.due_on, data.demand)
        return task_view(rules, staff, task, uow.now, locale)

    @post("/tasks/{ref:str}/done", operation_id="FinishProactiveLook", status_code=HTTP_200_OK)
    async def done(
        self,
        ref: FromPath[str],
        data: JSONBody[LookDone],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> TaskView:
        """Say what was found and done (报结果)."""
        refuse_classified(rules, {"result": data.result})
        return task_view(rules, staff, await finish_proactive(uow, staff, ref, data.result), uow.now, locale)

    @post("/tasks/{ref:str}/withdraw", operation_id="WithdrawProactiveLook", status_code=HTTP_200_OK)
    async def withdraw(
        self,
        ref: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> TaskView:
        """Take it back (收回)."""
        return task_view(rules, staff, await withdraw_proactive(uow, staff, ref), uow.now, locale)
