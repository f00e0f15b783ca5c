"""What moves a deadline and what does not, from filing to rework."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from jiesu.kit.clock import SHANGHAI
from tests.builders.forms import CITY, COUNTY, STATION


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def due(client):
    """When a ticket is due: (clock, target) → moment, as its petitioner sees it."""

    async def read(made) -> dict[tuple[str, str], datetime]:
        view = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
        return {(row["clock"], row["target"]): datetime.fromisoformat(row["due_at"]) for row in view["deadlines"]}

    return read


CONTACT, RESOLVE = ("petitioner", "first_contact"), ("petitioner", "resolve")


async def test_a_pause_moves_every_deadline_by_exactly_itself(make, due, clock, jobs):
    made = await make.ticket("registered")
    assert await due(made) == {CONTACT: at(3, 9), RESOLVE: at(9, 17, 30)}
    clock.set(at(2, 10))
    await make.step(made, "request_info", f"intake-{COUNTY}")
    assert await jobs.pending(made.id, "sla.rung") == []
    clock.set(at(4, 10))
    await make.supplement(made)
    # 48 hours for the natural clock; two office days (13 working hours) for the working one
    assert await due(made) == {CONTACT: at(5, 9), RESOLVE: at(11, 17, 30)}
    assert len(await jobs.pending(made.id, "sla.rung")) == 2


async def test_what_is_late_before_the_pause_stays_late(make, due, clock):
    made = await make.ticket("registered")
    clock.set(at(3, 10))
    await make.step(made, "request_info", f"intake-{COUNTY}")
    clock.set(at(5, 10))
    await make.supplement(made)
    assert (await due(made))[CONTACT] == at(3, 9)


async def test_no_remark_edit_contact_or_return_moves_a_deadline(make, due, clock, act):
    """Peers' failure: any edit or comment restarts the clock."""
    made = await make.ticket("in_progress")
    before = await due(made)
    officer, head = f"officer-{STATION}", f"unit_head-{STATION}"
    for number, (by, step) in enumerate(
        [
            (officer, "note"),
            (f"supervisor-{CITY}", "note"),
            (officer, "contact"),
            (officer, "submit"),
            (head, "send_back"),
        ]
    ):
        clock.set(at(2, 11 + number))
        await make.step(made, step, by)
    await make.supplement(made, "还有一份材料")
    assert {key: moment for key, moment in (await due(made)).items() if key in before} == before


async def test_a_new_class_is_reckoned_from_the_start_and_keeps_the_pause(make, due, clock):
    made = await make.ticket("registered")
    clock.set(at(2, 10))
    await make.step(made, "request_info", f"intake-{COUNTY}")
    clock.set(at(4, 10))
    await make.supplement(made)
    clock.set(at(4, 11))
    await make.dispatch(made, STATION, service_class="P3")
    moments = await due(made)
    assert moments[RESOLVE] == at(18, 17, 30)  # ten working days from the 2nd, and two for the pause
    assert moments[CONTACT] == at(5, 9)
    assert moments["unit", "resolve"] == at(18, 17, 30)  # ten from the dispatch on the 4th


async def test_the_units_clock_starts_at_dispatch_and_the_petitioners_at_registration(make, due, clock):
    made = await make.ticket("registered")
    clock.set(at(3, 15))
    await make.dispatch(made, STATION)
    moments = await due(made)
    assert (moments[RESOLVE], moments["unit", "resolve"]) == (at(9, 17, 30), at(10, 17, 30))
    assert moments["unit", "sign"] == at(4, 10)  # four working hours: 2.5 on the 3rd, 1.5 on the 4th


async def test_rework_gives_the_unit_new_time_and_the_petitioner_none(make, due, clock):
    made = await make.ticket("rework")
    clock.set(at(5, 9))
    await make.dispatch(made, None, by=f"unit_head-{COUNTY}")
    moments = await due(made)
    assert (moments[RESOLVE], moments["unit", "resolve"]) == (at(9, 17, 30), at(12, 17, 30))


async def test_a_reopened_ticket_owes_what_it_owed(make, due, clock):
    made = await make.ticket("closed")
    clock.set(at(16, 9))
    await make.step(made, "reopen", f"intake-{COUNTY}")
    moments = await due(made)
    assert (moments[RESOLVE], moments["unit", "resolve"]) == (at(9, 17, 30), at(23, 17, 30))


async def test_time_itself_moves_no_deadline(make, due, clock, jobs):
    made = await make.ticket("dispatched")
    before = await due(made)
    for _ in range(5):
        clock.advance(timedelta(days=1))
        await jobs.run_due()
    assert await due(made) == before
