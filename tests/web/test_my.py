"""`/my` as somebody uses it who remembers neither number nor code."""

from __future__ import annotations

import re

from httpx import Response

from tests.builders.forms import PHONE
from tests.builders.gateway import RecordingGateway
from tests.builders.jobs import Jobs
from tests.builders.make import Make
from tests.web.conftest import Site, words


async def entered(site: Site, gateway: RecordingGateway, jobs: Jobs, phone: str = PHONE) -> Response:
    """Ask, read the message, type the code."""
    assert (await site.post("/my/code", phone=phone)).headers["location"] == "/my"
    await jobs.run_due()
    code = re.findall(r"验证码(\d{6})", "".join(sms.text for sms in gateway.to(phone)))[-1]
    reply = await site.post("/my/enter", code=code)
    assert (reply.status_code, reply.headers["location"]) == (303, "/my")
    return reply


async def test_who_lost_the_number_finds_every_appeal_and_reads_on(site: Site, make: Make, gateway, jobs):
    made = await make.ticket("need_info")
    assert "不用记编号" in words(await site.get("/my"))
    await entered(site, gateway, jobs)
    page = await site.get("/my")
    assert f'href="/my/{made.number}"' in page.text
    assert "待补充" in words(page)
    assert "请您补充" in words(await site.get(f"/my/{made.number}"))
    reply = await site.post(f"/my/{made.number}", do="supplement", text="退役证照片已补上")
    assert "补充的内容已经交给办理人员" in words(await site.get(reply.headers["location"]))


async def test_the_visits_cookie_is_closed_to_scripts_other_sites_and_other_pages(
    site: Site, make: Make, gateway, jobs
):
    await make.ticket()
    cookies = (await entered(site, gateway, jobs)).headers.get_list("set-cookie")
    visit = next(cookie for cookie in cookies if cookie.startswith("jiesu_my="))
    assert {"HttpOnly", "Path=/my", "SameSite=lax", "Max-Age=1800"} <= set(visit.split("; "))


async def test_a_wrong_code_keeps_one_on_the_page_and_says_what_to_do(site: Site, make: Make):
    await make.ticket()
    await site.post("/my/code", phone=PHONE)
    page = await site.post("/my/enter", code="12")
    assert page.status_code == 422
    assert "验证码不对，或者已经过期" in words(page)
    assert "手机号" in words(await site.get("/my?again=true"))


async def test_asking_again_at_once_says_how_long_to_wait(site: Site):
    await site.post("/my/code", phone=PHONE)
    page = await site.post("/my/code", phone=PHONE)
    assert (page.status_code, page.headers["retry-after"]) == (429, "30")
    assert "请30秒后再试" in words(page)
    assert PHONE in page.text


async def test_who_leaves_is_gone(site: Site, make: Make, gateway, jobs):
    made = await make.ticket()
    await entered(site, gateway, jobs)
    held = {cookie.name: cookie.value for cookie in site.client.cookies.jar}
    await site.post("/my/leave")
    site.client.cookies.update(held)  # somebody had copied it
    assert (await site.get(f"/my/{made.number}")).headers["location"] == "/my"
    assert "不用记编号" in words(await site.get("/my?again=true"))


async def test_withdrawing_still_wants_the_query_code(site: Site, make: Make, gateway, jobs):
    made = await make.ticket("in_progress")
    await entered(site, gateway, jobs)
    assert (await site.post(f"/my/{made.number}", do="withdraw", code="WRONGCOD")).status_code == 404
    assert (await make.load(made)).status == "in_progress"
    await site.post(f"/my/{made.number}", do="withdraw", code=made.code)
    assert (await make.load(made)).status == "withdrawn"


async def test_nobody_gets_at_a_ticket_without_a_visit(site: Site, make: Make):
    made = await make.ticket("need_info")
    assert (await site.get(f"/my/{made.number}")).headers["location"] == "/my"
    assert (await site.post(f"/my/{made.number}", do="supplement", text="冒充")).headers["location"] == "/my"
    assert (await make.load(made)).status == "need_info"


async def test_who_proved_the_telephone_sees_the_own_data_in_full(site: Site, make: Make, gateway, jobs):
    made = await make.ticket("in_progress")
    await entered(site, gateway, jobs)
    assert f'action="/my/{made.number}/copy"' in (await site.get(f"/my/{made.number}")).text
    page = await site.post(f"/my/{made.number}/copy")
    assert PHONE in words(page)
    assert f'href="/my/{made.number}"' in page.text
    assert "您取走了本人资料副本" in words(await site.get(f"/my/{made.number}"))


async def test_nobody_takes_a_copy_without_a_visit(site: Site, make: Make):
    made = await make.ticket("in_progress")
    reply = await site.post(f"/my/{made.number}/copy")
    assert (reply.status_code, reply.headers["location"]) == (303, "/my")
