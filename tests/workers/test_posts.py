"""Who is told of a rung, when they are told, and what happens when nobody answers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from jiesu.accounts.models import StaffRow
from jiesu.escalation.models import Escalation
from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.models import Notice
from tests.builders.forms import CITY, COUNTY, STATION
from workers.invariants import check_all


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def vacate(kernel):
    """Nobody works at the unit any more."""

    async def leave(unit: str) -> None:
        async with kernel.db.begin() as uow:
            await uow.session.execute(update(StaffRow).where(StaffRow.unit == unit).values(active=False))

    return leave


@pytest.fixture
def notices(uow):
    """Notices of a ticket's ladder: (unit, kind, when shown, for whom)."""

    async def read(made) -> list[tuple[str, str, datetime, str | None]]:
        query = select(Notice).where(Notice.ticket_id == made.id, Notice.key.like("escalation:%")).order_by(Notice.id)
        rows = await uow.session.scalars(query.execution_options(populate_existing=True))
        return [(row.unit, row.kind, row.shown_from.astimezone(SHANGHAI), row.vacant) for row in rows]

    return read


async def orders(uow, made) -> list[Escalation]:
    query = select(Escalation).where(Escalation.ticket_id == made.id, Escalation.wants_ack).order_by(Escalation.id)
    return list(await uow.session.scalars(query.execution_options(populate_existing=True)))


async def test_a_vacant_post_keeps_the_record_and_the_one_above_is_told(make, jobs, clock, uow, vacate, notices):
    made = await make.ticket("dispatched")
    await vacate(COUNTY)
    clock.set(at(2, 15, 30))
    await jobs.run_due()
    [order] = await orders(uow, made)
    assert (order.unit, order.stand_in) == (COUNTY, CITY)
    told = [(unit, vacant) for unit, kind, _, vacant in await notices(made) if kind == "supervision"]
    assert told == [(COUNTY, None), (CITY, COUNTY)]


async def test_a_manned_post_is_told_alone(make, jobs, clock, uow, notices):
    made = await make.ticket("dispatched")
    clock.set(at(2, 15, 30))
    await jobs.run_due()
    assert [row.stand_in for row in await orders(uow, made)] == [None]
    assert [unit for unit, kind, *_ in await notices(made) if kind == "supervision"] == [COUNTY]


async def test_an_accused_unit_never_stands_in(make, jobs, clock, uow, vacate, notices):
    made = await make.ticket("registered", accused_unit=CITY)
    if (await make.load(made)).sealed_to is None:
        clock.set(at(12, 9))
        await jobs.run_due()
    assert CITY not in {unit for unit, *_ in await notices(made)}


async def test_notices_wait_for_the_office_to_open_and_the_record_does_not(
    make, jobs, clock, uow, notices, client, sign_in
):
    made = await make.ticket(
        "in_progress"
    )  # first contact within 24 hours: the warning of 80 % falls at 4:12 in the night
    clock.set(at(3, 4, 12))
    await jobs.run_due()
    night = [row for row in await notices(made) if row[1] == "warning"][-1]
    assert night[2] == at(3, 8, 30)
    fired = await uow.session.scalar(
        select(Escalation.fired_at).where(Escalation.ticket_id == made.id).order_by(Escalation.id.desc()).limit(1)
    )
    assert fired.astimezone(SHANGHAI) == at(3, 4, 12)
    headers = await sign_in(f"officer-{STATION}")
    kinds = [row["kind"] for row in (await client.get("/api/v1/desk/notices", headers=headers)).json()]
    clock.set(at(3, 8, 30))
    headers = await sign_in(f"officer-{STATION}")
    later = [row["kind"] for row in (await client.get("/api/v1/desk/notices", headers=headers)).json()]
    assert len(later) - len(kinds) >= 1


@pytest.mark.parametrize("service_class", ["P0", "P1"])
async def test_an_urgent_matter_is_told_at_any_hour(make, jobs, clock, notices, service_class):
    clock.set(at(2, 22))
    made = await make.ticket("dispatched", service_class=service_class)
    clock.set(at(3, 1))
    await jobs.run_due()
    assert {shown for _, _, shown, _ in await notices(made)} == {at(3, 1)}


async def test_an_order_nobody_acknowledges_goes_up_post_by_post_and_stays_at_the_top(make, jobs, clock, uow, notices):
    made = await make.ticket("dispatched")
    clock.set(at(2, 15, 30))  # the sign clock of four working hours is over
    await jobs.run_due()
    [order] = await orders(uow, made)
    assert order.ack_due_at.astimezone(SHANGHAI) == at(3, 10, 30)
    clock.set(at(3, 10, 30))
    await jobs.run_due()
    order = (await orders(uow, made))[0]
    assert order.ack_asked == CITY
    assert ("ack_overdue", CITY) in {(kind, unit) for unit, kind, *_ in await notices(made)}
    clock.set(order.ack_due_at)
    await jobs.run_due()
    assert f"ack:{order.id}" not in {job.key for job in await jobs.pending(made.id)}
    overdue = [kind for _, kind, *_ in await notices(made)].count("ack_overdue")
    assert overdue == sum(row.unit == COUNTY and row.ack_asked == CITY for row in await orders(uow, made))


async def test_an_acknowledgement_in_time_tells_nobody_above(make, jobs, clock, act, notices):
    made = await make.ticket("dispatched")
    clock.set(at(2, 15, 30))
    await jobs.run_due()
    clock.set(at(2, 16))
    assert (await act(f"supervisor-{COUNTY}", made, "acknowledge")).status_code == 200
    clock.set(at(3, 12))
    await jobs.run_due()
    assert "ack_overdue" not in {kind for _, kind, *_ in await notices(made)}


async def test_an_urgent_order_is_acknowledged_within_half_an_hour(make, jobs, clock, uow):
    clock.set(at(2, 22))
    made = await make.ticket("dispatched", service_class="P0")
    clock.set(at(2, 22, 10))
    await jobs.run_due()
    assert [row.ack_due_at.astimezone(SHANGHAI) for row in await orders(uow, made)] == [at(2, 22, 40)]


async def test_an_ended_ticket_asks_for_no_acknowledgement_any_more(make, jobs, clock, notices, kernel):
    made = await make.ticket("dispatched")
    clock.set(at(2, 15, 30))
    await jobs.run_due()
    await make.withdraw(made)
    clock.advance(timedelta(days=3))
    await jobs.run_due()
    assert "ack_overdue" not in {kind for _, kind, *_ in await notices(made)}
    assert [row.law for row in await check_all(kernel.db, kernel.clock.now()) if row.count] == []


async def test_the_history_says_what_fired_for_which_date_and_who_was_told(make, jobs, clock, client, sign_in, vacate):
    made = await make.ticket("dispatched")
    await vacate(COUNTY)
    clock.set(at(2, 15, 30))
    await jobs.run_due()
    headers = await sign_in(f"officer-{STATION}")
    view = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=headers)).json()
    [line] = [line["what"] for line in view["history"] if line["kind"] == "Escalated" and "督办单" in line["what"]]
    assert "签收" in line
    assert "11月2日（周一）15:30" in line
    assert "空缺" in line
