"""Queues: the right tickets in the right order, found by number, telephone or words, page after page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jiesu.desk.queue import VIEWS, View, list_tickets
from jiesu.kit.paging import encode_cursor
from tests.builders.forms import CITY, COUNTY, STATION

DESK = "/api/v1/desk/tickets"
WHERE = {
    "registered": "to_dispatch", "need_info": "need_info", "dispatched": "to_sign", "in_progress": "in_progress",
    "under_review": "to_review", "awaiting_survey": "awaiting_survey", "rework": "rework", "closed": "ended",
    "diverted": "ended", "withdrawn": "ended",
}  # fmt: skip


async def found(client, headers, **params) -> list[str]:
    reply = await client.get(DESK, params=params, headers=headers)
    assert reply.status_code == 200, reply.text
    return [row["number"] for row in reply.json()["tickets"]]


async def test_every_state_has_its_tab(client, sign_in, make):
    made = {state: (await make.ticket(state)).number for state in WHERE}
    headers = await sign_in(f"supervisor-{CITY}")
    for state, view in WHERE.items():
        numbers = await found(client, headers, view=view)
        assert set(numbers) == {made[other] for other in WHERE if WHERE[other] == view}, state
    assert set(await found(client, headers, view="all")) == set(made.values())


async def test_overdue_and_due_today_are_known_without_anything_having_run(client, sign_in, make, clock):
    made = await make.ticket("dispatched", service_class="P1")  # to be signed within the hour
    headers = await sign_in(f"officer-{STATION}")
    assert await found(client, headers, view="due_today") == [made.number]
    assert await found(client, headers, view="overdue") == []
    clock.advance(timedelta(hours=1, seconds=1))
    assert await found(client, headers, view="overdue") == [made.number]
    assert await found(client, headers, view="due_today") == []


async def test_the_counts_agree_with_the_queues(client, sign_in, make):
    for state in ("registered", "dispatched", "rework"):
        await make.ticket(state)
    headers = await sign_in(f"dispatcher-{COUNTY}")
    views = (await client.get("/api/v1/desk/counts", headers=headers)).json()["views"]
    assert {view: number for view, number in views.items() if number} == {"to_dispatch": 1, "rework": 1, "open": 3}


async def test_soonest_due_comes_first_and_what_is_not_due_last(client, sign_in, make):
    slow = await make.ticket("dispatched", service_class="P4")
    fast = await make.ticket("dispatched", service_class="P0")
    waiting = await make.ticket("awaiting_survey")
    order = await found(client, await sign_in(f"officer-{STATION}"), view="open")
    assert order == [fast.number, slow.number, waiting.number]


@pytest.mark.parametrize("view", [View.OPEN, View.ALL])
async def test_pages_show_every_ticket_once_and_in_order(kernel, make, staff, uow, clock, view):
    for number in range(8):
        await make.ticket("awaiting_survey" if number % 3 == 0 else "dispatched")
        clock.advance(timedelta(seconds=number % 2))
    person = await staff("officer", STATION)
    whole = await list_tickets(uow, kernel.keys, person, view)
    pieces, cursor = [], ""
    while True:
        page = await list_tickets(uow, kernel.keys, person, view, cursor=cursor, limit=3)
        pieces += [ticket.id for ticket in page.tickets]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert len(pieces) == 8
    assert pieces == [ticket.id for ticket in whole.tickets]


CURSORS = [
    "x",
    encode_cursor(1, 1),
    encode_cursor("2026-11-02T00:00:00", 1),
    encode_cursor("2026-11-02T00:00:00Z", 10**30),
    encode_cursor("2026-11-02T00:00:00Z", -1),
]


@pytest.mark.parametrize("cursor", CURSORS)
async def test_a_made_up_cursor_is_no_fault(client, sign_in, make, cursor):
    await make.ticket()
    headers = await sign_in(f"officer-{STATION}")
    for view in VIEWS:
        reply = await client.get(DESK, params={"view": view, "cursor": cursor}, headers=headers)
        assert reply.status_code in (200, 422), view


@pytest.mark.parametrize("q", ["抚恤", "抚恤金 停发", "13800138000", "138-0013-8000", "number", "150102"])
async def test_a_ticket_is_found_by_words_telephone_or_number(client, sign_in, make, q):
    made = await make.ticket(text="我是退役军人，抚恤金停发了三个月，编号150102。")
    other = await make.ticket(text="烈士陵园的台阶坏了，请修一修。", petitioner={"name": "李", "phone": "13900139000"})
    headers = await sign_in(f"dispatcher-{COUNTY}")
    assert await found(client, headers, q=made.number.lower() if q == "number" else q) == [made.number]
    assert set(await found(client, headers)) == {made.number, other.number}


@pytest.mark.parametrize("q", ["' | 'a", "!!!", "a:* & (", "\\", "\x00", "停\x00发", "%", "查" * 500, "0" * 40])
async def test_a_strange_search_finds_nothing_and_breaks_nothing(client, sign_in, make, q):
    await make.ticket()
    assert await found(client, await sign_in(f"officer-{STATION}"), q=q) == []


async def test_an_unknown_view_is_refused(client, sign_in):
    reply = await client.get(DESK, params={"view": "everything"}, headers=await sign_in(f"officer-{STATION}"))
    assert (reply.status_code, reply.json()["field"]) == (400, "view")
