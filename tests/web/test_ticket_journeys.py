"""Journeys on the ticket page in a real browser: two officers collide, a draft outlives its page, a template is put in, files fall in."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from jiesu.settings import Settings
from jiesu.tickets.words import Status
from tests.builders.every_page import enter
from tests.builders.forms import STATION
from tests.builders.make import Make

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
OFFICER, HEAD = f"officer-{STATION}".lower(), f"unit_head-{STATION}".lower()
DESK_SIZE = {"width": 1440, "height": 900}
DRAFT = re.compile("草稿，保存于")


async def desk(browser: Browser, served: Settings, username: str) -> tuple[BrowserContext, Page]:
    context = await browser.new_context(viewport=DESK_SIZE, base_url=served.public_url, locale="zh-CN")
    page = await context.new_page()
    await enter(page, username)
    return context, page


async def test_two_officers_collide_and_nothing_typed_is_lost(browser: Browser, served: Settings, prepare: Make):
    made = await prepare.ticket("in_progress")
    _, first = await desk(browser, served, OFFICER)
    _, second = await desk(browser, served, HEAD)
    await first.goto(f"/desk/t/{made.number}")
    await first.check("#contact-outcome [value=reached]")
    await first.locator("#contact-note").press_sequentially("打通了，")
    await second.goto(f"/desk/t/{made.number}")
    await expect(second.locator("[data-others]")).to_contain_text("正在填写“记录联系”，刚刚开始")
    await second.check("#contact-outcome [value=reached]")
    await second.fill("#contact-note", "我先打了")
    await second.click("#step-contact .primary")
    await expect(second.locator(".notice[role=status]")).to_contain_text("记录联系")
    await first.locator("#contact-note").press_sequentially("约好明天来")
    await first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(first.locator("[data-changed]")).to_contain_text("联系上诉求人")
    await first.click("#step-contact .primary")
    await expect(first.locator("#summary")).to_contain_text("刚才的变化")
    await expect(first.locator("#contact-note")).to_have_value("打通了，约好明天来")
    await first.click("#step-contact button:not(.plain)")
    await expect(first.locator(".notice[role=status]")).to_contain_text("记录联系")
    assert (await prepare.load(made)).contact_attempts == 2


async def test_whoever_looks_at_the_latest_keeps_the_draft(browser: Browser, served: Settings, prepare: Make):
    made = await prepare.ticket("in_progress")
    _, page = await desk(browser, served, OFFICER)
    await page.goto(f"/desk/t/{made.number}")
    await page.locator("#contact-note").press_sequentially("写到一半")
    await prepare.step(made, "note", HEAD, text="先等等")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.click("[data-reload]")
    await expect(page.locator(".timeline")).to_contain_text("先等等")
    await expect(page.locator("#contact-note")).to_have_value("写到一半")


async def test_a_draft_survives_closing_the_page_and_shows_on_another_machine(
    browser: Browser, served: Settings, prepare: Make
):
    made = await prepare.ticket("in_progress")
    context, page = await desk(browser, served, OFFICER)
    await page.goto(f"/desk/t/{made.number}")
    await page.locator("#step-note").evaluate("form => form.closest('details').open = true")
    await page.locator("#note-text").press_sequentially("向财务核实，等回话")
    await page.locator("#note-text").blur()
    await expect(page.locator("#step-note + .draft")).to_have_text(DRAFT)
    await page.locator("#note-text").press_sequentially("，明天再问")
    await page.close(run_before_unload=True)
    await context.close()
    _, other = await desk(browser, served, OFFICER)
    await other.goto(f"/desk/t/{made.number}")
    await expect(other.locator("#note-text")).to_be_visible()
    await expect(other.locator("#note-text")).to_have_value(re.compile("向财务核实，等回话"))
    await other.click("#step-note button:not(.plain)")
    await expect(other.locator(".notice[role=status]")).to_contain_text("写一条记录")
    await expect(other.locator(".draft:visible")).to_have_count(0)


async def test_a_template_goes_where_the_cursor_is_and_overwrites_nothing(
    browser: Browser, served: Settings, prepare: Make
):
    made = await prepare.ticket("in_progress")
    await prepare.step(made, "contact", OFFICER)
    _, page = await desk(browser, served, OFFICER)
    await page.goto(f"/desk/t/{made.number}")
    await page.fill("#submit-result", "先写的一句。")
    await page.select_option("#submit-reply", label="已经解决")
    box = page.locator("#submit-result")
    await expect(box).to_have_value(re.compile("^先写的一句。\n张同志，您好。"))
    await page.keyboard.press("Control+z")
    await expect(box).to_have_value("先写的一句。")


async def test_the_next_step_is_taken_by_keyboard_with_everything_in_sight(
    browser: Browser, served: Settings, prepare: Make
):
    made = await prepare.ticket("in_progress")
    _, page = await desk(browser, served, OFFICER)
    await page.goto(f"/desk/t/{made.number}")
    for part in (".matter .said", "#reveal .facts", ".deadline >> nth=-1", "#step-contact .primary"):
        await expect(page.locator(part).first).to_be_in_viewport(ratio=1)
    await page.locator("#contact-outcome input").first.focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.type("已通话，约定三日内答复")
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.matches('#step-contact .primary')"):
            break
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice[role=status]")).to_contain_text("记录联系")
    assert (await prepare.load(made)).status is Status.IN_PROGRESS


async def test_files_fall_in_are_looked_at_and_sent_with_their_progress(
    browser: Browser, served: Settings, prepare: Make
):
    made = await prepare.ticket("in_progress")
    _, page = await desk(browser, served, OFFICER)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    await page.goto(f"/desk/t/{made.number}")
    await page.evaluate(
        """async () => {
            const canvas = Object.assign(document.createElement("canvas"), {width: 40, height: 30});
            canvas.getContext("2d").fillRect(0, 0, 20, 20);
            const picture = await new Promise((made) => canvas.toBlob(made, "image/png"));
            const files = new DataTransfer();
            files.items.add(new File([picture], "image.png", {type: "image/png"}));
            document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: files, bubbles: true}));
            const dropped = new DataTransfer();
            dropped.items.add(new File(["%PDF-1.4\\n"], "坏的.pdf", {type: "application/pdf"}));
            document.querySelector("#files").dispatchEvent(new DragEvent("drop", {dataTransfer: dropped, bubbles: true}));
        }"""
    )
    await expect(page.locator(".previews li")).to_have_count(2)
    await expect(page.locator(".previews img[src^='data:']")).to_have_count(1)
    await page.locator(".previews li", has_text="坏的.pdf").get_by_role("button").click()
    await expect(page.locator(".previews li")).to_have_count(1)
    await page.locator("#contact-note").press_sequentially("上传以前写的")
    await page.click("[data-drop] button:not(.plain)")
    await expect(page.locator(".files a")).to_have_text(re.compile(r"paste-\d+\.png"))
    await expect(page.locator("#contact-note")).to_have_value("上传以前写的")
    assert refused == []
