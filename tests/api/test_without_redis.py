"""Redis goes away in the middle of the day: whoever is signed in goes on, whoever is not waits, and whoever was sent away stays away."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from sqlalchemy import update

from jiesu.accounts.models import Account
from tests.builders.forms import STATION, appeal

OFFICER = f"officer-{STATION}"


@pytest.fixture
def lose_redis(client, monkeypatch):
    """From the call on nobody answers."""

    def lose() -> None:
        nobody = Redis.from_url("redis://127.0.0.1:1", retry=Retry(NoBackoff(), 0))
        state = client._transport.app.state
        monkeypatch.setattr(state.sessions, "_redis", nobody)
        monkeypatch.setattr(state, "_state", {**state._state, "redis": nobody}, raising=False)

    return lose


async def test_who_is_signed_in_reads_and_handles_on(client, make, sign_in, act, lose_redis):
    made = await make.ticket("dispatched")
    headers = await sign_in(OFFICER)
    assert (await client.get("/api/v1/desk/tickets?view=all", headers=headers)).status_code == 200
    lose_redis()
    assert (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=headers)).status_code == 200
    signed = await client.post(f"/api/v1/desk/tickets/{made.number}/sign", headers=headers, json={})
    assert (signed.status_code, signed.json()["status"]) == (200, "in_progress")
    assert (await client.post("/api/v1/tickets", json=appeal())).status_code == 201


async def test_a_session_that_nobody_has_seen_waits(client, sign_in, lose_redis):
    headers = await sign_in(OFFICER)
    lose_redis()
    assert (await client.get("/api/v1/desk/tickets?view=all", headers=headers)).status_code == 503


async def test_who_was_sent_away_or_idle_meanwhile_is_not_let_in(client, kernel, sign_in, lose_redis):
    headers = await sign_in(OFFICER)
    assert (await client.get("/api/v1/desk/counts", headers=headers)).status_code == 200
    lose_redis()
    sessions = client._transport.app.state.sessions
    now = sessions.unix_time
    sessions.unix_time = lambda: now() + 31 * 60
    assert (await client.get("/api/v1/desk/counts", headers=headers)).status_code == 401
    sessions.unix_time = now
    async with kernel.db.begin() as uow:
        change = update(Account).where(Account.username == OFFICER.lower()).values(generation=Account.generation + 1)
        await uow.session.execute(change)
    assert (await client.get("/api/v1/desk/counts", headers=headers)).status_code == 401
