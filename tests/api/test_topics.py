"""Hot topics: what is one, who sees it, and the look that is ordered, done, withdrawn or late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from jiesu.audit.security import newest
from jiesu.tickets.models import Ticket
from tests.builders.forms import CITY, COUNTY, STATION

TOPICS = "/api/v1/board/topics"
TASKS = f"{TOPICS}/tasks"
LOOK = {
    "category": "0407",
    "place": "150102",
    "unit": COUNTY,
    "due_on": "2026-11-20",
    "demand": "请逐户走访，查清停发原因。",
}


@pytest.fixture
async def many(make, clock):
    """One before the window; four in it; and one that accuses the county, which the city alone may see."""

    async def one(unit=STATION, **form):
        made = await make.filed(**form)
        await make.dispatch(made, unit, category="0407")

    await one()
    clock.advance(timedelta(days=15))
    for _ in range(4):
        await one(title="停发 13800138000")
    await one("INST-VETERANS", accused_unit=COUNTY)


async def topics(client, sign_in, who: str) -> dict:
    reply = await client.get(TOPICS, headers=await sign_in(who))
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_a_topic_is_of_one_kind_and_place_and_counts_only_what_may_be_seen(client, sign_in, many):
    [seen] = (await topics(client, sign_in, f"supervisor-{CITY}"))["topics"]
    assert (seen["category"]["code"], seen["place"]["code"], seen["now"], seen["before"]) == ("0407", "150102", 5, 1)
    assert (len(seen["examples"]), seen["suggested"]["code"]) == (3, COUNTY)
    assert "13800138000" not in str(seen)
    [mine] = (await topics(client, sign_in, f"supervisor-{COUNTY}"))["topics"]
    assert (mine["now"], mine["place"]["code"]) == (4, "150102001")
    assert (await client.get(TOPICS, headers=await sign_in(f"auditor-{CITY}"))).status_code == 403
    assert (await topics(client, sign_in, "officer-VS-150103"))["topics"] == []


async def test_a_look_goes_to_the_unit_and_its_result_to_who_wanted_it(client, sign_in, many, uow):
    leader, head = await sign_in(f"supervisor-{CITY}"), await sign_in(f"unit_head-{COUNTY}")
    ordered = await client.post(TASKS, json=LOOK, headers=leader)
    assert ordered.status_code == 201, ordered.text
    ref = ordered.json()["ref"]
    assert (await client.post(TASKS, json=LOOK, headers=leader)).status_code == 409
    assert (await topics(client, sign_in, f"supervisor-{CITY}"))["topics"][0]["task"] == ref
    told = (await client.get("/api/v1/desk/notices", headers=head)).json()
    assert ("proactive_given", "/board/topics") in {(notice["kind"], notice["link"]) for notice in told}
    assert (await client.post(f"{TASKS}/{ref}/done", json={"result": "x"}, headers=leader)).status_code == 403
    assert (await client.post(f"{TASKS}/{ref}/withdraw", headers=head)).status_code == 403
    other = await sign_in("unit_head-VS-150103")
    assert (await client.post(f"{TASKS}/{ref}/done", json={"result": "x"}, headers=other)).status_code == 404
    done = await client.post(f"{TASKS}/{ref}/done", json={"result": "走访 40 户，补发 12 户。"}, headers=head)
    assert (done.json()["state"], done.json()["result"]) == ("done", "走访 40 户，补发 12 户。")
    assert (await client.post(f"{TASKS}/{ref}/done", json={"result": "x"}, headers=head)).status_code == 409
    told = (await client.get("/api/v1/desk/notices", headers=leader)).json()
    assert "proactive_done" in {notice["kind"] for notice in told}
    steps = [entry.data["what"] for entry in (await newest(uow)).entries if entry.kind == "ProactiveStep"]
    assert steps == ["done", "ordered"]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"unit": "VS-150103"}, 422),
        ({"due_on": "2026-11-17"}, 422),
        ({"due_on": "2027-11-17"}, 422),
        ({"demand": " "}, 422),
    ],
)
async def test_a_look_is_of_ones_own_subtree_by_a_day_to_come_and_says_what_is_wanted(
    client, sign_in, many, changed, status
):
    reply = await client.post(TASKS, json=LOOK | changed, headers=await sign_in(f"supervisor-{COUNTY}"))
    assert reply.status_code == status, reply.text


async def test_officers_order_nothing_and_the_county_sees_no_task_of_another(client, sign_in, many):
    assert (await client.post(TASKS, json=LOOK, headers=await sign_in(f"officer-{COUNTY}"))).status_code == 403
    await client.post(TASKS, json=LOOK, headers=await sign_in(f"supervisor-{CITY}"))
    assert (await topics(client, sign_in, "supervisor-VS-150103"))["tasks"] == []
    assert len((await topics(client, sign_in, f"officer-{COUNTY}"))["tasks"]) == 1


async def test_a_late_look_is_told_to_both_once_and_a_withdrawn_one_to_nobody(client, sign_in, many, jobs, clock):
    leader = await sign_in(f"supervisor-{CITY}")
    await client.post(TASKS, json=LOOK, headers=leader)
    gone = (await client.post(TASKS, json=LOOK | {"unit": STATION}, headers=leader)).json()["ref"]
    assert (await client.post(f"{TASKS}/{gone}/withdraw", headers=leader)).json()["state"] == "withdrawn"
    clock.advance(timedelta(days=4))
    await jobs.run_due()
    late = {}
    for who in (f"supervisor-{CITY}", f"unit_head-{COUNTY}", f"unit_head-{STATION}"):
        notices = (await client.get("/api/v1/desk/notices", headers=await sign_in(who))).json()
        late[who] = sum(notice["kind"] == "proactive_overdue" for notice in notices)
    assert list(late.values()) == [1, 1, 0]
    tasks = (await topics(client, sign_in, f"supervisor-{CITY}"))["tasks"]
    assert [(task["state"], task["late"]) for task in tasks] == [("open", True), ("withdrawn", False)]


async def test_the_page_orders_a_look_and_shows_what_is_wrong(client, sign_in, many):
    page = await client.get("/board/topics", headers=await sign_in(f"supervisor-{CITY}"))
    assert page.status_code == 200
    assert "安排主动办理" in page.text
    assert f'value="{COUNTY}"' in page.text


async def test_how_many_say_nearly_the_same_and_examples_of_these_first(client, sign_in, make, kernel):
    """Three of one story in other words; two others are the newest."""
    stories = (
        "今年三月起定期抚恤金一直没有发，问了站里说要等，请帮忙查一查。",
        "今年三月起定期抚恤金一直没有发，问过站里也说要等，请查一查。",
        "我家定期抚恤金今年三月起一直没有发，站里说要等，请帮忙查一查。",
        "想知道搬到外地以后优待证还能不能用，去哪里换。",
        "父亲的立功喜报寄丢了，能不能再开一份证明。",
    )
    made = []
    for number, text in enumerate(stories):
        one = await make.filed(title=f"第{number}件", text=text)
        async with kernel.db.begin() as uow:
            (await uow.session.get_one(Ticket, one.id)).category = "0407"
        made.append(one.number)
    [seen] = (await topics(client, sign_in, f"supervisor-{CITY}"))["topics"]
    assert (seen["now"], seen["alike"]) == (5, 3)
    assert [one["number"] for one in seen["examples"]] == made[2::-1]
    page = await client.get("/board/topics", headers=await sign_in(f"supervisor-{CITY}"))
    assert "其中 3 件说的几乎是同一件事" in page.text
    policy = msgspec.structs.replace(kernel.rules.reports.topics, alike=1.0)
    kernel._rules = replace(kernel.rules, reports=msgspec.structs.replace(kernel.rules.reports, topics=policy))
    [seen] = (await topics(client, sign_in, f"supervisor-{CITY}"))["topics"]
    assert (seen["alike"], [one["number"] for one in seen["examples"]]) == (0, made[:1:-1])
