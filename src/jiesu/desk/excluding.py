"""Exclusions (剔除) as they are shown, and which steps on them make sense now."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.deadlines import local
from jiesu.desk.names import unit_or_code
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.statistics.exclusions import (
    Exclusion,
    exclusion_waiting,
    exclusions_of,
    may_decide_exclusion,
    somebody_outside,
    unexcluded_answer,
)
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Step

__all__ = ["ExclusionView", "exclusion_views", "refused_by_exclusions"]

_DECISIONS = frozenset({Step.GRANT_EXCLUSION, Step.REFUSE_EXCLUSION})


class ExclusionView(msgspec.Struct, frozen=True):
    """One that was asked for: by whom, why, and the two who approved it or the one who did not."""

    state: str
    unit: str
    reason: str
    evidence: str
    asked_at: datetime
    seconded_unit: str | None
    seconded_at: datetime | None
    decided_unit: str | None
    decided_at: datetime | None
    note: str | None


async def exclusion_views(uow: UnitOfWork, rules: Rules, ticket: Ticket, locale: Locale = "zh") -> list[ExclusionView]:
    """All there were, oldest first."""
    return [_view(rules, each, locale) for each in await exclusions_of(uow, ticket)]


def _view(rules: Rules, row: Exclusion, locale: Locale) -> ExclusionView:
    return ExclusionView(
        state=row.state,
        unit=unit_or_code(rules, row.unit, locale).name,
        reason=row.reason,
        evidence=row.evidence,
        asked_at=row.asked_at.astimezone(SHANGHAI),
        seconded_unit=unit_or_code(rules, row.seconded_unit, locale).name if row.seconded_unit else None,
        seconded_at=local(row.seconded_at),
        decided_unit=unit_or_code(rules, row.decided_unit, locale).name if row.decided_unit else None,
        decided_at=local(row.decided_at),
        note=row.note,
    )


async def refused_by_exclusions(
    uow: UnitOfWork, rules: Rules, staff: Staff, ticket: Ticket, steps: Set[Step]
) -> set[Step]:
    """Of these steps, those that an exclusion asked for, or nothing to exclude, forbids."""
    refused: set[Step] = set()
    if Step.EXCLUDE in steps and (
        not somebody_outside(rules.organisation, ticket) or await unexcluded_answer(uow, ticket) is None
    ):
        refused.add(Step.EXCLUDE)
    if steps & _DECISIONS:
        waiting = await exclusion_waiting(uow, ticket)
        if waiting is None or not may_decide_exclusion(staff, waiting):
            refused |= _DECISIONS
    return refused
