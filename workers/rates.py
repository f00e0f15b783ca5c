"""Actors of the rates: what changed is counted anew, and every night months whose time has come are frozen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jiesu.db.uow import UnitOfWork
from jiesu.rules import Rules
from jiesu.statistics.fold import FOLD, fold
from jiesu.statistics.freeze import FREEZE, freeze_due, promise_freezing
from workers.actor import handles, handles_together

__all__ = ["count_anew", "freeze_months"]


@handles(FREEZE)
async def freeze_months(uow: UnitOfWork, rules: Rules, _: dict[str, Any]) -> None:
    """The next night is promised with it. What nobody promised to count is counted too."""
    await freeze_due(uow, rules.rates)
    await fold(uow, rules.rates.kept_days)
    await promise_freezing(uow)


@handles_together(FOLD)
async def count_anew(uow: UnitOfWork, rules: Rules, _: Sequence[dict[str, Any]]) -> None:
    """One look does for all the promises of a batch: whatever is marked is counted."""
    await fold(uow, rules.rates.kept_days)
