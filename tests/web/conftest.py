"""Pages as a browser without scripts uses them, and real browsers on a real server."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, async_playwright

from jiesu.kernel import Kernel
from jiesu.kit.clock import SystemClock
from jiesu.notifications.quiet import QuietHours
from jiesu.rules import Policies
from jiesu.settings import Settings
from tests.builders.forms import CLEAR, PHONE, PLACE
from tests.builders.kernels import committing_kernel
from tests.builders.make import Make
from tests.builders.servers import Where
from tests.builders.serving import Served, serve, start_over

CHROMIUM = shutil.which("chromium")
FILED = {"text": CLEAR, "district": PLACE[:6], "township": PLACE[:9], "village": PLACE, "petitioner.phone": PHONE}


class Site:
    """One browser without scripts: keeps cookies, fills in the form's token, follows nothing by itself."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        if "csrftoken" not in self.client.cookies:
            await self.client.get("/")
        token = {"_csrf_token": self.client.cookies["csrftoken"]}
        return await self.client.post(path, data=token | fields)

    async def file(self, **fields: str) -> httpx.Response:
        """File a plain appeal with its place and telephone, unless said otherwise."""
        return await self.post("/file", **(FILED | {"do": "file", "key": "k1"} | fields))


def words(reply: httpx.Response) -> str:
    """What somebody reads on the page."""
    body = reply.text.partition("<body")[2]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def value(reply: httpx.Response, name: str) -> str:
    """What a field of the page holds."""
    found = re.search(
        rf'<(?:input|textarea)[^>]*\sname="{re.escape(name)}"[^>]*?(?:value="([^"]*)"|>([^<]*))', reply.text
    )
    assert found is not None, f"the page has no field {name}"
    return unescape(found[1] if found[1] is not None else found[2])


@pytest.fixture
def site(client: httpx.AsyncClient) -> Site:
    return Site(client)


@pytest.fixture
def as_staff(site: Site, sign_in: Any) -> Callable[[str], Awaitable[Site]]:
    """The site as a signed-in person sees it: `await as_staff("officer-VS-150102001")`."""

    async def enter(username: str) -> Site:
        site.client.headers.update(await sign_in(username))
        return site

    return enter


@pytest.fixture
def server(settings: Settings, where: Where, worker: str) -> Iterator[Served]:
    """A web server of the test's own, for whoever stops it or changes organisation and staff."""
    server = serve(settings, where, f"jiesu_{worker}_pages")
    yield server
    server.stop()
    where.drop(server.database)


@pytest.fixture(scope="session")
def shared_server(settings: Settings, where: Where, worker: str) -> Iterator[Callable[[], Served]]:
    """The web server of all other tests, as it was when it began: starting one takes longer than most of them."""
    server = serve(settings, where, f"jiesu_{worker}_shared")
    keep = where.filled(server.database) | {"number_block"}  # numbers given out stay given out

    def anew() -> Served:
        start_over(server, where, keep)
        return server

    yield anew
    server.stop()
    where.drop(server.database)


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Settings:
    """How the test's server is reached: its own if it asks for one, else the shared one without anybody's tickets."""
    if "server" in request.fixturenames:
        server: Served = request.getfixturevalue("server")
    else:
        server = request.getfixturevalue("shared_server")()
    return server.settings


@pytest.fixture
async def behind(served: Settings, policies: Policies) -> AsyncIterator[Kernel]:
    """A kernel on the served database, for what a test prepares; like the demo that is served, without quiet hours."""
    async with committing_kernel(served, SystemClock(), replace(policies, quiet=QuietHours())) as kernel:
        yield kernel


@pytest.fixture
def prepare(behind: Kernel) -> Make:
    return Make(behind)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium; required in CI."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Debian's chromium")
        pytest.skip("no chromium on this machine: apt install chromium fonts-noto-cjk")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield browser
        await browser.close()
