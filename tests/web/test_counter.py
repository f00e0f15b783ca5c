"""The counter: a caller is recognised by telephone as far as the clerk may know them, and is not asked the same again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import func, select

from jiesu.kernel import Kernel
from jiesu.petitioners.models import Petitioner
from jiesu.settings import Settings
from jiesu.tickets.models import Ticket
from tests.builders.every_page import enter
from tests.builders.forms import CLEAR, COUNTY, PHONE, PLACE, PLAIN
from tests.builders.make import Make
from tests.web.conftest import words

CLERK = f"intake-{COUNTY}"
FORM = {"channel": "phone", "text": CLEAR, "petitioner.phone": PHONE, "do": "file", "key": "k"}
ID_NUMBER = "150102195001010010"


async def test_a_caller_is_recognised_masked_with_earlier_tickets_and_the_likely_category(as_staff: Any, make: Make):
    old = await make.ticket("closed", title="去年的抚恤金")
    site = await as_staff(CLERK)
    reply = await site.post("/desk/new/aside", **{"petitioner.phone": "138 0013 8000", "text": CLEAR})
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.text))
    assert "张* 138****8000" in shown
    assert "去年的抚恤金" in shown
    assert old.number in reply.text
    assert "停发" in shown.partition("看起来是")[2]
    assert "建国" not in reply.text
    assert PHONE not in reply.text


async def test_what_may_be_the_same_matter_is_shown_beside_the_form(as_staff: Any, make: Make):
    open_one, ended = await make.ticket("dispatched"), await make.ticket("closed")
    site = await as_staff(CLERK)
    fields = {"text": PLAIN, "place": PLACE}
    reply = await site.post("/desk/new/aside", **fields)
    assert open_one.number in reply.text
    assert ended.number not in reply.text
    assert "可能是同一件事" not in (await site.post("/desk/new/aside", **fields | {"text": "有一件事"})).text


async def test_nobody_is_recognised_by_what_the_clerk_may_not_see_or_know(as_staff: Any, make: Make):
    await make.ticket("dispatched", unit="VS-150103", place="150103")
    await make.ticket("dispatched", confidential=True)
    await make.ticket("dispatched", anonymous=True)
    await make.ticket("dispatched", accused_unit=COUNTY, unit="INST-VETERANS")
    reply = await (await as_staff(CLERK)).post("/desk/new/aside", **{"petitioner.phone": PHONE})
    assert "没有用这个电话登记过的" in reply.text
    assert "张*" not in reply.text


@pytest.mark.parametrize("phone", ["", "138", "not a number", "1" * 200])
async def test_a_telephone_not_typed_to_its_end_finds_nobody(as_staff: Any, make: Make, phone: str):
    await make.ticket("dispatched")
    reply = await (await as_staff(CLERK)).post("/desk/new/aside", **{"petitioner.phone": phone})
    assert (reply.status_code, "same_as" in reply.text) == (200, False)


async def test_whoever_registers_nothing_recognises_nobody(as_staff: Any, make: Make):
    await make.ticket("dispatched")
    reply = await (await as_staff(f"officer-{COUNTY}")).post("/desk/new/aside", **{"petitioner.phone": PHONE})
    assert reply.status_code == 403


async def test_the_person_on_record_is_used_again_without_being_shown(as_staff: Any, make: Make, kernel: Kernel):
    person = {"name": "张建国", "phone": PHONE, "id_number": ID_NUMBER, "kind": "veteran"}
    old = await make.ticket("dispatched", petitioner=person)
    site = await as_staff(CLERK)
    reply = await site.post("/desk/new", **FORM, same_as=old.number)
    assert (reply.status_code, reply.headers["location"]) == (303, "/receipt?desk=1")
    async with kernel.db.begin() as uow:
        keys = (await uow.session.scalars(select(Ticket.petitioner_id).order_by(Ticket.id))).all()
        people = await uow.session.scalar(select(func.count()).select_from(Petitioner))
    assert (keys, people) == ([keys[0], keys[0]], 1)


async def test_a_choice_that_does_not_fit_is_refused_and_keeps_what_was_typed(as_staff: Any, make: Make):
    mine = await make.ticket("dispatched")
    hidden = await make.ticket("dispatched", confidential=True)
    other = await make.ticket("dispatched", petitioner={"name": "李", "phone": "13900139000"})
    site = await as_staff(CLERK)
    for number in (hidden.number, other.number, "HH20260101-00001-3", "x"):
        reply = await site.post("/desk/new", **FORM, same_as=number)
        assert reply.status_code == 422
        assert "对不上" in words(reply)
        assert CLEAR in reply.text
    both = await site.post("/desk/new", **FORM, same_as=mine.number, **{"petitioner.name": "张三"})
    assert "已经选了以前的那位" in words(both)


async def test_without_scripts_a_button_looks_the_caller_up(as_staff: Any, make: Make):
    await make.ticket("closed", title="去年的抚恤金")
    site = await as_staff(CLERK)
    page = await site.post("/desk/new", **(FORM | {"do": "caller"}))
    assert page.status_code == 200
    assert "去年的抚恤金" in words(page)
    assert CLEAR in page.text


@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_a_caller_is_recognised_and_registered_by_keyboard_alone(
    browser: Browser, served: Settings, prepare: Make
):
    old = await prepare.ticket("closed", title="去年的抚恤金")
    context = await browser.new_context(
        viewport={"width": 1440, "height": 900}, base_url=served.public_url, locale="zh-CN"
    )
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    await enter(page, CLERK.lower())
    await page.goto("/desk/new")
    await expect(page.locator("[name='petitioner.phone']")).to_be_focused()
    await page.keyboard.type(PHONE)
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-aside]")).to_contain_text("去年的抚恤金")
    await expect(page.locator("button.primary")).to_be_in_viewport(ratio=1)
    await page.locator("#text").focus()
    await page.keyboard.type(CLEAR)
    await expect(page.locator("[data-aside]")).to_contain_text("看起来是")
    await page.keyboard.press("Tab")
    await page.keyboard.type("xinchengqu")
    await expect(page.locator("#found-places li").first).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#district")).to_have_value("150102")
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.name === 'same_as'"):
            break
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("[data-own]")).to_be_hidden()
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url("**/receipt?desk=1")
    number = await page.locator("dd.big").first.inner_text()
    await page.goto(f"/desk/t/{number}")
    await expect(page.locator("#reveal")).to_contain_text("张*")
    await expect(page.locator("#earlier")).to_contain_text("去年的抚恤金")
    assert old.number != number
    assert refused == []
