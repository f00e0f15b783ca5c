"""What the steps of the clocks need of an installation's rules, as seen from below them."""

from __future__ import annotations

from typing import Protocol

from jiesu.kit.calendar import Calendars
from jiesu.sla.classes import ClockPolicy, ServiceClass
from jiesu.tickets.models import Ticket
from jiesu.units.organisation import Organisation

__all__ = ["RuleBook", "class_of"]


class RuleBook(Protocol):
    """`rules.Rules` is one."""

    @property
    def organisation(self) -> Organisation: ...
    @property
    def calendars(self) -> Calendars: ...
    def clocks_of(self, version: str) -> ClockPolicy: ...


def class_of(rules: RuleBook, ticket: Ticket) -> ServiceClass:
    """The ticket's class in the policy the ticket began with."""
    return rules.clocks_of(ticket.policy_version).classes[ticket.service_class]
