"""Whose duty post a rung reaches: a rule over the unit tree, no storage."""

from __future__ import annotations

from jiesu.accounts.staff import Scoped
from jiesu.sla.rungs import Recipient
from jiesu.units.organisation import Organisation

__all__ = ["line_up", "recipient"]

_STEPS_UP = {"unit": 0, "parent": 1, "grandparent": 2}


def recipient(organisation: Organisation, ticket: Scoped, to: Recipient, start: str | None = None) -> str:
    """The unit whose duty post must know: reckoned from `start`, the responsible unit, or the desk while there is none.

    Past the top it stays with the root. Never a unit that the complaint is about, nor one under it (law, Art. 30): then
    the next one above. A sealed report never leaves its keeper.
    """
    if ticket.sealed_to is not None:
        return ticket.sealed_to
    start = start or ticket.lead_unit or ticket.desk_unit
    line = (start, *organisation.ancestors(start))
    wanted = len(line) - 1 if to == "root" else min(_STEPS_UP[to], len(line) - 1)
    return next(iter(_allowed(organisation, ticket, line[wanted:])), ticket.desk_unit)


def line_up(organisation: Organisation, ticket: Scoped, unit: str) -> tuple[str, ...]:
    """A post and those above it that may know of the ticket, nearest first; a sealed report has its keeper alone."""
    if ticket.sealed_to is not None:
        return (unit,)
    return (unit, *_allowed(organisation, ticket, organisation.ancestors(unit)))


def _allowed(organisation: Organisation, ticket: Scoped, line: tuple[str, ...]) -> tuple[str, ...]:
    accused = ticket.accused_unit
    return tuple(unit for unit in line if accused is None or not organisation.is_under(unit, accused))
