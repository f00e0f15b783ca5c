"""What the conditions of rungs ask of tickets: asked of the database only where a condition needs it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import func, select
from stdnum.cn import ric

from jiesu.db.uow import UnitOfWork
from jiesu.kit.clock import SHANGHAI
from jiesu.petitioners.models import Petitioner
from jiesu.rules import Rules
from jiesu.sla.limits import ClockKind
from jiesu.sla.models import Deadline
from jiesu.sla.rungs import Condition, Facts
from jiesu.sla.terms import Vulnerable
from jiesu.tickets.models import Ticket

__all__ = ["gather_facts", "is_vulnerable"]


async def gather_facts(
    uow: UnitOfWork, rules: Rules, tickets: Iterable[Ticket], asked: Collection[Condition]
) -> dict[int, Facts]:
    """Facts by key of the ticket, complete for the conditions that are asked; tickets are in the session, locked."""
    rows = list(tickets)
    units = await _units_passed(uow, rows) if any(each.units_passed for each in asked) else {}
    frail = await _vulnerable(uow, rules, rows) if any(each.vulnerable for each in asked) else frozenset[int]()
    return {
        row.id: Facts(
            service_class=row.service_class,
            category=row.category,
            rework=row.reworks,
            units_passed=units.get(row.id, 0),
            dissatisfied=row.dissatisfactions,
            vulnerable=row.id in frail,
        )
        for row in rows
    }


async def _units_passed(uow: UnitOfWork, tickets: list[Ticket]) -> dict[int, int]:
    counted = select(Deadline.ticket_id, func.count(Deadline.unit.distinct())).group_by(Deadline.ticket_id)
    theirs = counted.where(Deadline.ticket_id.in_([row.id for row in tickets]), Deadline.clock == ClockKind.UNIT)
    found = await uow.session.execute(theirs)
    return dict(found.all())


async def _vulnerable(uow: UnitOfWork, rules: Rules, tickets: list[Ticket]) -> frozenset[int]:
    """Keys of the tickets whose petitioner is, by the policy each ticket began with."""
    keys = {row.petitioner_id for row in tickets if row.petitioner_id is not None}
    people = {
        person.id: person for person in await uow.session.scalars(select(Petitioner).where(Petitioner.id.in_(keys)))
    }
    today = uow.now.astimezone(SHANGHAI).date()
    return frozenset(
        row.id
        for row in tickets
        if (person := people.get(row.petitioner_id or 0))
        and is_vulnerable(person, rules.clocks_of(row.policy_version).terms.vulnerable, today)
    )


def is_vulnerable(person: Petitioner, policy: Vulnerable, today: date) -> bool:
    """By kind, or by age where the ID number tells it."""
    if person.kind is not None and person.kind in policy.kinds:
        return True
    if policy.age is None or not person.id_number:
        return False
    born = ric.get_birth_date(person.id_number)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= policy.age
