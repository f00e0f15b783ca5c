"""集体诉求 and 重复诉求: at most five speak for a group, by law; who comes again is told from who comes for the first time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.builders.forms import CITY, COUNTY, STATION, appeal
from tests.builders.make import YES

DESK, OFFICER = f"dispatcher-{COUNTY}", f"officer-{STATION}"
SPEAKERS = [{"name": "李秀英", "phone": "13900139000"}, {"name": "王大山", "phone": None}]


async def filed(client, **fields):
    return await client.post("/api/v1/tickets", json=appeal(**fields))


async def desk(client, sign_in, number, by=DESK) -> dict:
    return (await client.get(f"/api/v1/desk/tickets/{number}", headers=await sign_in(by))).json()


async def test_a_group_has_a_number_and_speakers_masked(client, sign_in, act):
    receipt = await filed(client, people=12, representatives=SPEAKERS)
    assert receipt.status_code == 201, receipt.text
    number = receipt.json()["number"]
    seen = await desk(client, sign_in, number)
    assert seen["people"] == 12
    assert [one["phone"] for one in seen["representatives"]] == ["139****9000", None]
    assert seen["representatives"][0]["name"] == "李*"
    page = await client.get(f"/desk/t/{number}", headers=await sign_in(DESK))
    assert "集体 12人" in page.text
    assert "13900139000" not in page.text
    path = f"/api/v1/desk/tickets/{number}/reveal"
    whole = await client.post(path, json={"reason": "电话联系代表"}, headers=await sign_in(DESK))
    assert whole.json()["representatives"][0] == {"name": "李秀英", "phone": "13900139000"}
    found = await client.get(
        "/api/v1/desk/tickets", params={"view": "all", "q": "13900139000"}, headers=await sign_in(DESK)
    )
    assert [row["number"] for row in found.json()["tickets"]] == [number]


async def test_more_than_five_are_refused_by_law(client):
    six = [{"name": f"代表{no}"} for no in "甲乙丙丁戊己"]
    reply = await filed(client, people=20, representatives=six)
    assert (reply.status_code, reply.json()["title"]) == (422, "TooManyRepresentatives")
    assert "第二十条" in reply.json()["detail"]
    assert (await filed(client, people=20, representatives=six[:5])).status_code == 201


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"people": 1}, "people"),
        ({"representatives": SPEAKERS}, "people"),
        ({"people": 200_000}, "people"),
        ({"people": 9, "representatives": [{"name": "李", "phone": "123"}]}, "representatives.0.phone"),
        ({"people": 9, "representatives": [{"name": " "}]}, "representatives.0.name"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(client, fields, field):
    reply = await filed(client, **fields)
    assert (reply.status_code, reply.json()["field"]) == (422, field), reply.text


async def test_speakers_are_nowhere_in_clear_and_unknown_to_who_may_not_know(client, sign_in, make, uow):
    made = await make.filed(people=9, representatives=SPEAKERS, confidential=True)
    stored = [str(row) for row in await uow.session.execute(text("SELECT * FROM representative"))]
    assert len(stored) == 2
    assert not any(word in row for row in stored for word in ("李秀英", "王大山", "13900139000"))
    assert (await desk(client, sign_in, made.number, f"supervisor-{CITY}"))["representatives"] == []
    anonymous = await make.filed(people=9, representatives=SPEAKERS, anonymous=True, petitioner=None)
    assert (await desk(client, sign_in, anonymous.number))["representatives"] == []


async def answered(make, category: str):
    """One of that kind that the station has answered."""
    made = await make.filed()
    await make.dispatch(made, STATION, category=category)
    for step, by in (("sign", OFFICER), ("contact", OFFICER), ("submit", OFFICER), ("approve", f"unit_head-{STATION}")):
        await make.step(made, step, by)
    await make.answer(made, **YES)
    return made


async def test_who_comes_again_with_the_same_after_an_answer_is_shown_as_one_history(client, sign_in, make, clock):
    first, other = await answered(make, "0401"), await answered(make, "0501")
    clock.advance(timedelta(days=30))
    open_one, again = await make.filed(), await make.filed()
    for made in (open_one, again):
        await make.dispatch(made, STATION, category="0401")
    url = f"/api/v1/desk/tickets/{again.number}/earlier"
    page = (await client.get(url, headers=await sign_in(OFFICER))).json()
    marked = {row["number"]: row["again"] for row in page["tickets"]}
    assert (page["repeats"], marked[first.number], marked[other.number]) == (1, True, False)
    shown = (await client.get(f"/desk/t/{again.number}", headers=await sign_in(OFFICER))).text
    assert "第2次反映这类事" in shown
    assert "已核实并补发三个月抚恤金" in shown
    fresh = (await client.get(f"/desk/t/{first.number}", headers=await sign_in(OFFICER))).text
    assert "次反映这类事" not in fresh


async def test_of_an_unknown_kind_nothing_is_a_repeat(client, sign_in, make, clock):
    await make.ticket("closed")
    clock.advance(timedelta(days=1))
    again = await make.ticket("in_progress")
    page = await client.get(f"/api/v1/desk/tickets/{again.number}/earlier", headers=await sign_in(OFFICER))
    assert (page.json()["count"], page.json()["repeats"]) == (1, 0)
