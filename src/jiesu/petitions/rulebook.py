"""What the statutory track needs of an installation's rules, as seen from below them; and which organ is above which."""

from __future__ import annotations

from typing import Protocol

from jiesu.petitions.phrasing import Phrasing
from jiesu.sla.rulebook import RuleBook
from jiesu.tickets.models import Ticket
from jiesu.units.organisation import Organisation

__all__ = ["PetitionRules", "organ_above"]


class PetitionRules(RuleBook, Protocol):
    """`rules.Rules` is one."""

    @property
    def documents(self) -> Phrasing: ...


def organ_above(organisation: Organisation, ticket: Ticket, unit: str) -> str | None:
    """The next-higher organ, never one that the petition is about, nor one under that; None above the top."""
    accused = ticket.accused_unit
    line = organisation.ancestors(unit)
    return next((code for code in line if accused is None or not organisation.is_under(code, accused)), None)
