"""Pages as a browser without scripts uses them, and real browsers on a real server."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from html import unescape
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, async_playwright

from jiesu.embedded.prepare import child_environment
from jiesu.kernel import Kernel
from jiesu.kit.clock import SystemClock
from jiesu.rules import Policies
from jiesu.settings import Settings, load_settings
from tests.builders.forms import CLEAR, PHONE, PLACE
from tests.builders.kernels import committing_kernel
from tests.builders.make import Make
from tests.builders.servers import Where

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


class Served:
    """`jiesu serve` as a process of its own, which a test may stop and start again."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "jiesu.cli", "serve"]
        self.process = subprocess.Popen(command, env=child_environment(self.settings))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def server(settings: Settings, where: Where, worker: str) -> Iterator[Served]:
    """A web server on a database of its own."""
    database = f"jiesu_{worker}_pages"
    where.clone(database)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = settings.environment() | {"JIESU_DATABASE_URL": where.url(database), "JIESU_PORT": str(port)}
    env |= {"JIESU_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    server = Served(load_settings(env))
    try:
        _answers(server.settings.public_url)
        yield server
    finally:
        server.stop()
        where.drop(database)


@pytest.fixture
def served(server: Served) -> Settings:
    """How that server is reached."""
    return server.settings


def _answers(url: str) -> None:
    with httpx.Client() as client:
        for _ in range(300):
            with suppress(httpx.TransportError):
                if client.get(f"{url}/health/ready").is_success:
                    return
            time.sleep(0.1)
    pytest.fail("the server did not come up")


@pytest.fixture
async def behind(served: Settings, policies: Policies) -> AsyncIterator[Kernel]:
    """A kernel on the served database, for what a test prepares."""
    async with committing_kernel(served, SystemClock(), policies) as kernel:
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
