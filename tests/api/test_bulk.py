"""One step on many tickets: each is done or refused by itself, and nothing is told of what may not be seen."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from jiesu.audit.trail import verify
from jiesu.sla.models import Deadline
from jiesu.tickets.words import Status
from jiesu.web.bulk import MOST, act_on_all
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.make import person

BULK = "/api/v1/desk/bulk"


async def ask(client, headers, action, numbers, **body):
    reply = await client.post(BULK, json={"action": action, "numbers": numbers, "body": body}, headers=headers)
    assert reply.status_code == 200, reply.text
    return reply.json()["results"]


async def test_each_ticket_is_done_or_refused_by_itself_in_the_order_asked(client, sign_in, make):
    new, signed, other = await make.ticket(), await make.ticket("in_progress"), await make.ticket()
    found = await ask(client, await sign_in(f"officer-{STATION}"), "sign", [signed.number, other.number, new.number])
    assert [(one["number"], one["done"]) for one in found] == [
        (signed.number, False),
        (other.number, True),
        (new.number, True),
    ]
    assert found[0]["problem"]
    assert found[1]["status"] == "in_progress"
    assert (await make.load(new)).status is Status.IN_PROGRESS


async def test_what_is_refused_half_way_leaves_nothing_behind_for_what_follows_in_the_transaction(kernel, make):
    """The co-handler is refused after the dispatch is on record and its clocks are armed; then the same ticket is dispatched."""
    made = await make.ticket("registered")
    async with kernel.db.begin() as uow:
        staff = await person(uow, kernel, f"dispatcher-{CITY}")
        for helpers, done in ([STATION], False), ([], True):
            body = {"unit": STATION, "co_handlers": helpers}
            found = await act_on_all(uow, kernel.rules, staff, [made.number], "dispatch", body, "zh")
            assert [one.done for one in found] == [done], found
    async with kernel.db.begin() as uow:
        assert [fault async for fault in verify(uow.session)] == []
        clocks = select(Deadline.target).where(Deadline.ticket_id == made.id, Deadline.clock == "unit")
        armed = (await uow.session.scalars(clocks)).all()
        assert sorted(armed) == sorted(set(armed))
        assert armed


async def test_two_spellings_of_a_number_are_one_ticket(client, sign_in, make):
    made = await make.ticket("in_progress")
    spellings = [made.number, made.number.lower()]
    found = await ask(client, await sign_in(f"officer-{STATION}"), "note", spellings, text="下周一走访")
    assert [one["number"] for one in found] == [made.number]
    view = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(f"officer-{STATION}"))
    assert [line.get("detail") for line in view.json()["history"]].count("下周一走访") == 1


async def test_a_ticket_that_may_not_be_seen_is_answered_as_one_that_is_not_there(client, sign_in, make):
    hidden = await make.ticket("in_progress", unit="INST-VETERANS", accused_unit=COUNTY)
    headers = await sign_in(f"unit_head-{COUNTY}")
    found = await ask(client, headers, "note", [hidden.number, "HH20260101-00001-3"], text="x")
    assert found[0]["problem"] == found[1]["problem"]
    assert not found[0]["done"]
    assert not found[1]["done"]


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ufffd", "", "’; --"])
async def test_what_is_no_number_is_refused_by_itself(client, sign_in, make, text):
    made = await make.ticket()
    found = await ask(client, await sign_in(f"officer-{STATION}"), "sign", [text, made.number])
    assert [(one["number"], one["done"]) for one in found] == [(text, False), (made.number, True)]
    assert found[0]["problem"]


async def test_one_note_and_one_unit_for_all(client, sign_in, make):
    made = [await make.filed(), await make.filed()]
    numbers = [one.number for one in made]
    found = await ask(client, await sign_in(f"dispatcher-{CITY}"), "dispatch", numbers, unit=STATION)
    assert [one["status"] for one in found] == ["dispatched"] * 2
    assert {(await make.load(one)).lead_unit for one in made} == {STATION}
    found = await ask(client, await sign_in(f"officer-{STATION}"), "note", numbers, text="下周一起走访")
    assert all(one["done"] for one in found)


@pytest.mark.parametrize(
    "body",
    [
        {"action": "recuse", "numbers": ["x"]},
        {"action": "sign", "numbers": []},
        {"action": "sign", "numbers": ["x"] * (MOST + 1)},
        {"action": "note", "numbers": ["x"], "body": {"nonsense": 1}},
    ],
)
async def test_what_is_not_offered_and_more_than_a_hundred_are_refused(client, sign_in, body):
    reply = await client.post(BULK, json=body, headers=await sign_in(f"officer-{STATION}"))
    assert reply.status_code == 400


async def test_of_a_ticket_named_twice_the_step_is_taken_once(client, sign_in, make):
    made = await make.ticket()
    found = await ask(client, await sign_in(f"officer-{STATION}"), "sign", [made.number, made.number])
    assert [one["done"] for one in found] == [True]
