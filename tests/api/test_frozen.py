"""冻结: a month stands as it was some days after its end; what changes later is written beside it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from jiesu.kit.clock import SHANGHAI
from jiesu.statistics.freeze import freeze_due
from jiesu.statistics.frozen import Adjustment, FrozenFact, FrozenMonth
from jiesu.surveys.send import survey_token
from jiesu.tickets.models import Ticket
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.make import YES
from workers.invariants import check_all

NO = {"contacted": False, "solved": "no", "satisfied": "no"}


def at(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.fixture
def freeze(kernel):
    async def run():
        async with kernel.db.begin() as uow:
            return [month.name for month in await freeze_due(uow, kernel.rules.rates)]

    return run


@pytest.fixture
def november(client, sign_in):
    async def read(who=f"supervisor-{CITY}", **query):
        params = {"month": "2026-11"} | query
        return (await client.get("/api/v1/board/rates", params=params, headers=await sign_in(who))).json()

    return read


async def _answered(make, clock, when, **answers):
    clock.set(at(when) - timedelta(hours=1))
    made = await make.ticket("awaiting_survey")
    clock.set(at(when))
    await make.answer(made, **answers)
    return made


async def test_a_month_is_frozen_once_and_later_changes_stand_beside_it(
    make, clock, freeze, november, client, sign_in, kernel, uow, act
):
    good = await _answered(make, clock, "11-30 10:00", **YES)
    partly = await _answered(make, clock, "11-29 10:00", contacted=True, solved="partly", satisfied="mostly")
    clock.set(at("12-05 23:00"))
    assert await freeze() == []  # the assessment month, which ended on the 25th, has no answers
    assert (await november())["frozen"] is None
    clock.set(at("12-06 02:00"))
    assert await freeze() == ["2026-11"]
    assert await freeze() == []
    view = await november()
    assert (view["frozen"]["changes"], view["units"][0]["frozen"]["resolution"]) == (0, 0.5)

    token = survey_token(kernel.keys, good.id, 1)
    clock.set(at("12-06 09:00"))
    changed = await client.post(f"/api/v1/surveys/{token}", json=NO | {"correct": True})
    assert changed.json()["status"] == "rework", changed.text
    asked = await act(f"officer-{STATION}", partly, "exclude", reason="mistaken", evidence="评的是另一件")
    assert asked.status_code == 200, asked.text
    for who in (f"unit_head-{COUNTY}", f"unit_head-{CITY}"):
        assert (await act(who, partly, "grant_exclusion")).status_code == 200
    view = await november()
    total = view["units"][0]
    assert (total["frozen"]["resolution"], total["frozen"]["base"]) == (0.5, 2)
    assert (total["subtree"]["resolution"], total["subtree"]["base"]) == (0.0, 1)
    told = {
        row["number"]: (row["cause"], row["before"]["solved"], row["after"]["solved"], row["after"]["excluded"])
        for row in view["frozen"]["adjustments"]
    }
    assert told == {
        good.number: ("corrected", "yes", "no", False),
        partly.number: ("excluded", "partly", "partly", True),
    }
    frozen = await uow.session.scalar(select(FrozenFact).where(FrozenFact.ticket_id == good.id).limit(1))
    assert frozen.solved == "yes"
    page = await client.get("/board/rates?month=2026-11", headers=await sign_in(f"supervisor-{CITY}"))
    assert "冻结时" in page.text
    assert "诉求人更改了评价" in page.text
    other = await november(f"supervisor-{'VS-150103'}")
    assert (other["frozen"]["changes"], other["units"][0]["frozen"]["base"]) == (0, 0)
    broken = [found for found in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if found.count]
    assert broken == []


async def test_what_nobody_told_is_found_by_recounting_once(make, clock, freeze, uow):
    made, main = await _answered(make, clock, "11-10 10:00", **YES), await _answered(make, clock, "11-11 10:00", **YES)
    clock.set(at("12-08 02:00"))
    await freeze()
    (await uow.session.get_one(Ticket, made.id)).merged_into = main.id
    await uow.session.flush()
    clock.set(at("12-09 02:00"))
    await freeze()
    await freeze()
    rows = (await uow.session.scalars(select(Adjustment))).all()
    months = {row.id: row.name for row in await uow.session.scalars(select(FrozenMonth))}
    assert (
        sorted((months[row.month_id], row.ticket_id, row.cause, row.after) for row in rows)
        == [("2026-11", made.id, "recount", None)] * 2
    )  # in the calendar and in the assessment month
