"""Sessions: listed, revoked, over when idle or old, and over at once with account, post or Redis."""

from __future__ import annotations

import pytest

from jiesu.accounts.grants import take_post
from jiesu.accounts.resets import deactivate, reset_second_factor
from jiesu.accounts.roles import Role
from jiesu.web.api.stream import _still_there
from tests.builders.accounts import NAME, PASSWORD, SESSION
from tests.builders.forms import COUNTY, STATION

LIST = "/api/v1/sessions"
HOUR, MINUTE = 3600, 60


@pytest.fixture
def later(people):
    """Move the machine's clock, as sessions see it."""
    now = [people.sessions.unix_time()]
    people.sessions.unix_time = lambda: now[0]

    def move(seconds: float) -> None:
        now[0] += seconds

    return move


async def alive(people, headers) -> bool:
    return (await people.client.get(SESSION, headers=headers)).status_code == 200


async def test_ones_own_sessions_are_listed_with_where_and_when(people, later):
    await people.add()
    await people.add("somebody.else")
    await people.enter("somebody.else")
    people.client.headers["user-agent"] = "Telephone/1"
    first = await people.enter()
    later(MINUTE)
    people.client.headers["user-agent"] = "Computer/2"
    second = await people.enter()
    listed = (await people.client.get(LIST, headers=second)).json()
    assert [(row["browser"], row["this_one"], row["address"]) for row in listed] == [
        ("Computer/2", True, "127.0.0.1"),
        ("Telephone/1", False, "127.0.0.1"),
    ]
    token = first["Authorization"].split()[1]
    assert token not in str(listed)


async def test_one_session_is_revoked_or_all_others(people):
    await people.add()
    sessions = [await people.enter() for _ in range(4)]
    me = sessions[0]
    listed = (await people.client.get(LIST, headers=me)).json()
    other = next(row["id"] for row in listed if not row["this_one"])
    assert (await people.client.delete(f"{LIST}/{other}", headers=me)).status_code == 204
    assert sum([await alive(people, each) for each in sessions]) == 3
    assert (await people.client.delete(f"{LIST}/{other}", headers=me)).status_code == 404
    assert (await people.client.delete(LIST, headers=me)).status_code == 204
    assert [await alive(people, each) for each in sessions] == [True, False, False, False]
    assert len((await people.client.get(LIST, headers=me)).json()) == 1
    assert [kind for kind, _ in await people.trail()].count("SessionsRevoked") == 2


async def test_nobody_revokes_the_session_of_another(people):
    await people.add()
    await people.add("somebody.else")
    victim, other = await people.enter(), await people.enter("somebody.else")
    [row] = (await people.client.get(LIST, headers=victim)).json()
    assert (await people.client.delete(f"{LIST}/{row['id']}", headers=other)).status_code == 404
    assert await alive(people, victim)


async def test_a_session_ends_when_idle(people, later):
    await people.add()
    headers = await people.enter()
    for _ in range(3):
        later(29 * MINUTE)
        assert await alive(people, headers)
    later(31 * MINUTE)
    assert not await alive(people, headers)


async def test_a_session_ends_after_a_day_at_the_office_however_busy(people, later):
    await people.add()
    headers = await people.enter()
    for _ in range(24):
        assert await alive(people, headers)
        later(20 * MINUTE + 1)
    assert not await alive(people, headers)


async def test_with_the_account_its_sessions_end_at_once(people, kernel):
    await people.add()
    headers = await people.enter()
    async with kernel.db.begin() as uow:
        await deactivate(uow, NAME, by="test")
    assert not await alive(people, headers)
    assert (await people.try_in()).status_code == 403


async def test_with_the_post_the_sessions_in_it_end_at_once_and_others_go_on(people, kernel):
    await people.add(NAME, (Role.OFFICER, STATION), (Role.OFFICER, COUNTY))
    here, there = await people.enter(), await people.enter()
    await people.client.post(f"{SESSION}/post", json={"role": "officer", "unit": COUNTY}, headers=there)
    async with kernel.db.begin() as uow:
        await take_post(uow, NAME, Role.OFFICER, STATION, by="test")
    assert [await alive(people, each) for each in (here, there)] == [False, True]


async def test_who_has_lost_every_post_is_told_to_ask_for_one(people, kernel):
    await people.add()
    async with kernel.db.begin() as uow:
        await take_post(uow, NAME, Role.OFFICER, STATION, by="test")
    refused = await people.try_in()
    assert (refused.status_code, refused.json()["title"]) == (403, "NoPost")
    assert (await people.try_in(password="wrong")).json()["title"] == "WrongCredentials"


async def test_a_second_factor_that_is_reset_ends_all_sessions(people, kernel):
    await people.add()
    headers = await people.enter()
    async with kernel.db.begin() as uow:
        await reset_second_factor(uow, NAME, by="test")
    assert not await alive(people, headers)


async def test_after_a_flush_of_redis_people_sign_in_again_and_nothing_worse(people, make):
    made = await make.ticket()
    await people.add()
    headers = await people.enter()
    await people.client._transport.app.state.redis.flushdb()
    url = f"/api/v1/desk/tickets/{made.number}"
    refused = await people.client.post(f"{url}/sign", json={}, headers=headers)
    assert (refused.status_code, refused.json()["title"]) == (401, "SignInFirst")
    headers = await people.enter()
    assert (await people.client.post(f"{url}/sign", json={}, headers=headers)).status_code == 200
    assert (await people.client.get(LIST, headers=headers)).json()[0]["this_one"]


async def test_signing_out_is_on_the_trail_and_a_revoked_session_does_not_come_back(people):
    await people.add()
    headers = await people.enter()
    assert (await people.client.delete(SESSION, headers=headers)).status_code == 204
    assert not await alive(people, headers)
    assert (await people.client.delete(SESSION, headers=headers)).status_code == 204
    assert [kind for kind, _ in await people.trail()][-2:] == ["SignedIn", "SignedOut"]
    assert (await people.try_in(password=PASSWORD)).status_code == 200


async def test_what_a_page_asks_for_by_itself_keeps_nobody_signed_in(people, later):
    await people.add()
    headers = await people.enter()
    idle = people.kernel.settings.idle_minutes * MINUTE
    later(idle // 2)
    reply = await people.client.get(LIST, headers=headers | {"X-Jiesu-Live": "1"})
    assert reply.status_code == 200
    later(idle // 2 + MINUTE)
    assert not await alive(people, headers)


async def test_listening_to_the_stream_is_no_use_of_the_session(client, sign_in):
    token = (await sign_in(f"officer-{STATION}"))["Authorization"].removeprefix("Bearer ")
    state = client._transport.app.state
    began = (await state.sessions.find(token, use=False)).used_at
    state.sessions.unix_time = lambda: began + 5 * MINUTE
    assert await _still_there(state, token) is not None
    assert (await state.sessions.find(token, use=False)).used_at == began
    await state.sessions.find(token)  # what a request does
    assert (await state.sessions.find(token, use=False)).used_at == began + 5 * MINUTE
