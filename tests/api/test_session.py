"""Signing in and out."""

from __future__ import annotations

import asyncio

from sqlalchemy import update

from jiesu.accounts.models import Account
from jiesu.accounts.resets import deactivate
from jiesu.demo.users import PASSWORD
from jiesu.web.sessions import COOKIE
from tests.builders.desk import signing_in

URL = "/api/v1/session"
USER = {"username": "officer-vs-150102001", "password": PASSWORD}


async def test_name_and_password_open_a_session(client):
    reply = await client.post(URL, json=USER)
    user = reply.json()["user"]
    assert (reply.status_code, user["role"], user["unit"]["code"]) == (200, "officer", "VS-150102001")
    cookie = reply.headers["set-cookie"].lower()
    assert all(word in cookie for word in (COOKIE, "httponly", "samesite=lax"))

    client.cookies.clear()
    me = await client.get(URL, headers={"Authorization": f"Bearer {reply.json()['token']}"})
    assert me.json() == user


async def test_a_wrong_password_and_an_unknown_name_look_the_same(client):
    wrong = await client.post(URL, json=USER | {"password": "wrong"})
    unknown = await client.post(URL, json=USER | {"username": "nobody"})
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.json() == unknown.json()


async def test_signing_out_ends_the_session(client, sign_in):
    headers = await sign_in("officer-VS-150102001")
    assert (await client.delete(URL, headers=headers)).status_code == 204
    assert (await client.get(URL, headers=headers)).status_code == 401


async def test_without_a_session_the_desk_is_shut(client):
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}):
        reply = await client.get("/api/v1/desk/tickets", headers=headers)
        assert (reply.status_code, reply.json()["title"]) == (401, "SignInFirst")


async def test_someone_who_left_is_signed_out_at_once(client, sign_in, uow):
    headers = await sign_in("officer-VS-150102001")
    await uow.session.execute(update(Account).where(Account.username == USER["username"]).values(active=False))
    assert (await client.get(URL, headers=headers)).status_code == 401
    assert (await client.post(URL, json=USER)).status_code == 403


async def test_a_cookie_alone_reads_but_does_not_act(client, make):
    made = await make.ticket()
    await client.post(URL, json=USER)
    assert (await client.get(f"/api/v1/desk/tickets/{made.number}")).status_code == 200
    assert (await client.post(f"/api/v1/desk/tickets/{made.number}/sign", json={})).status_code == 401
    assert (await make.load(made)).status == "dispatched"


async def test_who_is_refused_gives_the_connection_back_at_once(committed_client, committed_kernel):
    headers = await signing_in(committed_client, committed_kernel)("officer-VS-150102001")
    async with committed_kernel.db.begin() as uow:
        await deactivate(uow, USER["username"], by="test")
    for _ in range(3):
        assert (await committed_client.get("/api/v1/desk/tickets", headers=headers)).status_code == 401
        assert committed_kernel.engine.pool.checkedout() == 0


async def test_rules_that_are_being_read_are_read_to_their_end_whoever_asks_for_nonsense(client, kernel, monkeypatch):
    """What refuses the request is asked at the same moment; which of them first is chance."""
    rules, began, ended = kernel.rules, [], []

    async def refresh():
        began.append(None)
        await asyncio.sleep(0)
        ended.append(None)
        return rules

    monkeypatch.setattr(kernel, "refresh", refresh)
    for path in ("/api/v1/desk/tickets/HH20260101-00001-3/sign", "/api/v1/board/tickets?what=nonsense"):
        method = "POST" if path.endswith("sign") else "GET"
        reply = await client.request(method, path, headers={"If-Match": "yesterday"})
        assert reply.status_code in (400, 422), reply.text
    assert len(began) == len(ended)
