"""Guessing query codes: slow for one number, for one address and for everybody; harmless for whoever mistypes."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import msgspec
import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import insert

from jiesu.intake.guesses import MANY
from jiesu.intake.models import WrongCode
from jiesu.kit.addresses import Networks
from jiesu.kit.numbers import format_number
from jiesu.surveys.send import latest_survey, survey_token
from tests.builders.kernels import http, rolled_back_kernel
from tests.builders.make import Make

PROXY = "10.0.0.5"
HERE, ELSEWHERE, OFFICE = "203.0.113.7", "198.51.100.9", "192.0.2.1"
OTHER_NUMBER = format_number(date(2026, 1, 1), 1)


@pytest.fixture
def browser(client):
    """A client at an address: `browser("203.0.113.7")`."""
    app = client._transport.app

    def at(address: str) -> AsyncClient:
        return AsyncClient(transport=ASGITransport(app, client=(address, 5000)), base_url="http://testserver.local")

    return at


async def look(client, number: str, code: str, **more: str):
    return await client.get(f"/api/v1/tickets/{number}", params={"code": code} | more)


async def wrong(client, number: str, times: int) -> list[int]:
    return [(await look(client, number, "WRONGCOD")).status_code for _ in range(times)]


async def test_three_typos_cost_nothing_and_the_right_code_forgets_them(client, make):
    made = await make.ticket()
    for _ in range(4):
        assert await wrong(client, made.number, 3) == [404] * 3
        assert (await look(client, made.number, made.code)).status_code == 200


async def test_after_five_wrong_codes_one_waits_and_the_wait_doubles(browser, make, clock):
    made = await make.ticket()
    client = browser(HERE)
    assert await wrong(client, made.number, 5) == [404] * 5
    for seconds in (30, 60, 120):
        refused = await look(client, made.number, made.code)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, str(seconds))
        assert refused.headers["content-type"].startswith("application/problem+json")
        clock.advance(timedelta(seconds=seconds))
        assert await wrong(client, made.number, 1) == [404]
    clock.advance(timedelta(hours=1))
    assert (await look(client, made.number, made.code)).status_code == 200


async def test_who_must_wait_is_told_how_long_in_both_languages(client, make):
    made = await make.ticket()
    await wrong(client, made.number, 5)
    assert "请30秒后再试" in (await look(client, made.number, made.code)).json()["detail"]
    assert "Try again in 30 seconds" in (await look(client, made.number, made.code, lang="en")).json()["detail"]


async def test_an_unknown_number_is_slowed_like_a_known_one(browser, make):
    made = await make.ticket()
    answers = []
    for number in (made.number, OTHER_NUMBER):
        await wrong(browser(HERE), number, 5)
        reply = await look(browser(HERE), number, "WRONGCOD")
        answers.append((reply.status_code, reply.headers["retry-after"], reply.content))
    assert answers[0] == answers[1]


async def test_guesses_sent_at_once_are_counted_one_after_the_other(committed_client, committed_kernel):
    statuses = await asyncio.gather(*(look(committed_client, OTHER_NUMBER, f"WRONG{i:03d}") for i in range(30)))
    assert sorted(reply.status_code for reply in statuses) == [404] * 5 + [429] * 25


async def test_strangers_keep_the_petitioner_out_for_minutes_and_not_for_hours(browser, make):
    made = await make.ticket()
    for place in range(40):
        await wrong(browser(f"198.51.100.{place}"), made.number, 1)
    refused = await look(browser(HERE), made.number, made.code)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) <= 120


async def test_an_address_that_tries_many_numbers_is_slowed_and_others_are_not(browser, make, kernel):
    made = await make.ticket()
    for _ in range(20):
        await wrong(browser(HERE), await kernel.numbers.take(kernel.clock.now().date()), 1)
    assert (await look(browser(HERE), made.number, made.code)).status_code == 429
    assert (await look(browser(ELSEWHERE), made.number, made.code)).status_code == 200


async def test_neighbours_behind_one_address_wait_ten_minutes_at_most(browser, make, clock):
    made = await make.ticket()
    for _ in range(15):
        await wrong(browser(HERE), made.number, 1)
        clock.advance(timedelta(minutes=10))
    await wrong(browser(HERE), made.number, 1)
    refused = await look(browser(HERE), made.number, made.code)
    assert int(refused.headers["retry-after"]) <= 600


async def test_people_behind_a_named_proxy_are_told_apart(settings, clock, policies):
    named = msgspec.structs.replace(settings, trusted_proxies=Networks.parse(PROXY))
    async with rolled_back_kernel(named, clock, policies) as kernel, http(kernel) as client:
        made = await Make(kernel).ticket()
        proxy = AsyncClient(
            transport=ASGITransport(client._transport.app, client=(PROXY, 1)), base_url=str(client.base_url)
        )
        attacker = {"x-forwarded-for": f"{ELSEWHERE}, {HERE}"}  # the first is the attacker's own invention
        for _ in range(20):
            number = await kernel.numbers.take(kernel.clock.now().date())
            await proxy.get(f"/api/v1/tickets/{number}?code=WRONGCOD", headers=attacker)
        path = f"/api/v1/tickets/{made.number}?code={made.code}"
        assert (await proxy.get(path, headers={"x-forwarded-for": f"192.0.2.77, {HERE}"})).status_code == 429
        assert (await proxy.get(path, headers={"x-forwarded-for": ELSEWHERE})).status_code == 200


async def test_a_proxy_nobody_named_cannot_speak_for_others(browser, make, kernel):
    made = await make.ticket()
    for _ in range(20):
        number = await kernel.numbers.take(kernel.clock.now().date())
        await browser(HERE).get(
            f"/api/v1/tickets/{number}?code=WRONGCOD", headers={"x-forwarded-for": f"10.0.0.{number[-1]}"}
        )
    path = f"/api/v1/tickets/{made.number}?code={made.code}"
    assert (await browser(HERE).get(path, headers={"x-forwarded-for": ELSEWHERE})).status_code == 429


async def test_ipv6_addresses_of_one_network_count_as_one(browser, make, kernel):
    made = await make.ticket()
    for place in range(20):
        await wrong(browser(f"2001:db8::{place:x}"), await kernel.numbers.take(kernel.clock.now().date()), 1)
    assert (await look(browser("2001:db8::ffff"), made.number, made.code)).status_code == 429
    assert (await look(browser("2001:db8:0:1::1"), made.number, made.code)).status_code == 200


async def test_while_codes_are_tried_everywhere_an_address_has_less_patience_but_three_typos_are_still_free(
    browser, make, kernel
):
    made = await make.ticket()
    async with kernel.db.begin() as uow:
        rows = [{"target_hash": f"{n}", "address_hash": f"{n}", "at": uow.now} for n in range(MANY)]
        await uow.session.execute(insert(WrongCode), rows)
    assert await wrong(browser(HERE), made.number, 3) == [404] * 3
    assert (await look(browser(HERE), made.number, made.code)).status_code == 200
    for _ in range(6):
        await wrong(browser(OFFICE), await kernel.numbers.take(kernel.clock.now().date()), 1)
    assert (await look(browser(OFFICE), made.number, made.code)).status_code == 429


async def test_every_way_in_by_code_is_slowed(client, make):
    made = await make.ticket("in_progress")
    await wrong(client, made.number, 5)
    code = {"code": made.code}
    for step, body in (("supplement", {"text": "还有"}), ("withdraw", {}), ("reopen", {"reason": "新"})):
        reply = await client.post(f"/api/v1/tickets/{made.number}/{step}", params=code, json=body)
        assert reply.status_code == 429, step
    assert (await client.get(f"/api/v1/tickets/{made.number}/deadlines/1/explain", params=code)).status_code == 429


async def test_guessed_survey_links_are_slowed_and_the_right_one_never_is(browser, make, kernel):
    made = await make.ticket("awaiting_survey")
    async with kernel.db.begin() as uow:
        survey = await latest_survey(uow, made.id)
        assert survey is not None
        link = f"/api/v1/surveys/{survey_token(kernel.keys, made.id, survey.round)}"
    assert [(await browser(HERE).get(f"/api/v1/surveys/guess{n}")).status_code for n in range(20)] == [404] * 20
    for guess in ("/api/v1/surveys/guess", "/s/guess"):
        assert (await browser(HERE).get(guess)).status_code == 429
    assert (await browser(HERE).get(link)).status_code == 200
    assert (await browser(ELSEWHERE).get("/s/guess")).status_code == 404


async def test_old_wrong_codes_are_forgotten_and_their_rows_removed(client, make, kernel, clock):
    made = await make.ticket()
    await wrong(client, made.number, 5)
    clock.advance(timedelta(hours=25))
    assert await wrong(client, made.number, 5) == [404] * 5
    async with kernel.db.begin() as uow:
        rows = (await uow.session.scalars(WrongCode.__table__.select())).all()
    assert len(rows) == 5
