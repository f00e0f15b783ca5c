"""Actor of the proactive tasks: the morning after one's day has passed."""

from __future__ import annotations

from typing import Any

from jiesu.db.uow import UnitOfWork
from jiesu.proactive.tasks import OVERDUE, tell_overdue
from jiesu.rules import Rules
from workers.actor import handles

__all__ = ["task_overdue"]


@handles(OVERDUE)
async def task_overdue(uow: UnitOfWork, _: Rules, payload: dict[str, Any]) -> None:
    """Tell both posts, unless it was done meanwhile."""
    await tell_overdue(uow, payload["id"])
