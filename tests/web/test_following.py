"""Following, adding and withdrawing on a page."""

from __future__ import annotations

import re

from jiesu.tickets.words import Status
from tests.builders.forms import COUNTY, STATION
from tests.builders.make import Made, Make
from tests.web.conftest import Site, value, words


async def opened(site: Site, made: Made) -> None:
    reply = await site.post("/t", number=made.number.lower(), code=made.code.lower())
    assert reply.headers["location"] == f"/t/{made.number}"


async def test_number_and_code_open_the_progress(site: Site, make: Make):
    made = await make.ticket("in_progress")
    await opened(site, made)
    page = await site.get(f"/t/{made.number}")
    assert "办理中" in words(page)
    assert "为什么是这个时间" in words(page)
    assert made.code not in str(page.url)


async def test_a_link_from_a_message_asks_for_the_code_first(site: Site, make: Make):
    made = await make.filed()
    page = await site.get(f"/t/{made.number}")
    assert value(page, "number") == made.number
    assert "有一件事想请你们帮忙" not in words(page)


async def test_a_wrong_code_and_an_unknown_number_read_alike(site: Site, make: Make):
    made = await make.filed()
    wrong = await site.post("/t", number=made.number, code="AAAAAAAA")
    unknown = await site.post("/t", number="HH20261102-99999-0", code="AAAAAAAA")
    assert wrong.status_code == unknown.status_code == 404
    assert "没有找到这张工单" in words(wrong)
    assert "没有找到这张工单" in words(unknown)


async def test_one_ticket_s_pass_does_not_open_another(site: Site, make: Make):
    mine, other = await make.filed(), await make.filed()
    await opened(site, mine)
    assert "查询码" in words(await site.get(f"/t/{other.number}"))


async def test_details_are_added_and_stand_in_the_timeline(site: Site, make: Make):
    made = await make.ticket("need_info")
    await opened(site, made)
    assert "请补充退役证照片" in words(await site.get(f"/t/{made.number}"))
    reply = await site.post(f"/t/{made.number}", do="supplement", text="照片已经交到社区")
    assert reply.status_code == 303
    assert "照片已经交到社区" in words(await site.get(reply.headers["location"]))
    assert (await make.load(made)).status is Status.REGISTERED


async def test_withdrawing_wants_the_code_once_more(site: Site, make: Make):
    made = await make.filed()
    await opened(site, made)
    wrong = await site.post(f"/t/{made.number}", do="withdraw", code="AAAAAAAA", reason="解决了")
    assert wrong.status_code == 404
    assert value(wrong, "reason") == "解决了"
    before = await make.load(made)
    assert (before.status, before.version) == (Status.REGISTERED, before.version)
    await site.post(f"/t/{made.number}", do="withdraw", code=made.code)
    assert (await make.load(made)).status is Status.WITHDRAWN


async def test_a_refused_step_leaves_no_trace(site: Site, make: Make):
    made = await make.filed()
    await opened(site, made)
    before = (await make.load(made)).version
    assert (await site.post(f"/t/{made.number}", do="supplement", text=" ")).status_code == 422
    assert (await make.load(made)).version == before


async def test_ones_own_data_are_shown_masked_and_in_full_with_the_telephone(site: Site, make: Make):
    made = await make.ticket("awaiting_survey", petitioner={"name": "欧阳锦绣", "phone": "13987654321"})
    assert "查询码" in words(await site.post(f"/t/{made.number}/copy"))
    await opened(site, made)
    assert "我的资料：看一看、打印一份" in words(await site.get(f"/t/{made.number}"))
    masked = words(await site.post(f"/t/{made.number}/copy"))
    assert "139****4321" in masked
    assert "13987654321" not in masked
    assert "没有人看过" in masked
    wrong = await site.post(f"/t/{made.number}/copy", phone="13800138000")
    assert (wrong.status_code, value(wrong, "phone")) == (422, "13800138000")
    assert "和登记时留的不一样" in words(wrong)
    whole = words(await site.post(f"/t/{made.number}/copy", phone="13987654321"))
    assert "欧阳锦绣 电话 13987654321" in whole
    assert "您反映的内容" in whole


async def test_leaving_forgets_the_ticket(site: Site, make: Make):
    made = await make.filed()
    await opened(site, made)
    await site.post("/t/leave")
    assert "以 HH 开头" in words(await site.get(f"/t/{made.number}"))


