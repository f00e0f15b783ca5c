"""What every answer carries, by which names we are asked, and how much may be sent."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from jiesu.kernel import Kernel
from tests.builders.forms import appeal
from tests.builders.kernels import http, rolled_back_kernel

FORM = "application/x-www-form-urlencoded"
ANSWERS = [
    "/",
    "/nope",
    "/login",
    "/static/citizen.css",
    "/api/v1/categories",
    "/api/v1/nope",
    "/api/v1/session",
    "/schema",
]


@pytest.fixture
async def secure(settings, clock, policies):
    """The application whose public address is https."""
    https = msgspec.structs.replace(settings, public_url="https://jiesu.example", demo=False)
    async with rolled_back_kernel(https, clock, policies) as kernel, http(kernel) as client:
        yield client


@pytest.mark.parametrize("path", ANSWERS)
async def test_every_answer_tells_browsers_what_to_refuse(client, path):
    headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("path", ["/api/v1/categories", "/api/v1/nope", "/health/live", "/metrics"])
async def test_answers_for_programs_are_kept_by_nobody(client, path):
    assert (await client.get(path)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ANSWERS)
async def test_a_public_address_of_https_is_kept_to(secure, path):
    assert "max-age=31536000" in (await secure.get(path)).headers["strict-transport-security"]


async def test_every_cookie_of_a_public_https_address_travels_by_https_alone(secure):
    cookies = (await secure.get("/?lang=en&size=large")).headers.get_list("set-cookie")
    assert [cookie.split("=")[0] for cookie in cookies] == ["lang", "size", "csrftoken"]
    token = next(cookie for cookie in cookies if cookie.startswith("csrftoken")).split("=")[1].split(";")[0]
    form = {"_csrf_token": token, "phone": "13800138000"}
    asked = await secure.post("/my/code", data=form, headers={"cookie": f"csrftoken={token}"})
    cookies += asked.headers.get_list("set-cookie")
    assert asked.status_code == 303
    assert [
        cookie for cookie in cookies if "secure" not in cookie.lower() or "samesite=lax" not in cookie.lower()
    ] == []


async def test_what_is_asked_of_another_host_is_refused(client):
    for host in ("evil.example", "testserver.local.evil.example", "", "[", "testserver.local@evil.example", "10.0.0.1"):
        reply = await client.get("/api/v1/categories", headers={"host": host})
        assert reply.status_code == 421, host
        assert reply.headers["content-type"].startswith("application/problem+json")
        assert (await client.get("/nope", headers={"host": host})).status_code == 404
    assert "网址不对" in (await client.get("/", headers={"host": "evil.example"})).text


async def test_our_own_names_are_answered_on_any_port_and_signs_of_life_on_any_name(client):
    for host in ("127.0.0.1:8000", "localhost:9", "[::1]:8000", "TestServer.local"):
        assert (await client.get("/api/v1/categories", headers={"host": host})).status_code == 200, host
    assert (await client.get("/health/live", headers={"host": "10.0.0.1:8000"})).status_code == 200


async def test_outside_demo_mode_only_the_public_name_and_those_allowed_are_ours(secure):
    for host, status in (
        ("jiesu.example", 200),
        ("testserver.local", 200),
        ("127.0.0.1:8000", 421),
        ("localhost", 421),
    ):
        assert (await secure.get("/privacy", headers={"host": host})).status_code == status, host


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/session", 8),
        ("/api/v1/my/code", 8),
        ("/api/v1/surveys/x", 16),
        ("/api/v1/tickets", 256),
        ("/login", 8),
    ],
)
async def test_a_body_is_as_long_as_its_route_needs(client, path, most):
    body = {"text": "长" * (most * 1024)}
    reply = await (client.post(path, data=body) if path == "/login" else client.post(path, json=body))
    assert reply.status_code == 413
    assert "太大" in reply.text


async def test_a_body_without_a_length_is_measured_while_it_comes(client):
    async def drops():
        for _ in range(300):
            yield b"x" * 1024

    reply = await client.post("/api/v1/tickets", content=drops(), headers={"content-type": "application/json"})
    assert reply.status_code == 413


@pytest.mark.parametrize(("path", "kind"), [("/api/v1/tickets", "application/json"), ("/login", FORM)])
async def test_a_body_that_comes_drop_by_drop_is_cut_off(settings, clock, policies, path, kind):
    """tests/web/test_slow_clients.py does it to the real server."""
    impatient = msgspec.structs.replace(settings, body_seconds=0.05)

    async def drops():
        yield b"{"
        await asyncio.Event().wait()

    async with rolled_back_kernel(impatient, clock, policies) as kernel, http(kernel) as client:
        reply = await client.post(path, content=drops(), headers={"content-type": kind})
    assert reply.status_code == 408
    assert "传得太慢" in reply.text


async def test_a_long_body_over_a_slow_line_gets_the_time_it_needs(settings, clock, policies):
    """What came in buys time for the rest: three times the limit and more, for photos sent from the countryside."""
    impatient = msgspec.structs.replace(settings, body_seconds=0.05)
    rest = asyncio.Event()

    async def slowly():
        yield b'{"text": "' + b"x" * 8 * 1024
        asyncio.get_running_loop().call_later(0.2, rest.set)
        await rest.wait()
        yield b'"}'

    async with rolled_back_kernel(impatient, clock, policies) as kernel, http(kernel) as client:
        headers = {"content-type": "application/json"}
        reply = await client.post("/api/v1/tickets", content=slowly(), headers=headers)
    assert reply.status_code == 422, reply.text


async def test_a_form_from_another_site_does_nothing(client, kernel: Kernel):
    for path in (
        "/file",
        "/login",
        "/logout",
        "/t",
        "/t/leave",
        "/my/code",
        "/my/enter",
        "/my/leave",
        "/s/x",
        "/desk/new",
    ):
        for forged in ({}, {"_csrf_token": "made-up"}):
            reply = await client.post(path, data=forged, headers={"origin": "https://evil.example"})
            assert reply.status_code == 403, path
            assert "刷新后再提交一次" in reply.text
    assert (await client.post("/api/v1/tickets", json=appeal())).status_code == 201  # no cookie acts there


async def test_a_cookie_alone_changes_nothing_through_the_api(client, sign_in):
    token = (await sign_in("dispatcher-VS-1501"))["Authorization"].removeprefix("Bearer ")
    cookie = {"cookie": f"jiesu_session={token}"}
    assert (await client.get("/api/v1/session", headers=cookie)).status_code == 200
    assert (await client.post("/api/v1/desk/notices/read", headers=cookie, json={})).status_code == 401
