"""What an answer means: a rule, no storage."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from jiesu.surveys.words import Satisfaction, Solved

__all__ = ["CallPolicy", "is_content", "next_call", "wants_rework"]


def wants_rework(solved: Solved | None, satisfied: Satisfaction | None) -> bool:
    """Unsolved or dissatisfied goes back; partly solved and content with it does not (domain.md §3)."""
    return solved is Solved.NO or satisfied is Satisfaction.NO


def is_content(solved: Solved | None, satisfied: Satisfaction | None) -> bool:
    """Nothing is missing, so that there is no reason to give."""
    return solved in (None, Solved.YES) and satisfied in (None, Satisfaction.YES)


class CallPolicy(Protocol):
    """So many calls without an answer, over at least so many days, and nobody calls again."""

    @property
    def attempts(self) -> int: ...
    @property
    def over_days(self) -> int: ...


def next_call(policy: CallPolicy, calls: int, days: int, now: datetime, wanted: datetime | None) -> datetime | None:
    """When to call again after `calls` in vain on `days` calendar days, counting the first and today; None: no more.

    The calls spread evenly over the days unless somebody names a moment.
    """
    if calls >= policy.attempts and days >= policy.over_days:
        return None
    return wanted or now + timedelta(days=policy.over_days) / policy.attempts
