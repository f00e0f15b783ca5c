"""Limits a minute: for an address and for a session; generous, told plainly, and gone when Redis is."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import msgspec
import pytest
from httpx import ASGITransport, AsyncClient

from jiesu.kit.addresses import Networks
from tests.builders.desk import signing_in
from tests.builders.forms import appeal
from tests.builders.kernels import http, rolled_back_kernel

HERE, ELSEWHERE, PROXY = "203.0.113.7", "198.51.100.9", "10.0.0.5"
FEW = {
    "filings_per_minute": 3,
    "sign_ins_per_minute": 3,
    "lookups_per_minute": 4,
    "requests_per_minute": 12,
    "session_requests_per_minute": 5,
    "trusted_proxies": Networks.parse(PROXY),
}


@pytest.fixture
async def strict(settings, clock, policies) -> AsyncIterator[AsyncClient]:
    """The application with hardly any patience, at second 10 of a minute that never passes."""
    few = msgspec.structs.replace(settings, **FEW)
    async with rolled_back_kernel(few, clock, policies) as kernel, http(kernel) as client:
        state = client._transport.app.state
        await state.redis.flushdb()
        state.limits.unix_time = lambda: 6_000_000.0 + 10
        yield client


@pytest.fixture
def browser(strict) -> Callable[[str], AsyncClient]:
    def at(address: str) -> AsyncClient:
        transport = ASGITransport(strict._transport.app, client=(address, 5000))
        return AsyncClient(transport=transport, base_url=strict.base_url)

    return at


async def statuses(client: AsyncClient, method: str, path: str, times: int, **more) -> list[int]:
    return [(await client.request(method, path, **more)).status_code for _ in range(times)]


async def test_who_files_too_fast_is_told_when_to_go_on_and_others_are_not_stopped(browser, strict):
    assert await statuses(browser(HERE), "POST", "/api/v1/tickets", 3, json=appeal()) == [201] * 3
    refused = await browser(HERE).post("/api/v1/tickets", json=appeal())
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "50")
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert "请50秒后再试" in refused.json()["detail"]
    assert (await browser(ELSEWHERE).post("/api/v1/tickets", json=appeal())).status_code == 201
    strict._transport.app.state.limits.unix_time = lambda: 6_000_000.0 + 60
    assert (await browser(HERE).post("/api/v1/tickets", json=appeal())).status_code == 201


async def test_people_get_a_page_that_says_so(browser):
    await statuses(browser(HERE), "GET", "/", 12)
    page = await browser(HERE).get("/")
    assert (page.status_code, page.headers["retry-after"]) == (429, "50")
    assert page.headers["content-type"].startswith("text/html")
    assert "请50秒后再试" in page.text


@pytest.mark.parametrize(
    ("method", "path", "free"),
    [
        ("POST", "/login", 3),
        ("POST", "/api/v1/session", 3),
        ("POST", "/file", 3),
        ("GET", "/api/v1/tickets/HH20261102-00001-4?code=x", 4),
        ("GET", "/t/HH20261102-00001-4", 4),
        ("POST", "/t", 4),
        ("POST", "/my/enter", 4),
        ("GET", "/s/x", 4),
        ("GET", "/privacy", 12),
    ],
)
async def test_every_kind_has_a_limit_of_its_own(browser, method, path, free):
    found = await statuses(browser(HERE), method, path, free + 1)
    assert 429 not in found[:-1]
    assert found[-1] == 429


async def test_a_member_of_staff_has_a_limit_wherever_they_sit(browser, strict):
    headers = await signing_in(strict, strict._transport.app.state.kernel)("dispatcher-VS-1501")
    for address in (HERE, ELSEWHERE, HERE, ELSEWHERE, HERE):
        assert (await browser(address).get("/api/v1/session", headers=headers)).status_code == 200
    assert (await browser(ELSEWHERE).get("/api/v1/session", headers=headers)).status_code == 429


async def test_made_up_sessions_do_not_get_round_the_limit_of_the_address(browser):
    for guess in range(12):
        await browser(HERE).get("/api/v1/session", headers={"authorization": f"Bearer {guess}"})
    assert (await browser(HERE).get("/privacy")).status_code == 429


async def test_people_behind_a_named_proxy_are_counted_apart_and_forged_addresses_do_not_help(browser):
    for forged in range(12):
        await browser(PROXY).get("/", headers={"x-forwarded-for": f"192.0.2.{forged}, {HERE}"})
    assert (await browser(PROXY).get("/", headers={"x-forwarded-for": f"192.0.2.99, {HERE}"})).status_code == 429
    assert (await browser(PROXY).get("/", headers={"x-forwarded-for": ELSEWHERE})).status_code == 200


async def test_loopback_style_files_and_signs_of_life_are_not_counted(browser, strict):
    assert set(await statuses(strict, "GET", "/privacy", 20)) == {200}
    assert set(await statuses(browser(HERE), "GET", "/health/live", 20)) == {200}
    assert set(await statuses(browser(HERE), "GET", "/static/citizen.css", 20)) == {200}


async def test_zero_means_no_limit(settings, clock, policies):
    free = msgspec.structs.replace(settings, **FEW | {"requests_per_minute": 0})
    async with rolled_back_kernel(free, clock, policies) as kernel, http(kernel) as client:
        transport = ASGITransport(client._transport.app, client=(HERE, 5000))
        async with AsyncClient(transport=transport, base_url=client.base_url) as here:
            assert set(await statuses(here, "GET", "/privacy", 30)) == {200}


async def test_without_redis_everybody_is_served(settings, clock, policies):
    lost = msgspec.structs.replace(settings, **FEW, redis_url="redis://127.0.0.1:1/0")
    async with rolled_back_kernel(lost, clock, policies) as kernel, http(kernel) as client:
        transport = ASGITransport(client._transport.app, client=(HERE, 5000))
        async with AsyncClient(transport=transport, base_url=client.base_url) as here:
            assert set(await statuses(here, "POST", "/api/v1/tickets", 5, json=appeal())) == {201}


async def test_a_redis_that_hangs_delays_one_request_by_a_blink_and_then_none(settings, clock, policies):
    with socket.create_server(("127.0.0.1", 0)) as mute:  # takes connections and never says a word
        port = mute.getsockname()[1]
        lost = msgspec.structs.replace(settings, **FEW, redis_url=f"redis://127.0.0.1:{port}/0")
        async with rolled_back_kernel(lost, clock, policies) as kernel, http(kernel) as client:
            limits, asked = client._transport.app.state.limits, []
            count = limits._count
            limits._count = lambda *of: (asked.append(of), count(*of))[1]
            transport = ASGITransport(client._transport.app, client=(HERE, 5000))
            async with AsyncClient(transport=transport, base_url=client.base_url) as here:
                assert set(await statuses(here, "GET", "/privacy", 5)) == {200}
    assert len(asked) == 1


async def test_the_shipped_limits_do_not_stop_a_busy_office(settings):
    a_minute = settings.limits()
    assert a_minute["requests"] >= 100 * 30  # a hundred people at one address, a request every two seconds
    assert a_minute["session_requests"] >= 10 * 60 / 2
    assert timedelta(minutes=1) / a_minute["filings"] <= timedelta(seconds=1)
