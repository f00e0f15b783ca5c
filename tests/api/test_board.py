"""The board: figures of one's own subtree, each clicking through to its tickets."""

from __future__ import annotations

import pytest

from tests.builders.forms import CITY, COUNTY, STATION

RATES = "/api/v1/board/rates"


async def test_figures_click_through_to_exactly_their_tickets(client, sign_in, make):
    closed, again = await make.ticket("closed"), await make.ticket("rework")
    await make.ticket("awaiting_survey")
    headers = await sign_in(f"supervisor-{COUNTY}")
    units = (await client.get(RATES, params={"month": "2026-11"}, headers=headers)).json()["units"]
    assert units[0]["unit"]["code"] == COUNTY
    assert units[0]["own"]["base"] == 0
    assert units[0]["own"]["score"] is None
    assert units[0]["subtree"]["base"] == 2
    [station] = [row for row in units if row["unit"]["code"] == STATION]
    assert (station["own"]["base"], station["own"]["resolution"], station["own"]["ranked"]) == (2, 0.5, False)
    behind = (await client.get(f"{RATES}/tickets", params={"unit": STATION}, headers=headers)).json()
    assert [row["number"] for row in behind] == [closed.number, again.number]


@pytest.mark.parametrize("month", ["2026-13", "november", "2026", "9999-12", "0001-01", "2026-11-01", ""])
async def test_what_is_no_month_is_refused_or_empty(client, sign_in, month):
    reply = await client.get(RATES, params={"month": month}, headers=await sign_in(f"supervisor-{CITY}"))
    assert reply.status_code in (200, 422), reply.text
    if reply.status_code == 422:
        assert reply.json()["field"] == "month"


async def test_a_unit_beside_ones_own_is_not_shown(client, sign_in):
    headers = await sign_in(f"supervisor-{COUNTY}")
    for unit in ("VS-150103", CITY, "VS-9"):
        reply = await client.get(RATES, params={"unit": unit}, headers=headers)
        assert (reply.status_code, reply.json()["title"]) == (404, "UnitNotSeen")


@pytest.mark.parametrize("role", ["callback", "intake", "auditor", "administrator"])
async def test_figures_are_for_those_who_lead(client, sign_in, role):
    for path in ("rates", "overview", "rates/tickets"):
        reply = await client.get(f"/api/v1/board/{path}", headers=await sign_in(f"{role}-{CITY}"))
        assert reply.status_code == 403


async def test_the_overview_counts_what_waits(client, sign_in, make):
    await make.ticket("registered")
    await make.ticket("rework")
    view = (await client.get("/api/v1/board/overview", headers=await sign_in(f"supervisor-{COUNTY}"))).json()
    assert (view["queues"]["to_dispatch"], view["queues"]["rework"], view["queues"]["overdue"]) == (1, 1, 0)