async def test_an_extension_is_told_with_both_dates_and_the_reason(site: Site, make: Make):
    made = await make.ticket("in_progress")
    await make.step(made, "extend", f"officer-{STATION}", until="2026-11-13", reason="等外单位回函")
    await opened(site, made)
    assert "延期" not in words(await site.get(f"/t/{made.number}"))
    await make.step(made, "grant_extension", f"unit_head-{COUNTY}", note="内部意见")
    page = words(await site.get(f"/t/{made.number}"))
    assert "已延期 原定11月9日（周一）17:30，延至11月13日（周五）17:30" in page
    assert "延期的原因： 等外单位回函" in page
    assert "由新城区退役军人服务中心批准" in page
    assert "内部意见" not in page


async def test_news_stand_on_the_page(site: Site, make: Make):
    made = await make.ticket("in_progress")
    await make.step(made, "inform", f"officer-{STATION}", text="档案已经调到。")
    await opened(site, made)
    page = words(await site.get(f"/t/{made.number}"))
    assert "档案已经调到。" in page
    assert "上次告诉您进展：11月2日（周一）09:00" in page


async def test_a_closed_matter_is_taken_up_again_with_new_facts(site: Site, make: Make):
    made = await make.ticket("closed")
    await opened(site, made)
    empty = await site.post(f"/t/{made.number}", do="reopen", reason="  ")
    assert empty.status_code == 422
    assert "新的事实" in words(empty)
    reply = await site.post(f"/t/{made.number}", do="reopen", reason="补发的金额少了一个月")
    assert "已经重新办理" in words(await site.get(reply.headers["location"]))
    assert (await make.load(made)).status is Status.IN_PROGRESS


async def test_after_many_wrong_codes_the_page_says_how_long_to_wait(site: Site, make: Make):
    made = await make.ticket()
    for _ in range(5):
        assert (await site.post("/t", number=made.number, code="WRONGCOD")).status_code == 404
    page = await site.post("/t", number=made.number, code=made.code)
    assert (page.status_code, page.headers["retry-after"]) == (429, "30")
    assert "请30秒后再试" in words(page)
    assert 'value="' + made.number in page.text


async def test_a_browser_that_gave_the_code_reads_on_while_strangers_guess(site: Site, make: Make):
    made = await make.ticket()
    await opened(site, made)
    for _ in range(6):
        await site.post("/t", number=made.number, code="WRONGCOD")
    assert (await site.get(f"/t/{made.number}")).status_code == 200


async def test_guessing_the_code_that_confirms_a_withdrawal_is_slowed_too(site: Site, make: Make):
    made = await make.ticket("in_progress")
    await opened(site, made)
    for _ in range(5):
        await site.post(f"/t/{made.number}", do="withdraw", code="WRONGCOD")
    page = await site.post(f"/t/{made.number}", do="withdraw", code=made.code)
    assert (page.status_code, page.headers["retry-after"]) == (429, "30")
    assert (await make.load(made)).status is Status.IN_PROGRESS


async def test_one_sentence_says_who_has_it_and_by_when_and_the_history_says_so_too(site: Site, make: Make):
    made = await make.ticket("dispatched")
    await opened(site, made)
    page = words(await site.get(f"/t/{made.number}"))
    assert re.search(r"已派给\S+，等待签收。 11月\d+日（周.）\d\d:\d\d前答复您。", page)
    assert re.search(r"已派给[^，。]+，11月\d+日（周.）\d\d:\d\d前答复您 ", page)


async def test_a_ticket_that_is_closed_promises_nothing_more(site: Site, make: Make):
    made = await make.ticket("closed")
    await opened(site, made)
    page = words(await site.get(f"/t/{made.number}"))
    assert "这件事办结了。" in page
    assert "前答复您" not in page


async def test_who_had_an_opinion_revoked_reads_what_happened_who_acts_by_when_and_what_they_can_do(
    site: Site, make: Make
):
    made = await make.ticket("rechecking")
    await make.step(made, "decide_recheck", f"unit_head-{COUNTY}", verdict="revoked", opinion="事实不清。")
    await opened(site, made)
    page = words(await site.get(f"/t/{made.number}"))
    assert "原来的处理意见撤销了，正在重新办理" in page
    assert "新城区退役军人服务中心看过以后撤销了它。现在由新城区海拉尔东路街道退役军人服务站重新办理。" in page
    assert re.search(r"\d+月\d+日（周.）\d\d:\d\d前给您新的书面意见。", page)
    assert "您现在不用做什么" in page
    await make.step(made, "submit", f"officer-{STATION}", result="查到档案，已补发。")
    await make.step(made, "approve", f"unit_head-{STATION}")
    assert "正在重新办理" not in words(await site.get(f"/t/{made.number}"))
