"""A confidential petitioner is known to whoever handles the matter or calls back, and to nobody above them."""

from __future__ import annotations

import pytest

from tests.builders.forms import CITY, COUNTY, STATION

PHONE = "13800138000"
NAME = "张建国"
WHO = {"name": NAME, "phone": PHONE}
KNOWS = [f"officer-{STATION}", f"unit_head-{STATION}", f"callback-{COUNTY}", f"callback-{CITY}"]
SEES = [f"{role}-{unit}" for role in ("intake", "dispatcher", "unit_head", "supervisor") for unit in (CITY, COUNTY)]


async def looked_at(client, sign_in, made, username):
    """What a person learns: masked name on the ticket, search by telephone, the whole."""
    headers = await sign_in(username)
    view = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=headers)).json()
    found = await client.get("/api/v1/desk/tickets", params={"view": "all", "q": PHONE}, headers=headers)
    url = f"/api/v1/desk/tickets/{made.number}/reveal"
    revealed = await client.post(url, json={"reason": "电话联系"}, headers=headers)
    return view["petitioner"] is not None, made.number in found.text, revealed.status_code


@pytest.mark.parametrize("username", KNOWS)
async def test_whoever_handles_it_or_calls_back_may_know_who_it_is(client, sign_in, make, username):
    made = await make.ticket("in_progress", confidential=True, petitioner=WHO)
    assert await looked_at(client, sign_in, made, username) == (True, True, 200)


@pytest.mark.parametrize("username", SEES)
async def test_whoever_else_sees_the_ticket_does_not_learn_who_it_is(client, sign_in, make, username):
    made = await make.ticket("in_progress", confidential=True, petitioner=WHO)
    assert await looked_at(client, sign_in, made, username) == (False, False, 403)
    page = await client.get(f"/desk/t/{made.number}", headers=await sign_in(username))
    assert page.status_code == 200
    assert NAME[0] + "*" not in page.text


async def test_until_it_is_with_a_unit_the_desk_may_ask_the_petitioner_back(client, sign_in, make):
    made = await make.ticket("registered", confidential=True, petitioner=WHO)
    for role in ("intake", "dispatcher"):
        assert await looked_at(client, sign_in, made, f"{role}-{CITY}") == (True, True, 200)
    assert await looked_at(client, sign_in, made, f"supervisor-{CITY}") == (False, False, 403)
