"""Warned on the page before anything is sent; reviewed on a page by the keeper."""

from __future__ import annotations

import re

from tests.web.conftest import Site, value, words

TEXT = "我原在51234部队服役，抚恤金停发三个月，紫色大象，请查一下。"
BOX = 'name="confirmed_unclassified"'


async def test_the_form_warns_keeps_everything_and_offers_to_send_all_the_same(site: Site):
    assert BOX not in (await site.get("/file")).text
    warned = await site.file(text=TEXT)
    assert warned.status_code == 422
    assert "51234部队" in words(warned)
    assert BOX in warned.text
    assert value(warned, "text") == TEXT
    corrected = await site.file(text=TEXT.replace("51234部队", "原部队"))
    assert corrected.headers["location"] == "/receipt"


async def test_sent_all_the_same_it_reaches_the_keepers_page_and_nobody_elses(site: Site, as_staff):
    await site.file(text=TEXT, confirmed_unclassified="on")
    number = re.search(r"HH\d{8}-\d{5}-\d", (await site.get("/receipt")).text)
    assert number is not None
    page = await site.get(f"/t/{number[0]}")
    assert "先由专人审查" in words(page)
    assert "紫色大象" not in page.text
    keeper = await as_staff("unit_head-CITY-OFFICE")
    assert "有 1 段可能涉密的内容等您审查" in words(await keeper.get("/desk"))
    listed = await keeper.get("/desk/withheld")
    assert number[0] in listed.text
    assert "紫色大象" not in listed.text
    path = f"/desk/withheld/{number[0]}/1"
    assert TEXT in words(await keeper.post(path, do="read"))
    refused = await keeper.post(path, do="redacted", words="")
    assert refused.status_code == 422
    assert 'id="redacted-words-wrong"' in refused.text
    done = await keeper.post(path, do="redacted", words="抚恤金停发三个月，请查一下。")
    assert done.headers["location"] == "/desk/withheld?done=1"
    assert "没有待审查的内容" in words(await keeper.get("/desk/withheld?done=1"))


async def test_the_follow_page_and_the_survey_warn_beside_their_own_box(site: Site, make):
    made = await make.ticket("registered")
    await site.post("/t", number=made.number, code=made.code)
    warned = await site.post(f"/t/{made.number}", do="supplement", text=TEXT)
    assert (warned.status_code, warned.text.count(BOX)) == (422, 1)
    sent = await site.post(f"/t/{made.number}", do="supplement", text=TEXT, confirmed_unclassified="on")
    assert sent.status_code == 303
    asked = await make.ticket("awaiting_survey")
    await site.post("/t", number=asked.number, code=asked.code)
    link = re.search(r'href="(/s/[^"]+)"', (await site.get(f"/t/{asked.number}")).text)
    assert link is not None
    warned = await site.post(link[1], solved="yes", satisfied="yes", reason=TEXT)
    assert (warned.status_code, warned.text.count(BOX)) == (422, 1)
    assert (await site.post(link[1], solved="yes", reason=TEXT, confirmed_unclassified="on")).status_code == 303
