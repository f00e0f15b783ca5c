"""Filing on a page: the receipt, double clicks, mistakes, the place picker without scripts."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from jiesu.kernel import Kernel
from jiesu.tickets.models import Ticket
from tests.builders.forms import CLEAR, PLACE, PLAIN
from tests.web.conftest import Site, value, words


async def tickets(kernel: Kernel) -> int:
    async with kernel.db.begin() as uow:
        return await uow.session.scalar(select(func.count()).select_from(Ticket)) or 0


async def test_the_front_door_offers_three_things(site: Site):
    home = await site.get("/")
    assert home.status_code == 200
    assert all(f'href="{door}"' in home.text for door in ("/file", "/t", "/t?rate=1"))


async def test_filing_leads_to_a_receipt_that_says_who_has_it_and_by_when(site: Site):
    filed = await site.file()
    assert (filed.status_code, filed.headers["location"]) == (303, "/receipt")
    receipt = await site.get("/receipt")
    read = words(receipt)
    assert re.search(r"HH20261102-\d{5}-\d", read)
    assert "新城区退役军人服务中心" in read
    assert "11月3日" in read
    assert 'src="data:image/svg+xml' in receipt.text
    assert receipt.headers["cache-control"] == "no-store"


async def test_the_receipt_stays_in_the_browser_that_filed(site: Site):
    await site.file()
    site.client.cookies.delete("jiesu_receipt")
    assert (await site.get("/receipt")).headers["location"] == "/t"


async def test_a_receipt_nobody_issued_opens_nothing(site: Site):
    site.client.cookies.set("jiesu_receipt", "azE6Zm9yZ2Vk", path="/receipt")
    assert (await site.get("/receipt")).status_code == 303


async def test_a_double_click_files_once(site: Site, kernel: Kernel):
    before = await tickets(kernel)
    replies = [await site.file(), await site.file()]
    assert [reply.status_code for reply in replies] == [303, 303]
    assert await tickets(kernel) == before + 1


async def test_a_changed_text_under_the_same_key_is_asked_about_and_not_lost(site: Site, kernel: Kernel):
    await site.file()
    before = await tickets(kernel)
    again = await site.file(text="另外还有一件完全不同的事情")
    assert again.status_code == 409
    assert value(again, "text") == "另外还有一件完全不同的事情"
    assert value(again, "key") != "k1"
    assert await tickets(kernel) == before


async def test_a_mistake_is_shown_beside_its_field_and_everything_typed_stays(site: Site, kernel: Kernel):
    before = await tickets(kernel)
    reply = await site.file(**{"petitioner.phone": "123", "petitioner.name": "张建国"}, confidential="on")
    assert reply.status_code == 422
    assert 'id="petitioner.phone-wrong"' in reply.text
    assert "电话号码不正确" in words(reply)
    assert value(reply, "text") == CLEAR
    assert value(reply, "petitioner.name") == "张建国"
    assert value(reply, "village") == PLACE
    assert 'name="confidential" checked' in reply.text
    assert await tickets(kernel) == before


async def test_choosing_a_district_offers_its_townships_and_keeps_the_text(site: Site):
    fields = {"step": "where", "district": "150102", "township": "150103001"}
    reply = await site.post("/file/steps", do="place", text="写到一半", **fields)
    assert reply.status_code == 200
    assert 'value="150102001"' in reply.text
    assert 'value="150103001"' not in reply.text
    assert value(reply, "text") == "写到一半"


async def test_the_steps_ask_one_thing_after_the_other_and_file_nothing(site: Site, kernel: Kernel):
    before = await tickets(kernel)
    answers = {"key": "k9", "text": CLEAR, "district": "150102", "petitioner.phone": "13800138000"}
    seen = []
    for step in ("what", "where", "who", "review"):
        page = await site.post("/file/steps", do="next", step=step, **answers)
        seen.append(value(page, "step"))
        assert (page.status_code, value(page, "key"), value(page, "text")) == (200, "k9", CLEAR)
    assert seen == ["where", "who", "review", "review"]
    assert await tickets(kernel) == before
    assert "13800138000" in words(page)
    assert "看起来是“抚恤补助：停发错发”。对吗？" in words(page)


async def test_a_step_is_not_left_with_a_mistake_in_it_and_going_back_keeps_everything(site: Site):
    short = await site.post("/file/steps", do="next", step="what", text="太短")
    assert (short.status_code, value(short, "step"), value(short, "text")) == (422, "what", "太短")
    assert 'id="text-wrong"' in short.text
    wrong = {"step": "who", "text": CLEAR, "petitioner.phone": "123", "reviewed": "1"}
    assert value(await site.post("/file/steps", do="next", **wrong), "step") == "who"
    back = await site.post("/file/steps", do="back", **wrong)
    assert (value(back, "step"), value(back, "petitioner.phone")) == ("where", "123")
    there = await site.post("/file/steps", do="see-what", **wrong)
    assert (value(there, "step"), value(there, "text")) == ("what", CLEAR)
    done = await site.post("/file/steps", do="next", step="what", text=CLEAR, reviewed="1")
    assert value(done, "step") == "review"


async def test_an_answer_to_the_guess_is_the_category_and_the_list_goes_before_it(site: Site, kernel: Kernel):
    await site.file(text=PLAIN, category="0407")
    async with kernel.db.begin() as uow:
        assert await uow.session.scalar(select(Ticket.category).order_by(Ticket.id.desc()).limit(1)) == "0407"
    await site.file(text=PLAIN, category="0407", own_category="0501", key="k2")
    async with kernel.db.begin() as uow:
        assert await uow.session.scalar(select(Ticket.category).order_by(Ticket.id.desc()).limit(1)) == "0501"


async def test_an_option_the_form_does_not_offer_is_refused_in_plain_words(site: Site):
    reply = await site.file(**{"petitioner.kind": "general"})
    assert reply.status_code == 422
    assert 'id="petitioner.kind-wrong"' in reply.text


async def test_an_anonymous_appeal_keeps_no_person(site: Site, kernel: Kernel):
    await site.file(anonymous="on")
    async with kernel.db.begin() as uow:
        ticket = await uow.session.scalar(select(Ticket).order_by(Ticket.id.desc()).limit(1))
    assert ticket is not None
    assert ticket.petitioner_id is None


async def test_a_form_without_its_token_is_refused_on_a_page(site: Site, kernel: Kernel):
    before = await tickets(kernel)
    reply = await site.client.post("/file", data={"text": CLEAR})
    assert reply.status_code == 403
    assert reply.headers["content-type"].startswith("text/html")
    assert await tickets(kernel) == before
