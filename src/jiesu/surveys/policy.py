"""What an answer means: a rule, no storage."""

from __future__ import annotations

from jiesu.surveys.words import Satisfaction, Solved

__all__ = ["wants_rework"]


def wants_rework(solved: Solved | None, satisfied: Satisfaction | None) -> bool:
    """Unsolved or dissatisfied goes back; partly solved and content with it does not (domain.md §3)."""
    return solved is Solved.NO or satisfied is Satisfaction.NO
