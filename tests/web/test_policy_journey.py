"""The policy library beside a ticket in a real browser: searched in place, put into the result, and on record with it."""

from __future__ import annotations

import os

import pytest
from playwright.async_api import Browser, expect

from jiesu.settings import Settings
from tests.builders.every_page import enter
from tests.builders.forms import STATION
from tests.builders.make import Make

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
OFFICER = f"officer-{STATION}".lower()


async def test_an_article_is_found_put_into_the_result_and_recorded(browser: Browser, served: Settings, prepare: Make):
    made = await prepare.ticket("in_progress", category="0402")
    await prepare.step(made, "contact", OFFICER)
    context = await browser.new_context(
        viewport={"width": 1440, "height": 900}, base_url=served.public_url, locale="zh-CN"
    )
    page = await context.new_page()
    await enter(page, OFFICER)
    await page.goto(f"/desk/t/{made.number}")
    await expect(page.locator("#articles")).to_contain_text("《军人抚恤优待条例》第三章")
    await page.fill("#policy-q", "临时救助")
    await page.keyboard.press("Enter")
    await expect(page.locator("#articles li")).to_have_count(1)
    await page.fill("#submit-result", "经核实，依据")
    await page.click("#articles [data-cite]")
    await expect(page.locator("#submit-result")).to_have_value("经核实，依据《社会救助暂行办法》第九章")
    if folder := os.environ.get("JIESU_PAGES"):
        await page.screenshot(path=f"{folder}/ticket-policies-1440.png", full_page=True)
    await page.click("#step-submit .primary")
    await expect(page.locator(".notice[role=status]")).to_contain_text("提交")
    await expect(page.locator("body")).to_contain_text("引用的政策")
    await context.close()
