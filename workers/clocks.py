"""Actors of the clocks: a rung of the ladder is due."""

from __future__ import annotations

from typing import Any

from jiesu.db.uow import UnitOfWork
from jiesu.escalation.fire import RUNG, fire_rung
from jiesu.rules import Rules
from workers.actor import handles

__all__ = ["rung_due"]


@handles(RUNG)
async def rung_due(uow: UnitOfWork, rules: Rules, payload: dict[str, Any]) -> None:
    """Fire the rung, unless the deadline was kept meanwhile."""
    await fire_rung(uow, rules, payload["deadline_id"], payload["rung"])
