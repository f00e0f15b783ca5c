"""Narrowing queues, filters of one's own, and what is news."""

from __future__ import annotations

from jiesu.desk.filters import canonical
from tests.builders.forms import CITY, COUNTY, STATION

DESK, FILTERS = "/api/v1/desk/tickets", "/api/v1/desk/filters"


async def found(client, headers, **params) -> set[str]:
    reply = await client.get(DESK, params={"view": "all"} | params, headers=headers)
    assert reply.status_code == 200, reply.text
    return {row["number"] for row in reply.json()["tickets"]}


async def test_a_queue_is_narrowed_by_unit_and_all_below_class_channel_and_category(client, sign_in, make):
    here = await make.ticket("dispatched", service_class="P1")
    category = (await make.load(here)).category or ""
    there = await make.ticket("dispatched", unit="INST-VETERANS")
    headers = await sign_in(f"supervisor-{CITY}")
    assert await found(client, headers) == {here.number, there.number}
    assert await found(client, headers, unit=COUNTY) == {here.number}
    assert await found(client, headers, **{"class": "P1"}) == {here.number}
    assert await found(client, headers, category=category[:2], unit=STATION) == {here.number}
    assert await found(client, headers, channel="letter") == set()
    assert await found(client, headers, unit="NOWHERE") == set()
    assert await found(client, headers, category="\0") == set()


async def test_due_by_a_day_means_by_its_end(client, sign_in, make):
    soon = await make.ticket("dispatched", service_class="P1")
    headers = await sign_in(f"officer-{STATION}")
    assert await found(client, headers, due="2026-11-02") == {soon.number}
    assert await found(client, headers, due="2026-11-01") == set()
    reply = await client.get(DESK, params={"due": "tomorrow"}, headers=headers)
    assert (reply.status_code, reply.json()["field"]) == (422, "due")


async def test_a_filter_beyond_what_one_may_see_shows_nothing(client, sign_in, make):
    await make.ticket("dispatched", unit="INST-VETERANS")
    assert await found(client, await sign_in(f"officer-{STATION}"), unit="INST-VETERANS") == set()


async def test_filters_are_kept_renamed_and_dropped_by_their_owner_alone(client, sign_in):
    mine, other = await sign_in(f"officer-{STATION}"), await sign_in(f"unit_head-{STATION}")
    kept = (await client.post(FILTERS, json={"name": "急件", "query": "class=P1&cursor=x"}, headers=mine)).json()
    assert kept["query"] == "class=P1"
    again = (await client.post(FILTERS, json={"name": "急件", "query": "class=P0"}, headers=mine)).json()
    assert again["id"] == kept["id"]
    assert (await client.get(FILTERS, headers=other)).json() == []
    path = f"{FILTERS}/{kept['id']}"
    assert (await client.patch(path, json={"name": "x"}, headers=other)).status_code == 404
    assert (await client.delete(path, headers=other)).status_code == 404
    assert (await client.patch(path, json={"name": "特急"}, headers=mine)).json()["name"] == "特急"
    assert (await client.delete(path, headers=mine)).status_code == 204
    assert (await client.get(FILTERS, headers=mine)).json() == []


async def test_no_more_than_twenty_and_none_without_a_name(client, sign_in):
    headers = await sign_in(f"officer-{STATION}")
    for place in range(20):
        await client.post(FILTERS, json={"name": f"n{place}"}, headers=headers)
    assert (await client.post(FILTERS, json={"name": "one more"}, headers=headers)).status_code == 409
    assert (await client.post(FILTERS, json={"name": "  "}, headers=headers)).status_code == 422


async def test_what_was_searched_for_does_not_stand_in_the_clear(client, sign_in, kernel):
    from sqlalchemy import text

    headers = await sign_in(f"officer-{STATION}")
    await client.post(FILTERS, json={"name": "张三", "query": "q=13800138000"}, headers=headers)
    async with kernel.db.begin() as uow:
        row = (await uow.session.execute(text("SELECT name || query FROM saved_filter"))).scalar_one()
    assert "13800138000" not in row
    assert "张三" not in row


def test_the_filter_of_an_address_is_each_thing_once_and_in_one_order():
    assert canonical("unit=A&view=open&n=100&cursor=x&q=") == "view=open&unit=A"
    assert canonical("q=%26%3D&q=b") == "q=b"


async def test_a_ticket_is_news_until_it_is_opened_and_again_once_it_changed(client, sign_in, make):
    made = await make.ticket("dispatched")
    headers = await sign_in(f"officer-{STATION}")

    async def news() -> list[bool]:
        reply = await client.get(DESK, params={"view": "all"}, headers=headers)
        return [row["news"] for row in reply.json()["tickets"]]

    assert await news() == [True]
    await client.get(f"/desk/t/{made.number}", headers=headers | {"X-Jiesu-Live": "1"})
    assert await news() == [True]
    await client.get(f"/desk/t/{made.number}", headers=headers)
    assert await news() == [False]
    await make.step(made, "sign", f"unit_head-{STATION}")
    assert await news() == [True]
