"""The table of steps: whatever it does not name is refused, and nobody is left in a dead end."""

from __future__ import annotations

from itertools import product

import pytest

from jiesu.accounts.roles import Right
from jiesu.tickets.states import OPEN, TABLE, Actor, IllegalStep, allowed, move, who
from jiesu.tickets.words import Status, Step, say_status, say_step

NAMED = {(status, line.step): line for line in TABLE for status in line.sources}
UNNAMED = sorted(set(product(Status, Step)) - set(NAMED))
EVERYBODY = [*Right, *Actor]
#: States of domain.md §3 whose steps belong to later issues: nothing leads there yet.
LATER: set[Status] = set()


@pytest.mark.parametrize(("status", "step"), UNNAMED, ids=lambda word: word.value)
def test_a_step_that_the_table_does_not_name_is_refused(status: Status, step: Step):
    with pytest.raises(IllegalStep) as refused:
        move(status, step)
    with pytest.raises(IllegalStep):
        who(status, step)
    assert step not in allowed(status, EVERYBODY)
    assert say_step(step, "zh") in refused.value.say("zh")
    assert say_status(status, "en") in refused.value.say("en")


@pytest.mark.parametrize(("status", "step"), sorted(NAMED), ids=lambda word: word.value)
def test_a_step_that_the_table_names_leads_where_it_says(status: Status, step: Step):
    line = NAMED[status, step]
    assert move(status, step) == (line.to or status)
    assert who(status, step) == line.by
    assert all(step in allowed(status, [actor]) for actor in line.by)
    assert not any(step in allowed(status, [actor]) for actor in set(EVERYBODY) - line.by)


def test_no_status_has_two_lines_for_one_step():
    pairs = [(status, line.step) for line in TABLE for status in line.sources]
    assert len(pairs) == len(set(pairs))


def test_every_state_of_this_stage_is_reached_from_registered():
    reached = {Status.REGISTERED}
    for _ in Status:
        reached |= {line.to for line in TABLE if line.to and line.sources & reached}
    assert reached == set(Status) - LATER


def test_every_open_state_has_a_way_to_an_end():
    for start in OPEN:
        reached = {start}
        for _ in Status:
            reached |= {line.to for line in TABLE if line.to and line.sources & reached}
        assert reached - OPEN, f"{start} is a dead end"


def test_asking_and_deciding_about_time_moves_no_ticket():
    timing = {Step.EXTEND, Step.GRANT_EXTENSION, Step.REFUSE_EXTENSION, Step.RECLASS, Step.PLAN, Step.INFORM}
    lines = [line for line in TABLE if line.step in timing]
    assert {line.step for line in lines} == timing
    assert all(line.to is None for line in lines)
    assert all(
        line.sources <= {Status.DISPATCHED, Status.IN_PROGRESS, Status.UNDER_REVIEW, Status.LISTED} for line in lines
    )


def test_more_time_is_asked_for_by_the_unit_and_decided_by_those_who_stand_for_it():
    by = {line.step: line.by for line in TABLE}
    assert by[Step.EXTEND] == {Right.HANDLE}
    assert by[Step.GRANT_EXTENSION] == by[Step.REFUSE_EXTENSION] == {Right.APPROVE, Right.SUPERVISE}
    assert by[Step.RECLASS] == {Right.DISPATCH, Right.SUPERVISE}


def test_only_the_petitioner_withdraws_and_from_every_open_state():
    lines = [line for line in TABLE if line.step is Step.WITHDRAW]
    assert [(line.sources, line.by) for line in lines] == [(OPEN | {Status.MERGED, Status.SPLIT}, {Actor.PETITIONER})]


def test_nobody_closes_a_ticket_or_orders_rework_by_hand():
    lines = [line for line in TABLE if line.step in (Step.CLOSE, Step.ORDER_REWORK)]
    assert all(line.by == {Actor.SYSTEM} for line in lines)


def test_of_ended_states_only_a_closed_one_opens_again():
    ended = set(Status) - OPEN - {Status.MERGED, Status.SPLIT}  # which wait with another, and for parts
    leading = {(status, line.step) for line in TABLE if line.to for status in line.sources & ended}
    again = (Step.REOPEN, Step.ASK_RECHECK, Step.ASK_REVIEW, Step.REOPEN_PART, Step.ORDER_REWORK)
    assert leading == {(Status.CLOSED, step) for step in again}


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_everything_has_words(locale: str):
    assert all(say_status(status, locale) for status in Status)
    assert all(say_step(step, locale) for step in Step)
