"""The officer's desk in a real browser: ten tickets by the keyboard alone, the live queue, and a stream that drops and returns."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from jiesu.settings import Settings
from jiesu.tickets.words import Status
from tests.builders.every_page import enter
from tests.builders.forms import STATION
from tests.builders.make import Make
from tests.builders.serving import Served

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
OFFICER = f"officer-{STATION}".lower()
FEW = 10


async def desk(browser: Browser, settings: Settings, *, height: int = 900) -> Page:
    """The officer's queue, with the stream open."""
    size = {"width": 1440, "height": height}
    context = await browser.new_context(viewport=size, base_url=settings.public_url, locale="zh-CN")
    page = await context.new_page()
    async with page.expect_response("**/api/v1/stream"):
        await enter(page, OFFICER)
    return page


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def do(page: Page, key: str, words: str = "") -> None:
    """Take a step on the open ticket: its key, what is to be written, Enter."""
    await press(page, key)
    if key == "c":  # the outcome first, which nothing presets
        await press(page, "Space", "Tab")
    if words:
        await page.keyboard.type(words)
        async with page.expect_navigation():
            await press(page, "Control+Enter")
    else:
        async with page.expect_navigation():
            await press(page, "Enter")


@pytest.mark.timeout(300)
async def test_an_officer_handles_ten_tickets_by_the_keyboard_alone(browser: Browser, served: Settings, prepare: Make):
    made = [await prepare.ticket("dispatched") for _ in range(FEW)]
    page = await desk(browser, served)
    for _ in made:
        await page.goto("/desk?view=to_sign") if "to_sign" not in page.url else None
        await page.wait_for_selector("#rows tr")
        await press(page, "j")
        async with page.expect_navigation():
            await press(page, "o")
        await do(page, "s")
        await do(page, "c", "已通话，约定三日内答复")
        await do(page, "r", "已补发三个月抚恤金")
        async with page.expect_navigation():
            await press(page, "g", "q")
    assert {(await prepare.load(one)).status for one in made} == {Status.UNDER_REVIEW}


async def test_a_step_s_key_in_the_queue_opens_its_form_and_no_key_disturbs_who_types(
    browser: Browser, served: Settings, prepare: Make
):
    made = await prepare.ticket("in_progress")
    page = await desk(browser, served)
    await page.goto("/desk?view=in_progress")
    await press(page, "j")
    async with page.expect_navigation():
        await press(page, "n")
    await expect(page).to_have_url(f"{served.public_url}/desk/t/{made.number}#step-note")
    await expect(page.locator("#step-note textarea")).to_be_focused()
    await page.keyboard.type("jjx?snr")
    assert await page.evaluate("document.activeElement.value") == "jjx?snr"
    await page.evaluate("""() => document.activeElement.dispatchEvent(
        new KeyboardEvent('keydown', {key: 'Enter', ctrlKey: true, isComposing: true, bubbles: true}))""")
    await expect(page.locator("#step-note textarea")).to_have_value("jjx?snr")
    await page.evaluate("document.activeElement.blur()")
    await page.evaluate("""() => document.body.dispatchEvent(
        new KeyboardEvent('keydown', {key: '?', keyCode: 229, bubbles: true}))""")
    await expect(page.locator("#keys")).to_be_hidden()


async def test_single_keys_are_shown_and_can_be_turned_off(browser: Browser, served: Settings, prepare: Make):
    await prepare.ticket("dispatched")
    page = await desk(browser, served)
    await press(page, "?")
    await expect(page.locator("#keys")).to_be_visible()
    await page.uncheck("#keys-on")
    await press(page, "Escape", "?", "j")
    await expect(page.locator("#keys")).to_be_hidden()
    await expect(page.locator("tr.at")).to_have_count(0)
    await press(page, "Control+k")
    await expect(page.locator("#palette")).to_be_visible()


async def test_the_palette_finds_pages_steps_and_a_ticket_by_its_number(
    browser: Browser, served: Settings, prepare: Make
):
    made = await prepare.ticket("in_progress")
    page = await desk(browser, served)
    await press(page, "Control+k")
    await page.keyboard.type(made.number)
    async with page.expect_navigation():
        await press(page, "Enter")
    await expect(page).to_have_url(f"{served.public_url}/desk/t/{made.number}")
    await press(page, "Control+k")
    await page.keyboard.type("写一条记录")
    await press(page, "Enter")
    assert await page.evaluate("document.activeElement.closest('form').id") == "step-note"
    await press(page, "Control+k")
    await page.keyboard.type("看板")
    async with page.expect_navigation():
        await press(page, "Enter")
    await expect(page).to_have_url(f"{served.public_url}/board")


async def test_a_new_ticket_appears_and_nothing_typed_ticked_or_focused_is_lost(
    browser: Browser, served: Settings, prepare: Make
):
    old = await prepare.ticket("dispatched")
    page = await desk(browser, served)
    await page.goto("/desk?view=to_sign")
    await page.check(f"#pick-{old.number}")
    await page.fill("#together-text", "写到一半的批")
    await page.locator("#together-text").focus()
    await asyncio.sleep(1.5)
    new = await prepare.ticket("dispatched", service_class="P0")
    await expect(page.locator(f"#row-{new.number}")).to_be_visible(timeout=8000)
    await page.keyboard.type("注")
    await expect(page.locator("#together-text")).to_have_value("写到一半的批注")
    await expect(page.locator(f"#pick-{old.number}")).to_be_checked()
    await expect(page.locator(f"#pick-{new.number}")).not_to_be_checked()
    await expect(page.locator("tr.picked")).to_have_count(1)
    await expect(page.locator(f"#row-{new.number} .fresh")).to_be_visible()
    await expect(page.locator("#came")).to_contain_text("1 张工单有变化")


async def test_the_ticked_ones_are_signed_and_each_has_its_result(browser: Browser, served: Settings, prepare: Make):
    made = [await prepare.ticket("dispatched") for _ in range(3)]
    page = await desk(browser, served)
    await page.goto("/desk?view=to_sign")
    await press(page, "j", "x", "j", "x")
    await expect(page.locator("#chosen")).to_have_text("已选 2 张")
    await prepare.step(made[0], "sign", f"unit_head-{STATION}")
    await page.click("#together [value=sign]")
    await expect(page.locator(".notice")).to_contain_text("办成")
    await expect(page.locator(".results tbody tr")).to_have_count(2)


@pytest.mark.timeout(180)
async def test_the_stream_drops_says_so_and_returns_with_what_was_missed(
    browser: Browser, server: Served, served: Settings, prepare: Make
):
    page = await desk(browser, served)
    await page.goto("/desk?view=to_sign")
    await asyncio.sleep(1.5)
    await asyncio.to_thread(server.stop)
    await expect(page.locator("#stream")).to_contain_text("正在重连", timeout=15000)
    missed = await prepare.ticket("dispatched")
    server.start()
    await expect(page.locator(f"#row-{missed.number}")).to_be_visible(timeout=40000)
    await expect(page.locator("#stream")).to_be_hidden()


async def test_the_page_says_when_the_session_is_over(browser: Browser, served: Settings):
    page = await desk(browser, served)
    other = await page.context.new_page()
    await other.goto("/desk")
    await other.click("text=退出")
    await expect(page.locator("#stream a")).to_have_attribute("href", "/login", timeout=25000)
