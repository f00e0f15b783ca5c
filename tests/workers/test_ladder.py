"""The ladder on the database: every rung once, to the right duty post, acknowledged by a person."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from jiesu.escalation.fire import DueRung, fire_rungs
from jiesu.escalation.models import Escalation
from jiesu.notifications.models import Notice
from jiesu.sla.limits import ClockKind
from jiesu.sla.models import Deadline
from tests.builders.forms import CITY, COUNTY, STATION, VILLAGE
from tests.builders.make import NO

POST = {"L1": STATION, "L2": COUNTY, "L3": CITY, "L4": CITY}


async def escalations(uow, made) -> list[Escalation]:
    query = select(Escalation).where(Escalation.ticket_id == made.id).order_by(Escalation.id)
    return list((await uow.session.scalars(query)).all())


async def climb(jobs, clock, made) -> None:
    """Let time pass from one due job to the next until the ticket has none left."""
    while pending := await jobs.pending(made.id):
        clock.set(max(pending[0].run_at, clock.now()))
        await jobs.run_due()


async def test_the_ladder_is_climbed_to_the_top_each_rung_once(make, jobs, clock, uow):
    """Peers' failure: only the first level fires."""
    made = await make.ticket("dispatched")
    await climb(jobs, clock, made)
    fired = await escalations(uow, made)
    owed = select(Deadline.id).where(Deadline.ticket_id == made.id, Deadline.clock != ClockKind.ORDER)
    deadlines = list(await uow.session.scalars(owed))  # the order that L3 issues has a short ladder of its own
    assert Counter((row.deadline_id, row.rung) for row in fired).most_common(1)[0][1] == 1
    for deadline in deadlines:
        assert [row.level for row in fired if row.deadline_id == deadline and row.level > 1] == [2, 3, 4]
    assert all(row.unit == POST[row.rung[:2]] for row in fired)
    assert all(row.wants_ack == (row.level > 1) for row in fired)


async def test_running_again_and_again_repeats_no_alert(make, jobs, clock, uow, kernel):
    """Peers' failure: the same alert mailed at every run."""
    made = await make.ticket("dispatched")
    clock.advance(timedelta(days=1))
    await jobs.run_due()
    before = len(await escalations(uow, made))
    for _ in range(3):
        due = [DueRung(row.deadline_id, row.rung) for row in await escalations(uow, made)]
        async with kernel.db.begin() as again:
            assert await fire_rungs(again, kernel.rules, due) == 0
        await jobs.run_due()
    notices = select(Notice.key).where(Notice.key.regexp_match("^escalation:[0-9]+$"))
    assert len(await escalations(uow, made)) == len((await uow.session.scalars(notices)).all()) == before > 0


async def test_a_ticket_that_nobody_dispatches_climbs_from_its_desk(make, jobs, clock, uow):
    """Peers' failure: unassigned tickets never escalate."""
    made = await make.ticket("registered")
    await climb(jobs, clock, made)
    fired = await escalations(uow, made)
    assert {row.level for row in fired} == {1, 2, 3, 4}
    assert {row.unit for row in fired if row.level == 1} == {COUNTY}
    assert {row.unit for row in fired if row.level > 1} == {CITY}


async def test_a_missed_first_contact_does_not_hide_the_resolve_clock(make, jobs, clock, uow, client):
    """Peers' failure: a missed first response masks the status of the resolution."""
    made = await make.ticket("in_progress")
    clock.advance(timedelta(hours=25))
    await jobs.run_due()
    await make.step(made, "contact", f"officer-{STATION}")
    view = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
    states = {(row["clock"], row["target"]): row["state"] for row in view["deadlines"]}
    assert states["petitioner", "first_contact"] == "missed"
    assert states["petitioner", "resolve"] == "running"
    await climb(jobs, clock, made)
    resolve = select(Deadline.id).where(Deadline.ticket_id == made.id, Deadline.target == "resolve")
    late = {row.deadline_id for row in await escalations(uow, made) if row.level == 4}
    assert late == set(await uow.session.scalars(resolve))


