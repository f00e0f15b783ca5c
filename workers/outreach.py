"""Actor of the universal contact: the morning on which a call or visit is due."""

from __future__ import annotations

from typing import Any

from jiesu.db.uow import UnitOfWork
from jiesu.outreach.contact_person import contact_due as tell_that_due
from jiesu.outreach.keeping import DUE
from jiesu.outreach.words import Way
from jiesu.rules import Rules
from workers.actor import handles

__all__ = ["contact_due"]


@handles(DUE)
async def contact_due(uow: UnitOfWork, _: Rules, payload: dict[str, Any]) -> None:
    """Tell the duty post, unless somebody was in touch meanwhile."""
    await tell_that_due(uow, payload["person_id"], Way(payload["way"]))
