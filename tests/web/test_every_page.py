"""Every page in a real browser at both widths: WCAG 2.2 AA by axe-core, nothing sticking out, letters and targets large enough.

`make pages` runs this with JIESU_PAGES set and keeps a picture of each page in docs/pages/.
"""

from __future__ import annotations

import io
import os
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from pprint import pformat

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize

from jiesu.settings import Settings
from jiesu.web.pages.rendering import ASSETS
from tests.builders.every_page import PAGES, enter, make_world
from tests.builders.make import Make

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
PICTURES = os.environ.get("JIESU_PAGES")
#: The page is opened at the first and turned to the second, as a window is made smaller.
SIZES: dict[str, ViewportSize] = {"1440": {"width": 1440, "height": 900}, "390": {"width": 390, "height": 844}}
#: WCAG 2.2 A and AA.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = """async (rules) => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']})).violations.map(
    (found) => `${found.id}: ${found.nodes.slice(0, 3).map((node) => node.target + ' ' + (node.any[0]?.message ?? '')).join(' | ')}`)"""
#: What is pressed and is lower than `least` pixels; links within a sentence are exempt (WCAG 2.5.8).
LOW = """(least) => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')].filter((at) => {
    const box = (at.closest('label.pick') ?? at).getBoundingClientRect();
    const inline = at.matches('a') && getComputedStyle(at).display === 'inline';
    return box.width > 1 && box.height > 0 && box.height < least - 0.5 && !inline && at.checkVisibility({visibilityProperty: true});
}).map((at) => `${at.outerHTML.slice(0, 80)} ${at.getBoundingClientRect().height}`)"""
#: Text smaller than `least` pixels.
SMALL = """(least) => [...document.querySelectorAll('main *, header *, footer *')].filter((at) =>
    [...at.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && at.checkVisibility()
    && parseFloat(getComputedStyle(at).fontSize) < least).map((at) => `${at.outerHTML.slice(0, 80)}`)"""
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def wrong_with(page: Page, *, large: bool = False) -> list[str]:
    """What a reader would stumble over on the open page."""
    await page.evaluate((ASSETS / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    wrong = list(await page.evaluate(AXE, RULES))
    if await page.evaluate(WIDE):
        wrong.append("sticks out sideways")
    if await page.evaluate("document.body.classList.contains('citizen')"):  # domain.md §7
        wrong += [f"low: {one}" for one in await page.evaluate(LOW, 60 if large else 44)]
        wrong += [f"small: {one}" for one in await page.evaluate(SMALL, 18)]
    return wrong


async def keep_picture(page: Page, name: str) -> None:
    """The whole page, no longer than five screens of a telephone."""
    shot = Image.open(io.BytesIO(await page.screenshot(full_page=True)))
    shot = shot.crop((0, 0, shot.width, min(shot.height, 5 * 844)))
    shot.convert("RGB").save(Path(str(PICTURES)) / f"{name}.webp", quality=72, method=6)


@pytest.mark.timeout(600)
async def test_every_page_is_fit_for_everybody(browser: Browser, served: Settings, prepare: Make):
    world = await make_world(prepare)
    wrong: dict[str, list[str]] = {}
    for who, pages in groupby(PAGES, key=attrgetter("who")):
        context = await browser.new_context(base_url=served.public_url, locale="zh-CN")
        page = await context.new_page()
        if who:
            await enter(page, who)
        for shown in pages:
            await page.set_viewport_size(SIZES["1440"])
            await shown.open(page, world)
            for size in SIZES:
                await page.set_viewport_size(SIZES[size])
                if found := await wrong_with(page):
                    wrong[f"{shown.name}-{size}"] = found
                if PICTURES:
                    await keep_picture(page, f"{shown.name}-{size}")
        await context.close()
    assert not wrong, pformat(wrong, width=200)


async def test_petitioners_pages_keep_their_promises_in_large_letters(
    browser: Browser, served: Settings, prepare: Make
):
    world = await make_world(prepare)
    context = await browser.new_context(viewport=SIZES["390"], base_url=served.public_url, locale="zh-CN")
    page = await context.new_page()
    await page.goto("/?size=large")
    wrong = {}
    for shown in (page for page in PAGES if not page.who):
        await shown.open(page, world)
        if found := await wrong_with(page, large=True):
            wrong[shown.name] = found
    assert not wrong, pformat(wrong, width=200)
