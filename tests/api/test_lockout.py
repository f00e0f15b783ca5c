"""Guessing passwords: one answer for everything, a wait that grows, and rows that no flush forgets."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select

from jiesu.accounts.models import SignInFailure
from tests.builders.accounts import NAME, PASSWORD, SESSION, code_at

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = {"username": NAME, "password": "wrong"}


async def fail(people, times: int, name: str = NAME) -> list[int]:
    return [(await people.try_in(name, "wrong")).status_code for _ in range(times)]


async def test_five_failures_are_free_and_then_one_waits_half_a_minute(people, clock):
    await people.add()
    assert await fail(people, 5) == [403] * 5
    locked = await people.try_in()
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "30")
    assert "30秒" in locked.json()["detail"]
    english = await people.client.post(f"{SESSION}?lang=en", json=WRONG)
    assert "30 seconds" in english.json()["detail"]
    clock.advance(timedelta(seconds=29))
    assert (await people.try_in()).status_code == 429
    clock.advance(timedelta(seconds=1))
    assert (await people.try_in()).status_code == 200


async def test_the_wait_doubles_to_an_hour_and_what_is_tried_meanwhile_does_not_count(people, clock):
    await people.add()
    await fail(people, 5)
    for seconds in (30, 60, 120, 240, 480, 960, 1920, 3600, 3600):
        for _ in range(3):
            assert (await people.try_in()).headers["retry-after"] == str(seconds)
        clock.advance(timedelta(seconds=seconds))
        assert await fail(people, 1) == [403]


async def test_success_forgets_the_failures(people):
    await people.add()
    for _ in range(3):
        assert await fail(people, 4) == [403] * 4
        assert (await people.try_in()).status_code == 200


async def test_an_unknown_name_a_wrong_password_a_wrong_code_and_somebody_who_left_answer_alike(people, kernel):
    await people.add()
    await people.add("with.code", secret=SECRET)
    await people.add("has.left")
    async with kernel.db.begin() as uow:
        (await uow.session.get_one(type(account := await people.account("has.left")), account.id)).active = False
    attempts = {
        "unknown": ("nobody", PASSWORD, None),
        "password": (NAME, "wrong", None),
        "code": ("with.code", PASSWORD, "000000"),
        "no code": ("with.code", PASSWORD, None),
        "left": ("has.left", PASSWORD, None),
    }
    answers = {what: await people.try_in(*attempt) for what, attempt in attempts.items()}
    assert {(reply.status_code, reply.text) for reply in answers.values()} == {(403, answers["code"].text)}
    for name in ("nobody", "with.code"):
        await fail(people, 5, name)
        assert (await people.try_in(name)).status_code == 429


async def test_they_take_the_same_time(people):
    await people.add()
    await people.add("with.code", secret=SECRET)

    async def least(name: str, password: str) -> float:
        """The least of four, as each of them may be disturbed."""
        spans = []
        for _ in range(4):
            begun = time.perf_counter()
            assert (await people.try_in(name, password)).status_code == 403
            spans.append(time.perf_counter() - begun)
        return min(spans)

    spans = [await least("nobody", "wrong"), await least(NAME, "wrong"), await least("with.code", PASSWORD)]
    assert max(spans) < 1.6 * min(spans), spans


async def test_an_address_that_tries_many_names_waits_too(people, clock):
    await people.add()
    app = people.client._transport.app
    transports = [ASGITransport(app, client=(address, 1)) for address in ("203.0.113.7", "203.0.113.8")]
    guesser, other = [AsyncClient(transport=each, base_url="http://testserver.local") for each in transports]
    async with guesser, other:
        for number in range(20):
            assert (await guesser.post(SESSION, json=WRONG | {"username": f"name{number}"})).status_code == 403
        right = {"username": NAME, "password": PASSWORD}
        assert (await guesser.post(SESSION, json=right)).headers["retry-after"] == "30"
        assert (await other.post(SESSION, json=right)).status_code == 200
        clock.advance(timedelta(seconds=30))
        assert (await guesser.post(SESSION, json=right)).status_code == 200
        refused = await guesser.post(SESSION, json=WRONG | {"username": "another"})
        assert refused.status_code == 403
        assert (await guesser.post(SESSION, json=right)).headers["retry-after"] == "60", (
            "one good password resets no spraying"
        )
        clock.advance(timedelta(hours=1))
        assert (await guesser.post(SESSION, json=WRONG | {"username": "another"})).status_code == 403
        assert (await guesser.post(SESSION, json=right)).status_code == 200


async def test_neither_names_nor_addresses_are_kept_in_clear_and_old_failures_are_removed(people, clock, uow):
    await fail(people, 3, "my-password-by-mistake")
    rows = (await uow.session.scalars(select(SignInFailure))).all()
    assert len(rows) == 3
    assert "my-password" not in str([vars(row) for row in rows])
    assert all(account is None for kind, account in await people.trail() if kind == "SignInFailed")
    clock.advance(timedelta(hours=24, seconds=1))
    await fail(people, 1)
    assert await uow.session.scalar(select(func.count()).select_from(SignInFailure)) == 1


async def test_a_flushed_redis_forgets_no_failure(people):
    await people.add()
    await fail(people, 5)
    await people.client._transport.app.state.redis.flushdb()
    assert (await people.try_in()).status_code == 429


async def test_guesses_sent_at_once_are_counted_one_after_the_other(committed_kernel, committed_client):
    answers = await asyncio.gather(*(committed_client.post(SESSION, json=WRONG) for _ in range(8)))
    assert sorted(reply.status_code for reply in answers) == [403] * 5 + [429] * 3


@pytest.mark.parametrize("typed", [f"  {NAME.upper()} ", NAME])
async def test_a_name_is_known_however_it_is_typed(people, typed: str):
    await people.add()
    assert (await people.try_in(typed)).status_code == 200


async def test_strange_input_is_refused_like_any_wrong_one(people):
    for body in ({"username": "\0", "password": "\0"}, {"username": "x" * 3000, "password": "y" * 3000, "otp": "码"}):
        assert (await people.client.post(SESSION, json=body)).status_code == 403


async def test_a_code_may_be_typed_with_spaces(people, kernel):
    await people.add(secret=SECRET)
    code = code_at(SECRET, kernel)
    assert (await people.try_in(otp=f" {code[:3]} {code[3:]} ")).status_code == 200
