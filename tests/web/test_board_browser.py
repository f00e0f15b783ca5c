"""The board in a real browser: a live escalation acknowledged, a chart that leads to its tickets, a file taken along, the big screen."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select, update

from jiesu.escalation.fire import DueRung, fire_rungs
from jiesu.kernel import Kernel
from jiesu.settings import Settings
from jiesu.sla.limits import ClockKind, Target
from jiesu.sla.models import ClockState, Deadline
from jiesu.tickets.models import Ticket
from tests.builders.every_page import enter
from tests.builders.forms import COUNTY, STATION
from tests.builders.make import Made, Make
from tests.web.test_board import sheet_rows

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
DESK_SIZE = {"width": 1440, "height": 900}
SUPERVISOR, HEAD = f"supervisor-{COUNTY}".lower(), f"unit_head-{STATION}".lower()


async def late(behind: Kernel, made: Made, rung: str | None = "L2") -> None:
    """The ticket's final date passed an hour ago; with a rung, that step of the ladder is taken."""
    async with behind.db.begin() as uow:
        past = uow.now - timedelta(hours=1)
        final = (
            Deadline.ticket_id == made.id,
            Deadline.clock == ClockKind.PETITIONER,
            Deadline.target == Target.RESOLVE,
            Deadline.state == ClockState.RUNNING,
        )
        await uow.session.execute(update(Deadline).where(*final).values(due_at=past))
        await uow.session.execute(update(Ticket).where(Ticket.id == made.id).values(next_due_at=past))
        key = await uow.session.scalar(select(Deadline.id).where(*final))
        assert key is not None
        if rung:
            assert await fire_rungs(uow, behind.rules, [DueRung(key, rung)]) == 1


async def opened(browser: Browser, served: Settings, who: str, refused: list[str], *, still: bool = False) -> Page:
    """`still`: bars are where they will be at once, so that one can be pressed."""
    context = await browser.new_context(
        viewport=DESK_SIZE,
        base_url=served.public_url,
        locale="zh-CN",
        reduced_motion="reduce" if still else "no-preference",
    )
    page = await context.new_page()
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    await enter(page, who)
    return page


async def test_a_supervisor_sees_an_escalation_come_and_acknowledges_it(
    browser: Browser, served: Settings, prepare: Make, behind: Kernel
):
    refused: list[str] = []
    made = await prepare.ticket("in_progress", title="抚恤金停发三个月")
    page = await opened(browser, served, SUPERVISOR, refused)
    await page.goto("/board")
    number = page.locator(".numbers li", has_text="待认领督办").locator("b")
    await expect(number).to_have_text("0")
    await late(behind, made)
    await expect(number).to_have_text("1", timeout=20_000)
    await page.get_by_role("link", name="督办", exact=True).focus()
    await page.keyboard.press("Enter")
    await page.fill(f"#note-{made.number}", "今天到现场")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice[role=status]")).to_contain_text("认领督办")
    await expect(page.locator(".case")).to_have_count(0)
    assert refused == []


async def test_a_bar_of_a_chart_leads_to_its_tickets_and_they_can_be_taken_along(
    browser: Browser, served: Settings, prepare: Make, behind: Kernel, tmp_path: Path
):
    refused: list[str] = []
    for _ in range(2):
        await late(behind, await prepare.ticket("in_progress"), None)
    page = await opened(browser, served, HEAD, refused, still=True)
    await page.goto("/board")
    chart = page.locator("figure[data-chart=bars]")
    await expect(chart.locator("canvas")).to_be_visible()
    box = await chart.bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 8 + 4)
    await page.wait_for_url(re.compile("late=under_1"))
    await expect(page.locator(".queue tbody tr")).to_have_count(2)
    await page.click("text=导出 >> nth=0")
    await page.fill("#reason", "月度分析会用")
    async with page.expect_download() as waiting:
        await page.click("text=导出 Excel")
    file = tmp_path / "out.xlsx"
    await (await waiting.value).save_as(file)
    assert len(sheet_rows(file.read_bytes())) == 3
    assert refused == []


async def test_the_big_screen_takes_turns_until_it_is_stopped(browser: Browser, served: Settings, prepare: Make):
    refused: list[str] = []
    await prepare.ticket("in_progress")
    page = await opened(browser, served, SUPERVISOR, refused)
    await page.clock.install()
    await page.goto("/board/screen")
    shown = page.locator(".panel:visible h2").first
    await expect(shown).to_have_text("现在")
    await page.clock.run_for(21_000)
    await expect(shown).to_have_text("超时多久")
    await page.click("text=暂停轮播")
    await page.clock.run_for(60_000)
    await expect(shown).to_have_text("超时多久")
    await page.keyboard.press("ArrowRight")
    await expect(shown).to_have_text("各单位")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 21, 18)"
    assert refused == []


async def test_whoever_wants_less_motion_turns_the_screen_themselves(browser: Browser, served: Settings):
    context = await browser.new_context(
        viewport=DESK_SIZE, base_url=served.public_url, locale="zh-CN", reduced_motion="reduce"
    )
    page = await context.new_page()
    await enter(page, SUPERVISOR)
    await page.clock.install()
    await page.goto("/board/screen")
    await page.clock.run_for(60_000)
    await expect(page.locator(".panel:visible h2").first).to_have_text("现在")
    await expect(page.locator("[data-turn=pause]")).to_have_text("继续轮播")
