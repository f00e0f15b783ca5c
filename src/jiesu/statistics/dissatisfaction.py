"""不满意的原因: which of those whose answers make the figures gave one."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from jiesu.statistics.query import excluded
from jiesu.surveys.models import Survey

__all__ = ["gave"]


def gave(reason: str) -> ColumnElement[bool]:
    """Counted answers that named this reason."""
    return Survey.reasons.contains([reason.replace("\0", "")]) & ~excluded()
