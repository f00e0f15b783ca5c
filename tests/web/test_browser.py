"""Journeys in a real browser: a petitioner's phone without scripts, an officer's keyboard, the survey, English."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, Route, expect

from jiesu.settings import Settings
from jiesu.tickets.words import Status
from tests.builders.files import jpeg
from tests.builders.forms import CLEAR, COUNTY, STATION
from tests.builders.make import Make

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
PHONE_SIZE, DESK_SIZE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


async def sign_in(page: Page, username: str) -> None:
    await page.goto("/login")
    await page.fill("#username", username)
    await page.fill("#password", "jiesu-demo")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk")


async def fits(page: Page) -> bool:
    """Whether nothing sticks out sideways."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


async def test_a_petitioner_files_and_follows_on_a_phone_without_scripts(browser: Browser, served: Settings):
    context = await browser.new_context(
        viewport=PHONE_SIZE, java_script_enabled=False, base_url=served.public_url, locale="zh-CN"
    )
    page = await context.new_page()
    await page.goto("/")
    await page.click("text=反映诉求")
    await page.fill("#text", "太短")
    await page.click("text=下一步")
    await expect(page.locator("#text-wrong")).to_be_visible()
    await page.fill("#text", CLEAR)
    await page.click("text=下一步")
    await page.select_option("#district", "150102")
    await page.click("text=显示下一级")
    await page.select_option("#township", "150102001")
    await page.click("text=下一步")
    await page.fill("[name='petitioner.phone']", "12")
    await page.click("text=下一步")
    await expect(page.locator("[id='petitioner.phone-wrong']")).to_be_visible()
    await page.fill("[name='petitioner.phone']", "13800138000")
    await page.click("text=上一步")
    await expect(page.locator("#township")).to_have_value("150102001")
    await page.click("text=下一步")
    await page.click("text=下一步")
    await expect(page.locator(".said")).to_have_text(CLEAR)
    await expect(page.locator("main")).to_contain_text("海拉尔东路街道")
    await expect(page.locator("main")).to_contain_text("看起来是“抚恤补助：停发错发”。对吗？")
    await page.click("text=提交诉求")
    number, code = [await page.locator("dd.big").nth(place).inner_text() for place in (0, 1)]
    assert page.url == f"{served.public_url}/receipt"
    await context.clear_cookies()
    await page.goto(f"/t/{number}")
    await page.fill("#code", code)
    await page.click("text=查看")
    await expect(page.locator("h1")).to_contain_text("抚恤金")
    await expect(page.locator(".timeline")).to_contain_text("已派给新城区退役军人服务中心")


async def test_an_officer_handles_a_ticket_to_approval(browser: Browser, served: Settings, prepare: Make):
    made = await prepare.ticket("dispatched", title="抚恤金停发三个月")
    context = await browser.new_context(viewport=DESK_SIZE, base_url=served.public_url, locale="zh-CN")
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    await sign_in(page, f"officer-{STATION.lower()}")
    await page.get_by_role("link", name="抚恤金停发三个月").last.focus()
    await page.keyboard.press("Enter")
    await page.locator("#step-sign button").focus()
    await page.keyboard.press("Enter")
    await page.check("#contact-outcome [value=reached]")
    await page.fill("#contact-note", "已通话，约定三日内答复")
    await page.click("#step-contact button")
    await page.fill("#submit-result", "已补发三个月抚恤金")
    await page.click("#step-submit button")
    await expect(page.locator(".notice[role=status]")).to_contain_text("提交办理结果")
    await page.click("text=退出")
    await sign_in(page, f"unit_head-{STATION.lower()}")
    await page.goto(f"/desk/t/{made.number}")
    await page.click("#step-approve button")
    await expect(page.locator(".chip")).to_have_text("待回访")
    assert (await prepare.load(made)).status is Status.AWAITING_SURVEY
    assert refused == []


