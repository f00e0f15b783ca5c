"""The petitioner's pages in Chromium on a slow telephone: what each weighs compressed, when it can be read, whether it jumps.

Wants a running demo: `jiesu up --demo`, then `python bench/pages.py [http://127.0.0.1:8000]`. The processor is slowed four times by the browser.
"""

from __future__ import annotations

import asyncio
import gzip
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Browser, Page, Response, async_playwright
from rich.console import Console
from rich.table import Table

__all__ = ["PAGES", "Figures", "figures"]

TEXT = "我是新城区的退役军人，今年抚恤金停发了三个月，一直没有说法，请帮忙查一下原因。"
PHONE = {"width": 390, "height": 844}
SLOWER = 4
OBSERVE = """
window.seen = {shift: 0, paint: 0};
new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) seen.shift += one.value; })
    .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.paint = one.startTime; })
    .observe({type: 'largest-contentful-paint', buffered: true});
"""


@dataclass(frozen=True)
class Figures:
    """Bytes of everything the page loads, each body compressed by itself; the largest paint in ms, None where the document stayed
    and only its question changed; the layout shift, a share of the screen.
    """

    name: str
    bytes: int
    paint: float | None
    shift: float


Way = Callable[[Page], Awaitable[object]]


def _goto(path: str) -> Way:
    return lambda page: page.goto(path)


async def _write(page: Page) -> None:
    await page.fill("#text", TEXT)
    await page.click("text=下一步")


async def _next(page: Page) -> None:
    await page.click("text=下一步")


async def _send(page: Page) -> None:
    await page.click("button[value=file]")
    await page.wait_for_url("**/receipt")


async def _follow(page: Page) -> None:
    await page.click("text=查看进度")
    await page.wait_for_selector(".timeline")


#: In the order of a visit: the later ones begin where the earlier ones ended.
PAGES: tuple[tuple[str, Way], ...] = (
    ("home", _goto("/")),
    ("lookup", _goto("/t")),
    ("my", _goto("/my")),
    ("privacy", _goto("/privacy")),
    ("file: what", _goto("/file")),
    ("file: where", _write),
    ("file: who", _next),
    ("file: review", _next),
    ("receipt", _send),
    ("progress", _follow),
)


async def figures(browser: Browser, address: str) -> list[Figures]:
    """Every page once, nothing kept from the one before."""
    context = await browser.new_context(viewport=PHONE, base_url=address, locale="zh-CN", device_scale_factor=2)
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.add_init_script(OBSERVE)
    found = [await _measured(page, name, way) for name, way in PAGES]
    await context.close()
    return found


async def _measured(page: Page, name: str, way: Way) -> Figures:
    replies: list[Response] = []

    def hear(reply: Response) -> None:
        replies.append(reply)

    page.on("response", hear)
    await page.evaluate("window.seen = Object.assign(window.seen || {}, {shift: 0})")
    await way(page)
    await page.wait_for_load_state("networkidle")
    page.remove_listener("response", hear)
    static = {reply.url for reply in replies if reply.ok and "/static/" in reply.url}
    bodies = [await (await page.context.request.get(url)).body() for url in static]  # a worker's own is not told
    weights = [len(gzip.compress(body)) for body in bodies]
    document = len(gzip.compress((await page.content()).encode()))
    seen = await page.evaluate("window.seen")
    loaded = any(reply.request.is_navigation_request() for reply in replies)
    return Figures(name, document + sum(weights), seen["paint"] if loaded else None, seen["shift"])


async def _main(address: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        found = await figures(browser, address)
        await browser.close()
    table = Table(
        "page", "KB gzip", "largest paint, ms", "layout shift", title=f"{PHONE['width']} px, processor {SLOWER}× slower"
    )
    for one in found:
        table.add_row(
            one.name, f"{one.bytes / 1024:.1f}", "—" if one.paint is None else f"{one.paint:.0f}", f"{one.shift:.3f}"
        )
    Console().print(table)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"))
