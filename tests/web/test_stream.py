"""The live stream over HTTP: who is told what, what ends it, and that nobody who may not know of a ticket hears of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from jiesu.kernel import Kernel
from jiesu.settings import Settings
from jiesu.web.api.stream import BEAT
from jiesu.web.live import EACH
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.make import Make
from tests.builders.serving import Served

pytestmark = pytest.mark.usefixtures("server")  # whose first listener is the test's
OTHER = "VS-150103"
Told = Callable[[str], Awaitable[dict[str, Any]]]


class Ear:
    """One open stream: what it was told, in order."""

    def __init__(self, reply: httpx.Response) -> None:
        self.told: list[dict[str, Any]] = []
        self.over = False
        self._reading = asyncio.create_task(self._read(reply))

    async def _read(self, reply: httpx.Response) -> None:
        try:
            async for line in reply.aiter_lines():
                if line.startswith("data: "):
                    self.told.append(json.loads(line.removeprefix("data: ")))
        except httpx.TransportError:
            pass
        self.over = True

    async def hears(self, kind: str, seconds: float = 8.0) -> dict[str, Any]:
        """The first event of the kind, waited for."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := next((event for event in self.told if event["kind"] == kind), None):
                return found
            await asyncio.sleep(0.05)
        pytest.fail(f"nothing of kind {kind}: {self.told}")

    async def ends(self, seconds: float = 8.0) -> None:
        async with asyncio.timeout(seconds):
            await asyncio.shield(self._reading)

    def stop(self) -> None:
        self._reading.cancel()


@pytest.fixture
async def web(served: Settings) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(base_url=served.public_url, timeout=20, limits=limits) as client:
        yield client


async def enter(web: httpx.AsyncClient, username: str) -> dict[str, str]:
    reply = await web.post("/api/v1/session", json={"username": username.lower(), "password": "jiesu-demo"})
    web.cookies.clear()
    return {"Authorization": f"Bearer {reply.json()['token']}"}


@asynccontextmanager
async def listening(web: httpx.AsyncClient, headers: dict[str, str]) -> AsyncIterator[Ear]:
    async with web.stream("GET", "/api/v1/stream", headers=headers) as reply:
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith("text/event-stream")
        ear = Ear(reply)
        await ear.hears("hello")
        yield ear
        ear.stop()


async def test_a_step_is_told_to_whoever_may_see_the_ticket_and_to_nobody_else(
    web: httpx.AsyncClient, prepare: Make, behind: Kernel
):
    mine, others = await enter(web, f"officer-{STATION}"), await enter(web, f"supervisor-{OTHER}")
    async with listening(web, mine) as officer, listening(web, others) as stranger:
        await officer.hears("refresh")  # from here on the process hears
        made = await prepare.ticket("dispatched")
        told = await officer.hears("ticket")
        assert (told["number"], told["status"], told["mine"]) == (made.number, "dispatched", True)
        reply = await web.post(f"/api/v1/desk/tickets/{made.number}/sign", json={}, headers=mine)
        assert reply.status_code == 200
        await asyncio.sleep(2)
        assert officer.told[-1]["status"] == "in_progress"
        assert [event["kind"] for event in stranger.told if event["kind"] != "refresh"] == ["hello"]


async def test_neither_the_accused_nor_the_recused_hear_of_it(web: httpx.AsyncClient, prepare: Make):
    accused, recused = await enter(web, f"unit_head-{COUNTY}"), await enter(web, f"officer-{STATION}")
    above = await enter(web, f"supervisor-{CITY}")
    about = await prepare.ticket("in_progress")
    async with listening(web, accused) as head, listening(web, recused) as officer, listening(web, above) as city:
        await head.hears("refresh")  # from here on the process hears
        filed = await prepare.ticket("in_progress", unit="INST-VETERANS", accused_unit=COUNTY)
        sealed = await prepare.filed(text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report")
        reply = await web.post(f"/api/v1/desk/tickets/{about.number}/recuse", json={"reason": "亲戚"}, headers=recused)
        assert reply.status_code == 200
        await prepare.step(about, "note", f"unit_head-{STATION}")
        await city.hears("ticket")
        await asyncio.sleep(2)
        heard = {name: {event.get("number") for event in ear.told} for name, ear in
                 {"head": head, "officer": officer, "city": city}.items()}  # fmt: skip
        assert filed.number in heard["city"]
        assert filed.number not in heard["head"] | heard["officer"]
        assert about.number not in heard["officer"]
        assert about.number in heard["head"]
        assert sealed.number not in heard["city"] | heard["head"] | heard["officer"]


async def test_signing_out_ends_it_at_once(web: httpx.AsyncClient, behind: Kernel):
    headers = await enter(web, f"officer-{STATION}")
    async with listening(web, headers) as ear:
        await ear.hears("refresh")
        await web.delete("/api/v1/session", headers=headers)
        await ear.hears("bye", seconds=BEAT / 2)
        await ear.ends()
    assert (await web.get("/api/v1/stream", headers=headers)).status_code == 401


async def test_one_session_has_so_many_streams_and_no_more(web: httpx.AsyncClient):
    headers, open_ = await enter(web, f"officer-{STATION}"), []
    for _ in range(EACH):
        stream = listening(web, headers)
        await stream.__aenter__()
        open_.append(stream)
    refused = await web.get("/api/v1/stream", headers=headers)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    for stream in open_:
        await stream.__aexit__(None, None, None)
    await asyncio.sleep(1)
    async with listening(web, headers):
        pass


async def test_the_server_stops_with_streams_open(web: httpx.AsyncClient, served: Settings, server: Served):
    headers = await enter(web, f"officer-{STATION}")
    async with listening(web, headers) as ear:
        began = time.monotonic()
        await asyncio.to_thread(server.stop)
        await ear.ends()
    assert time.monotonic() - began < 8
