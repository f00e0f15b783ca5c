"""The survey page: answered once, kindly closed afterwards."""

from __future__ import annotations

from datetime import timedelta

from jiesu.kernel import Kernel
from jiesu.kit.clock import ManualClock
from jiesu.surveys.send import survey_token
from jiesu.tickets.words import Status
from tests.builders.make import Make
from tests.web.conftest import Site, value, words


async def test_the_result_is_shown_and_a_content_answer_closes_the_ticket(site: Site, make: Make, kernel: Kernel):
    made = await make.ticket("awaiting_survey")
    link = f"/s/{survey_token(kernel.keys, made.id, 1)}"
    assert "已核实并补发三个月抚恤金" in words(await site.get(link))
    reply = await site.post(link, contacted="yes", solved="yes", satisfied="mostly")
    assert (reply.status_code, reply.headers["location"]) == (303, link)
    assert "办结" in words(await site.get(link))
    assert (await make.load(made)).status is Status.CLOSED


async def test_unsolved_goes_back_and_says_what_happens_next(site: Site, make: Make, kernel: Kernel):
    made = await make.ticket("awaiting_survey")
    link = f"/s/{survey_token(kernel.keys, made.id, 1)}"
    await site.post(link, solved="no", reason="钱没有到账")
    assert "安排重办" in words(await site.get(link))
    assert (await make.load(made)).status is Status.REWORK


async def test_nothing_answered_is_asked_again_and_the_words_stay(site: Site, make: Make, kernel: Kernel):
    made = await make.ticket("awaiting_survey")
    link = f"/s/{survey_token(kernel.keys, made.id, 1)}"
    reply = await site.post(link, contacted="yes", reason="还在等")
    assert reply.status_code == 422
    assert value(reply, "reason") == "还在等"
    assert (await make.load(made)).status is Status.AWAITING_SURVEY


async def test_a_second_answer_changes_nothing(site: Site, make: Make, kernel: Kernel):
    made = await make.ticket("awaiting_survey")
    link = f"/s/{survey_token(kernel.keys, made.id, 1)}"
    await site.post(link, solved="yes")
    again = await site.post(link, solved="no")
    assert again.status_code == 409
    assert "谢谢" in words(again)
    assert (await make.load(made)).status is Status.CLOSED


async def test_an_ended_survey_points_to_another_way(site: Site, make: Make, kernel: Kernel, clock: ManualClock):
    made = await make.ticket("awaiting_survey")
    clock.advance(timedelta(days=8))
    page = await site.get(f"/s/{survey_token(kernel.keys, made.id, 1)}")
    assert page.status_code == 200
    assert "已经截止" in words(page)


async def test_an_unknown_link_is_a_page_in_plain_words(site: Site):
    page = await site.get("/s/nosuchlink")
    assert page.status_code == 404
    assert "评价链接无效" in words(page)


async def test_an_answer_can_be_changed_on_the_page_and_reasons_chosen(site: Site, make: Make, kernel: Kernel):
    made = await make.ticket("awaiting_survey")
    link = f"/s/{survey_token(kernel.keys, made.id, 1)}"
    assert "办得太慢" in words(await site.get(link))
    await site.post(link, contacted="yes", solved="yes", satisfied="yes", reason="谢谢你们")
    page = await site.get(link)
    assert "前可以改" in words(page)
    assert "谢谢你们" not in words(page)  # others may hold the telephone
    await site.post("/t", number=made.number, code=made.code)
    assert "改一改" in words(await site.get(f"/t/{made.number}"))
    reply = await site.post(link, solved="no", satisfied="no", reasons=["slow", "attitude"], correct="yes")
    assert reply.status_code == 303
    assert "安排重办" in words(await site.get(link))
    assert (await make.load(made)).status is Status.REWORK
