"""Which escalations wait for an acknowledgement: the condition that the index of those rows has."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_

from jiesu.escalation.models import Escalation

__all__ = ["awaited_of"]


def awaited_of(units: Collection[str]) -> ColumnElement[bool]:
    """Nobody of these units has acknowledged it yet, and somebody should."""
    return and_(Escalation.unit.in_(units), Escalation.wants_ack, Escalation.acknowledged_at.is_(None))
