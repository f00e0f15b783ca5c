"""Actors of the clocks: rungs of the ladder are due, an acknowledgement is overdue, a calendar was published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jiesu.db.uow import UnitOfWork
from jiesu.escalation.arming import RUNG
from jiesu.escalation.fire import DueRung, fire_rungs
from jiesu.escalation.steps import ACK
from jiesu.escalation.unanswered import tell_next_post
from jiesu.rules import Rules
from jiesu.sla.recompute import RECOMPUTE, recompute_batch
from workers.actor import handles, handles_together

__all__ = ["acknowledgement_overdue", "calendar_published", "rungs_due"]


@handles_together(RUNG)
async def rungs_due(uow: UnitOfWork, rules: Rules, payloads: Sequence[dict[str, Any]]) -> None:
    """Fire the rungs, but for deadlines that were kept meanwhile."""
    await fire_rungs(uow, rules, [DueRung(payload["deadline_id"], payload["rung"]) for payload in payloads])


@handles(ACK)
async def acknowledgement_overdue(uow: UnitOfWork, rules: Rules, payload: dict[str, Any]) -> None:
    """Tell the post above, unless somebody answered meanwhile."""
    await tell_next_post(uow, rules, payload["escalation_id"])


@handles(RECOMPUTE)
async def calendar_published(uow: UnitOfWork, rules: Rules, payload: dict[str, Any]) -> None:
    """Reckon the next stretch of running deadlines by the calendar that was published."""
    due_at = datetime.fromisoformat(payload["due_at"]) if payload["due_at"] else None
    await recompute_batch(uow, rules.calendars, payload["version"], due_at, payload["deadline_id"])