async def test_more_time_is_asked_for_and_granted_with_the_keyboard(browser: Browser, served: Settings, prepare: Make):
    made = await prepare.ticket("in_progress")
    context = await browser.new_context(viewport=DESK_SIZE, base_url=served.public_url, locale="zh-CN")
    page = await context.new_page()
    await sign_in(page, f"officer-{STATION.lower()}")
    await page.goto(f"/desk/t/{made.number}")
    form = page.locator("#step-extend")
    await page.locator("details", has=form).locator("summary").focus()
    await page.keyboard.press("Enter")
    latest = await page.locator("#extend-until").get_attribute("max")
    assert latest is not None
    await page.fill("#extend-until", latest)
    await page.locator("#extend-reason").focus()
    await page.keyboard.type("等外单位回函")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice[role=status]")).to_contain_text("申请延期")
    await page.click("text=退出")
    await sign_in(page, f"unit_head-{COUNTY.lower()}")
    await page.goto(f"/desk/t/{made.number}")
    await page.locator("#step-grant_extension button").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".extended").first).to_contain_text("已延期")
    await page.locator(".deadline", has=page.locator(".extended")).first.locator("summary").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".reckoning:visible")).to_contain_text("等外单位回函")


async def test_a_petitioner_rates_the_result_from_the_progress_page(browser: Browser, served: Settings, prepare: Make):
    made = await prepare.ticket("awaiting_survey")
    context = await browser.new_context(viewport=PHONE_SIZE, base_url=served.public_url, locale="zh-CN")
    page = await context.new_page()
    await page.goto(f"/t/{made.number}")
    await page.fill("#code", made.code)
    await page.keyboard.press("Enter")
    await page.click("text=去评价")
    await expect(page.locator("legend:visible")).to_have_count(1)
    await page.click("label:has-text('联系过')")
    await page.click("label:has-text('没有解决')")
    await page.click("label:has-text('不满意')")
    await page.fill("#reason", "钱没有到账")
    await page.click("text=提交评价")
    await expect(page.locator("h1")).to_contain_text("谢谢")
    await expect(page.locator("main")).to_contain_text("安排重办")
    assert (await prepare.load(made)).status is Status.REWORK


