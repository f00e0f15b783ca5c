"""Actor of the rates: every night, months whose time has come are frozen."""

from __future__ import annotations

from typing import Any

from jiesu.db.uow import UnitOfWork
from jiesu.rules import Rules
from jiesu.statistics.freeze import FREEZE, freeze_due, promise_freezing
from workers.actor import handles

__all__ = ["freeze_months"]


@handles(FREEZE)
async def freeze_months(uow: UnitOfWork, rules: Rules, _: dict[str, Any]) -> None:
    """The next night is promised with it."""
    await freeze_due(uow, rules.rates)
    await promise_freezing(uow)
