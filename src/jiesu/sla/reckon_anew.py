"""What becomes of a ticket's deadlines when its class is another one (domain.md §4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from jiesu.kit.calendar import Calendars, WorkingCalendar
from jiesu.sla.classes import ServiceClass
from jiesu.sla.clocks import TicketClocks, limit_of
from jiesu.sla.deadlines import PlannedDeadline, class_deadlines
from jiesu.sla.limits import AT_ONCE, RECURRING, ClockKind, Target
from jiesu.sla.models import ClockState, Deadline
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status

__all__ = ["reckon_anew"]

PETITIONERS, UNITS = ClockKind.PETITIONER, ClockKind.UNIT
#: Here the unit has signed for the ticket and works on it.
IN_HAND = frozenset({Status.IN_PROGRESS, Status.UNDER_REVIEW, Status.LISTED})


def reckon_anew(
    clocks: TicketClocks, ticket: Ticket, service_class: ServiceClass, calendars: Calendars, now: datetime
) -> None:
    """Reckon the petitioner's clock by the class from registration, and the unit's from its dispatch.

    What was met stays met; what is overdue stays missed on record, and runs on as it is where the new date has passed
    too. A deadline that the class does not change is left alone, with the warnings it has given. News owed to the
    petitioner are owed from the last ones on.
    """
    owed = AT_ONCE - _done(clocks, ticket)
    _reckon(clocks, service_class, PETITIONERS, ticket.registered_at, calendars.default, owed, now)
    mine = [row for row in clocks.rows if row.clock is UNITS and row.round == ticket.rounds]
    begun = [row.start_at for row in mine if row.target in AT_ONCE]
    if begun and ticket.status is not Status.OBJECTED:  # whoever objected owes nothing while that is judged
        own = calendars.of(ticket.lead_unit)
        _reckon(clocks, service_class, UNITS, begun[0], own, owed, now)
        if ticket.status in IN_HAND:
            _recur(clocks, service_class, own)


def _done(clocks: TicketClocks, ticket: Ticket) -> set[Target]:
    """What has happened, in time or late, and is not owed again."""
    told = {row.target for row in clocks.rows if row.target is Target.PLAN and row.state is ClockState.MET}
    done = {Target.PLAN} if told or any(clocks.live(targets={Target.PLAN_REVIEW})) else set[Target]()
    if ticket.first_contact_at is not None:
        done.add(Target.FIRST_CONTACT)
    if (ticket.accepted_at if ticket.is_petition else ticket.signed_at) is not None:
        done.add(Target.NOTICE)
    if ticket.status is not Status.DISPATCHED:
        done.add(Target.SIGN)
    return done


def _reckon(
    clocks: TicketClocks,
    service_class: ServiceClass,
    clock: ClockKind,
    start: datetime,
    calendar: WorkingCalendar,
    owed: frozenset[Target] | set[Target],
    now: datetime,
) -> None:
    plans = {plan.target: plan for plan in class_deadlines(service_class, clock, start, calendar, owed)}
    kept = set(_kept(clocks, clock, plans, calendar, now))
    for row in kept:
        row.service_class = service_class.code
    clocks.drop(clock, AT_ONCE - {row.target for row in kept})
    clocks.arm(service_class, clock, calendar, only=plans.keys() - {row.target for row in kept}, start=start)


def _kept(
    clocks: TicketClocks,
    clock: ClockKind,
    plans: dict[Target, PlannedDeadline],
    calendar: WorkingCalendar,
    now: datetime,
) -> Iterator[Deadline]:
    """Deadlines to leave alone: of the same limit, or overdue with a new date that has passed as well."""
    for row in clocks.live(clock, plans.keys()):
        plan = plans[row.target]
        if limit_of(row) == plan.limit or (clocks.late(row) and clocks.reckon(plan, calendar).due_at < now):
            yield row


def _recur(clocks: TicketClocks, service_class: ServiceClass, calendar: WorkingCalendar) -> None:
    for target in RECURRING:
        running = next(clocks.live(UNITS, {target}), None)
        if running is not None and service_class.limits.get(target) == limit_of(running):
            continue
        clocks.drop(UNITS, {target})
        if running is not None or target is Target.INFORM:
            clocks.start(service_class, {target}, calendar, at=running.start_at if running else None)
