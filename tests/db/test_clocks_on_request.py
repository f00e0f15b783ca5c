"""Clocks that begin when they are asked for, and what a hearing or a question to the petitioner stops."""

from __future__ import annotations

from datetime import datetime

import pytest

from jiesu.kit.clock import SHANGHAI
from jiesu.sla.clocks import TicketClocks
from jiesu.sla.limits import ClockKind, Target
from jiesu.sla.models import ClockState
from jiesu.sla.rulebook import class_of
from jiesu.tickets.models import Ticket

PETITIONERS = ClockKind.PETITIONER


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
async def petition(make, uow, kernel):
    """The clocks of a petition in progress, and its class."""
    made = await make.ticket("in_progress", service_class="X")
    ticket = await uow.session.get_one(Ticket, made.id)
    return await TicketClocks.of(uow, ticket), class_of(kernel.rules, ticket)


def only(clocks: TicketClocks, target: Target):
    [row] = [row for row in clocks.rows if row.target is target and row.clock is PETITIONERS]
    return row


async def test_a_recheck_and_a_review_begin_when_they_are_asked_for(petition, uow, kernel):
    clocks, service_class = petition
    assert not {row.target for row in clocks.rows} & {Target.RECHECK, Target.REVIEW}
    uow.now = at(10, 10)
    clocks.start(service_class, {Target.RECHECK}, kernel.rules.calendar)
    await clocks.save()
    row = only(clocks, Target.RECHECK)
    assert (row.start_at, row.due_at, row.unit) == (at(10, 10), at(10, 17, 30, month=12), None)


async def test_what_runs_is_not_begun_twice(petition, kernel):
    clocks, service_class = petition
    for _ in range(2):
        clocks.start(service_class, {Target.REVIEW}, kernel.rules.calendar)
    assert only(clocks, Target.REVIEW).state is ClockState.RUNNING


async def test_a_hearing_stops_the_review_alone_and_its_days_are_not_counted(petition, uow, kernel):
    """信访工作条例 Art. 36."""
    clocks, service_class = petition
    calendars = kernel.rules.calendars
    uow.now = at(9, 10)
    clocks.start(service_class, {Target.REVIEW}, calendars.default)
    await clocks.save()
    review, opinion = only(clocks, Target.REVIEW), only(clocks, Target.OPINION)
    before = opinion.due_at
    assert review.due_at == at(9, 17, 30, month=12)
    uow.now = at(16, 10)
    clocks.pause("hearing", calendars)
    assert (review.state, opinion.state) == (ClockState.PAUSED, ClockState.RUNNING)
    uow.now = at(26, 10)
    clocks.resume(calendars)
    await clocks.save()
    assert (review.state, review.due_at) == (ClockState.RUNNING, at(21, 17, 30, month=12))  # ten days, off a Saturday
    assert opinion.due_at == before


async def test_a_question_to_the_petitioner_stops_everything(petition, uow, kernel):
    clocks, service_class = petition
    calendars = kernel.rules.calendars
    clocks.start(service_class, {Target.REVIEW}, calendars.default)
    await clocks.save()
    clocks.pause("need_info", calendars)
    assert {row.state for row in clocks.live()} == {ClockState.PAUSED}
    await clocks.save()
    assert clocks._ticket.next_due_at is None
    uow.now = at(4, 9)
    clocks.resume(calendars)
    assert {row.state for row in clocks.live()} == {ClockState.RUNNING}
    assert only(clocks, Target.REVIEW).due_at == at(4, 17, 30, month=12)


async def test_a_decision_during_the_hearing_is_in_time_however_long_that_lasts(petition, uow, kernel):
    """Peers' failure: paused then resolved ignores the hold."""
    clocks, service_class = petition
    calendars = kernel.rules.calendars
    clocks.start(service_class, {Target.REVIEW}, calendars.default)
    await clocks.save()
    clocks.pause("hearing", calendars)
    uow.now = at(28, 9, month=12)
    clocks.meet({Target.REVIEW})
    assert only(clocks, Target.REVIEW).state is ClockState.MET
