"""The administrator's journeys in a real browser: a year published, units imported, failed work sent again, the keyboard alone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from jiesu.db import jobs
from jiesu.db.jobs import Promise
from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI
from jiesu.settings import Settings
from jiesu.units.models import UnitRow
from tests.builders.every_page import ADMIN, enter
from tests.builders.forms import COUNTY
from tests.builders.make import Make
from tests.web.test_admin_units import changed

pytestmark = [pytest.mark.filterwarnings("ignore::ResourceWarning"), pytest.mark.usefixtures("server")]
DESK_SIZE, PHONE_SIZE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


async def administrator(browser: Browser, served: Settings, **more: Any) -> Page:
    """A page where the administrator has just signed in."""
    context = await browser.new_context(
        **{"viewport": DESK_SIZE, "base_url": served.public_url, "locale": "zh-CN"} | more
    )
    page = await context.new_page()
    await enter(page, ADMIN)
    return page


async def test_next_year_is_published_after_what_moves_was_seen(browser: Browser, served: Settings, prepare: Make):
    """From the first page, which says that the year is missing, to the year without the word provisional."""
    await prepare.ticket("in_progress")
    year = datetime.now(SHANGHAI).year + 1
    saturday = next(day for day in (date(year, 1, number) for number in range(8, 15)) if day.isoweekday() == 6)
    page = await administrator(browser, served)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    await page.click("text=年放假安排还没有录入")
    await expect(page.locator("main")).to_contain_text("暂定")
    await page.click("text=录入放假安排")
    await expect(page.locator("#name-0")).to_have_value("元旦")  # what the law says is filled in
    rows = [await box.input_value() for box in await page.locator("[name^=name-]").all()]
    await page.fill(f"#to-{rows.index('国庆节')}", f"{year}-10-07")
    await page.fill("#work", f"1月{saturday.day}日（星期六）上班")
    await page.check("[name=published]")
    await page.click("text=看看会改变什么")
    await expect(page.locator("h1")).to_have_text("公布前核对")
    await expect(page.locator("main")).to_contain_text(re.compile(r"期限会变动"))
    await expect(page.locator("main")).to_contain_text(saturday.isoformat())
    await page.click("button[value=publish]")
    await expect(page.locator("[role=status].notice")).to_contain_text("已公布")
    await expect(page.locator(".month").first.locator(".makeup")).to_contain_text("班")
    assert await page.locator("text=这一年的放假安排还没有录入").count() == 0
    assert refused == []


async def test_a_changed_units_file_is_imported_after_the_difference(
    browser: Browser, served: Settings, behind: Kernel, tmp_path: Path
):
    (tmp_path / "units.csv").write_text(changed(), encoding="utf-8")
    page = await administrator(browser, served)
    await page.click("nav >> text=单位与地点")
    await page.click("text=导入变更")
    await page.set_input_files("#units", tmp_path / "units.csv")
    await page.click("text=看看会改变什么")
    await expect(page.locator("main")).to_contain_text("单位：新增1，修改1，撤出1。")
    await page.click("main button")
    await expect(page.locator("#sure-wrong")).to_be_visible()
    await page.check("[name=sure]")
    await page.click("main button")
    await expect(page.locator("[role=status].notice")).to_contain_text("已应用")
    await page.fill("#q", "xinchengqu")  # narrows while one types, also by pinyin
    await expect(page.locator("#found")).to_contain_text("新城区退役军人服务总站")
    async with behind.db.begin() as uow:
        assert (await uow.session.get_one(UnitRow, COUNTY)).name == "新城区退役军人服务总站"


async def test_failed_work_is_sent_again_on_a_telephone_without_scripts(
    browser: Browser, served: Settings, behind: Kernel
):
    async with behind.db.begin() as uow:
        promise = Promise("message.send", datetime.now(UTC) + timedelta(days=1), "message:77", {"id": 77})
        await jobs.schedule(uow, promise)
        [key] = await uow.session.scalars(select(jobs.Job.id).where(jobs.Job.key == promise.key))
        await jobs.bury(uow.session, key, "GatewayRefused: The SMS gateway answered 503.", uow.now)
    page = await administrator(browser, served, viewport=PHONE_SIZE, java_script_enabled=False)
    await page.click("text=条短信没有发出")
    await expect(page.locator("main")).to_contain_text("answered 503")
    await page.click("text=重新发送 >> nth=-1")
    await expect(page.locator("[role=status].notice")).to_contain_text("已重新发送")
    await expect(page.locator("main")).to_contain_text("没有失败的任务")


async def test_somebody_new_is_added_with_the_keyboard_alone(browser: Browser, served: Settings):
    page = await administrator(browser, served)

    async def tab_to(selector: str) -> None:
        for _ in range(60):
            await page.keyboard.press("Tab")
            if await page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"the keyboard does not reach {selector}")

    await tab_to('a[href="/admin/users"]')
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/admin/users")
    await tab_to('a[href="/admin/users/new"]')
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/admin/users/new")
    await tab_to("#name")
    await page.keyboard.type("李娜")
    await tab_to("#username")
    await page.keyboard.type("li.na")
    await tab_to("#role")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await tab_to("#unit")
    await page.keyboard.type(COUNTY)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await expect(page.locator(".initial code")).to_have_text(re.compile(r"^[a-z0-9 ]{19}$"))
    await expect(page.locator("main")).to_contain_text("派单员")