async def test_lateness_is_found_without_anybody_looking(make, jobs, clock, uow):
    """Peers' failure: overdue is found only when somebody opens the ticket."""
    made = await make.ticket("dispatched", service_class="P0")
    clock.advance(timedelta(minutes=10))
    await jobs.run_due()
    assert [(row.level, row.unit) for row in await escalations(uow, made) if row.level > 1] == [(2, COUNTY)]


async def test_a_kept_deadline_takes_its_rungs_with_it(make, jobs, clock, uow):
    made = await make.ticket("in_progress")
    signed = select(Deadline.id).where(Deadline.ticket_id == made.id, Deadline.target == "sign")
    [deadline] = await uow.session.scalars(signed)
    assert f"rung:{deadline}" not in {job.key for job in await jobs.pending(made.id)}
    await climb(jobs, clock, made)
    assert deadline not in {row.deadline_id for row in await escalations(uow, made)}


async def test_the_post_acknowledges_and_the_unit_below_cannot(act, make, jobs, clock, uow):
    made = await make.ticket("dispatched")
    clock.advance(timedelta(days=1))
    await jobs.run_due()
    refused = await act(f"officer-{STATION}", made, "acknowledge")
    assert refused.status_code == 403
    below = await act(f"unit_head-{STATION}", made, "acknowledge")
    assert (below.status_code, below.json()["title"]) == (409, "NothingToAcknowledge")
    done = await act(f"supervisor-{COUNTY}", made, "acknowledge", note="已电话督促")
    assert done.status_code == 200
    rows = [row for row in await escalations(uow, made) if row.wants_ack]
    assert rows
    assert all(row.acknowledged_at == clock.now() and row.note == "已电话督促" for row in rows)
    again = await act(f"supervisor-{COUNTY}", made, "acknowledge")
    assert (again.status_code, again.json()["title"]) == (409, "NothingToAcknowledge")


async def again(make, made, unit: str = STATION, **answers) -> None:
    """Rework by `unit`, and what the petitioner says of it."""
    await make.dispatch(made, unit, by=f"dispatcher-{CITY}")
    await make.step(made, "submit", f"officer-{unit}")
    await make.step(made, "approve", f"unit_head-{unit}")
    await make.answer(made, **answers)


@pytest.fixture
def by_count(uow):
    """Rungs that counts earned, as (rung, level)."""

    async def find(made) -> list[tuple[str, int]]:
        return [(row.rung, row.level) for row in await escalations(uow, made) if row.rung.startswith("count:")]

    return find


async def test_a_second_dissatisfaction_goes_to_level_three_and_a_third_rework_to_four(make, by_count):
    made = await make.ticket("rework")
    assert await by_count(made) == []
    await again(make, made, **NO)
    assert await by_count(made) == [("count:dissatisfied", 3)]
    await again(make, made, **NO)
    assert await by_count(made) == [("count:dissatisfied", 3), ("count:rework", 4)]
    await again(make, made, **NO)
    assert len(await by_count(made)) == 2


async def test_three_units_make_it_a_leaders_case(make, by_count):
    made = await make.ticket("rework")
    await again(make, made, VILLAGE, **NO)
    await make.dispatch(made, COUNTY, by=f"dispatcher-{CITY}")
    assert ("count:units_passed", 4) in await by_count(made)


async def test_one_unit_three_times_is_not_three_units(make, by_count):
    made = await make.ticket("rework")
    await again(make, made, **NO)
    await make.dispatch(made, STATION, by=f"dispatcher-{CITY}")
    assert await by_count(made) == [("count:dissatisfied", 3)]


async def test_a_level_reached_by_count_is_not_reached_again_by_time(make, jobs, clock, uow):
    made = await make.ticket("rework")
    await again(make, made, **NO)
    await climb(jobs, clock, made)
    fired = await escalations(uow, made)
    final = next(row.deadline_id for row in fired if row.rung == "count:dissatisfied")
    levels = [row.level for row in fired if row.deadline_id == final and row.level > 1]
    assert sorted(levels) == [2, 3, 4]
