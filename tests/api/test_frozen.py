"""冻结: a month stands as it was some days after its end; what changes later is written beside it."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module

import pytest
from sqlalchemy import select, text, update

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


async def _answered(make, clock, when, category=None, **answers):
    clock.set(at(when) - timedelta(hours=1))
    made = await (make.filed() if category else make.ticket("awaiting_survey"))
    if category:
        await make.dispatch(made, STATION, category=category)
        for step, role in (
            ("sign", "officer"),
            ("contact", "officer"),
            ("submit", "officer"),
            ("approve", "unit_head"),
        ):
            await make.step(made, step, f"{role}-{STATION}")
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


@pytest.fixture
def divided(client, sign_in):
    async def read(by, **query):
        params = {"month": "2026-11", "by": by} | query
        headers = await sign_in(f"supervisor-{CITY}")
        return (await client.get("/api/v1/board/rates/by", params=params, headers=headers)).json()["parts"]

    return read


async def test_divided_lines_stand_as_they_were_frozen_beside_what_they_are_now(
    make, clock, freeze, november, divided, client, sign_in, kernel
):
    """An answer corrected after the freeze, another ticket put into another category, and one merged away."""
    good = await _answered(make, clock, "11-30 10:00", category="0407", **YES)
    moved = await _answered(make, clock, "11-11 10:00", category="0407", **YES)
    other = await _answered(make, clock, "11-12 10:00", category="0901", **YES)
    clock.set(at("12-06 02:00"))
    assert (await divided("category"))[0]["frozen"] is None
    await freeze()
    clock.set(at("12-06 09:00"))
    token = survey_token(kernel.keys, good.id, 1)
    changed = await client.post(f"/api/v1/surveys/{token}", json=NO | {"correct": True})
    assert changed.json()["status"] == "rework", changed.text
    async with kernel.db.begin() as uow:
        (await uow.session.get_one(Ticket, moved.id)).category = "0901"
        (await uow.session.get_one(Ticket, other.id)).merged_into = good.id
    lines = {line["of"]["code"]: line for line in await divided("category")}
    now = {code: (line["figures"]["base"], line["figures"]["resolution"]) for code, line in lines.items()}
    then = {code: (line["frozen"]["base"], line["frozen"]["resolution"]) for code, line in lines.items()}
    assert now == {"04": (1, 0.0), "09": (1, 1.0)}
    assert then == {"04": (2, 1.0), "09": (1, 1.0)}
    total = (await november())["units"][0]
    for by in ("category", "function", "officer"):
        parts = await divided(by)
        assert sum(line["frozen"]["base"] for line in parts) == total["frozen"]["base"] == 3, by
        assert sum(line["figures"]["base"] for line in parts) == total["subtree"]["base"] == 2, by
    [officer] = await divided("officer")
    assert officer["of"]["code"] == f"officer-{STATION}".lower()
    page = await client.get("/board/rates?month=2026-11&by=category", headers=await sign_in(f"supervisor-{CITY}"))
    assert page.text.count("冻结时 2") == 1
    assert page.text.count("冻结时 3") == 1
    assert [line["frozen"]["base"] for line in await divided("category", unit="VS-150103")] == []


async def test_a_line_that_is_empty_now_still_shows_what_was_frozen(
    make, clock, freeze, divided, kernel, client, sign_in
):
    only = await _answered(make, clock, "11-10 10:00", category="0407", **YES)
    clock.set(at("12-06 02:00"))
    await freeze()
    async with kernel.db.begin() as uow:
        (await uow.session.get_one(Ticket, only.id)).category = "0901"
    lines = {
        line["of"]["code"]: (line["figures"]["base"], line["frozen"]["base"]) for line in await divided("category")
    }
    assert lines == {"04": (0, 1), "09": (1, 0)}
    for path in ("figures/export?what=rates_by&month=2026-11", "rates/export?month=2026-11"):
        asked = {"reason": "核对", "form": "csv"}
        file = await client.post(f"/api/v1/board/{path}", json=asked, headers=await sign_in(f"supervisor-{CITY}"))
        heading, *lines = file.content.decode("utf-8-sig").splitlines()
        place = heading.split(",").index("冻结时有效评价")
        assert {line.split(",")[place] for line in lines} == {"0", "1"}, path


async def test_what_was_frozen_before_is_divided_by_the_answer_that_counted(make, clock, freeze, uow):
    """Migration 0039."""
    backfill = import_module("jiesu.db.migrations.versions.0039_frozen_by_category_and_officer").OF_THE_ANSWER
    made = await _answered(make, clock, "11-10 10:00", category="0407", **YES)
    clock.set(at("12-08 02:00"))
    await freeze()
    facts = select(FrozenFact.category, FrozenFact.officer_id).where(FrozenFact.ticket_id == made.id)
    kept = (await uow.session.execute(facts)).all()
    assert (len(kept), kept[0][0], kept[0][1] is not None) == (2, "0407", True)
    await uow.session.execute(update(FrozenFact).values(category=None, officer_id=None))
    await uow.session.execute(text(backfill))
    assert (await uow.session.execute(facts)).all() == kept