async def press(page: Page, value: str) -> None:
    """Tab to the button of that value and press it."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.value") == value:
            break
    await page.keyboard.press("Enter")


async def test_photos_are_seen_added_and_taken_back_before_they_are_sent(browser: Browser, served: Settings):
    context = await browser.new_context(viewport=PHONE_SIZE, base_url=served.public_url, locale="zh-CN")
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    await page.goto("/file")
    await page.fill("#text", CLEAR)
    for _ in range(3):
        await page.click("text=下一步")
    for name in ("退役证.jpg", "病历.jpg"):
        await page.set_input_files("#files", {"name": name, "mimeType": "image/jpeg", "buffer": jpeg()})
    await expect(page.locator(".photos img")).to_have_count(2)
    assert await page.locator(".photos img").first.evaluate(
        "(image) => image.decode().then(() => image.naturalWidth > 0)"
    )
    await page.click("[aria-label='去掉 退役证.jpg']")
    await page.click("text=提交诉求")
    await page.click("text=查看进度")
    await expect(page.locator(".files a")).to_have_text(["病历.jpg"])
    assert refused == []


async def test_the_browsers_own_back_asks_the_question_before_and_keeps_every_answer(
    browser: Browser, served: Settings
):
    context = await browser.new_context(viewport=PHONE_SIZE, base_url=served.public_url, locale="zh-CN")
    page = await context.new_page()
    await page.goto("/file?size=large&contrast=high")
    await page.fill("#text", CLEAR)
    await page.click("text=下一步")
    await page.select_option("#district", "150102")
    await page.click("text=下一步")
    await page.fill("[name='petitioner.phone']", "13800138000")
    await page.go_back()
    await expect(page.locator("#district")).to_have_value("150102")
    await page.go_back()
    await expect(page.locator("#text")).to_have_value(CLEAR)
    await page.go_forward()
    await page.go_forward()
    await expect(page.locator("[name='petitioner.phone']")).to_have_value("13800138000")
    await context.set_offline(True)
    await page.click("text=下一步")
    await expect(page.locator("[data-offline]")).to_be_visible()
    await context.set_offline(False)
    await page.click("text=下一步")
    await expect(page.locator("h1")).to_be_focused()
    await page.click("text=提交诉求")
    await expect(page.locator("h1")).to_contain_text("收到了")


async def test_who_goes_on_twice_sees_the_last_question_whichever_answer_comes_first(
    browser: Browser, served: Settings
):
    page = await browser.new_page(viewport=PHONE_SIZE, base_url=served.public_url, locale="zh-CN")
    await page.goto("/file")
    await page.fill("#text", CLEAR)
    await page.click("text=下一步")
    await page.select_option("#district", "150102")
    await page.click("text=下一步")
    await page.fill("[name='petitioner.phone']", "13800138000")
    for field, value in (("#district", "150102"), ("#text", CLEAR)):
        await page.go_back()
        await expect(page.locator(field)).to_have_value(value)
    asked: list[Route] = []

    async def hold_the_first(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            await route.continue_()

    await page.route("**/file/steps", hold_the_first)
    async with page.expect_event("requestfailed"):
        await page.go_forward()
        await page.go_forward()
    await expect(page.locator("[name='petitioner.phone']")).to_have_value("13800138000")
    assert len(asked) == 2


async def test_a_draft_outlives_the_page_until_it_is_filed_or_forgotten(browser: Browser, served: Settings):
    context = await browser.new_context(viewport=PHONE_SIZE, base_url=served.public_url, locale="zh-CN")
    page = await context.new_page()
    await page.goto("/file")
    await expect(page.locator("[data-kept]")).to_be_hidden()
    await page.fill("#text", CLEAR)
    await page.close()
    page = await context.new_page()
    await page.goto("/file")
    await expect(page.locator("#text")).to_have_value(CLEAR)
    await page.click("text=清除草稿")
    await page.reload()
    await expect(page.locator("#text")).to_have_value("")
    await page.fill("#text", CLEAR)
    for _ in range(3):
        await page.click("text=下一步")
    await page.click("text=提交诉求")
    await page.wait_for_url("**/receipt")
    await page.goto("/file")
    await expect(page.locator("#text")).to_have_value("")


async def test_an_english_reader_files_with_the_keyboard_alone(browser: Browser, served: Settings):
    context = await browser.new_context(viewport=PHONE_SIZE, base_url=served.public_url, locale="zh-CN")
    page = await context.new_page()
    await page.goto("/file?lang=en")
    await page.locator("#text").focus()
    await page.keyboard.type("My pension has not been paid for three months. 抚恤金停发三个月。")
    await press(page, "next")
    await expect(page.locator("h1")).to_contain_text("Where")
    await page.locator("#find-place").focus()
    await page.keyboard.type("xcq gzf")
    await expect(page.locator("#found-places li")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#village")).to_have_value("150102001001")
    await press(page, "next")
    await expect(page.locator("h1")).to_contain_text("reach you")
    await press(page, "next")
    await expect(page.locator("main")).to_contain_text("公主府社区")
    await press(page, "file")
    await expect(page.locator("h1")).to_have_text("We have it. This is your receipt")


@pytest.mark.parametrize("size", [PHONE_SIZE, DESK_SIZE], ids=["phone", "desk"])
async def test_no_page_sticks_out_sideways_in_either_size_of_letters(
    browser: Browser, served: Settings, prepare: Make, size: dict[str, int]
):
    made = await prepare.ticket("under_review")
    context = await browser.new_context(viewport=size, base_url=served.public_url, locale="zh-CN")
    page = await context.new_page()
    await sign_in(page, f"unit_head-{STATION.lower()}")
    wide = []
    for query in ("", "?size=large&lang=en"):
        for path in ("/", "/file", "/t", "/privacy", "/desk", f"/desk/t/{made.number}", "/board", "/demo", "/nope"):
            await page.goto(path + query)
            if not await fits(page):
                wide.append(path + query)
    assert wide == []
