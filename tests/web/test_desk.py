"""Signing in, queues, the counter's form, the board, the demo's pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from jiesu.kernel import Kernel
from jiesu.tickets.models import Ticket
from tests.builders.forms import COUNTY, STATION
from tests.builders.make import Make
from tests.web.conftest import FILED, Site, value, words


async def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(site: Site, make: Make):
    made = await make.ticket("dispatched")
    away = await site.get(f"/desk/t/{made.number}")
    assert (away.status_code, away.headers["location"]) == (303, f"/login?next=%2Fdesk%2Ft%2F{made.number}")
    form = await site.get(away.headers["location"])
    credentials = {"username": f"officer-{STATION.lower()}", "password": "jiesu-demo", "next": value(form, "next")}
    entered = await site.post("/login", **credentials)
    assert entered.headers["location"] == f"/desk/t/{made.number}"
    assert (await site.get(f"/desk/t/{made.number}")).status_code == 200
    assert (await site.post("/logout")).headers["location"] == "/login"
    assert (await site.get("/desk")).status_code == 303


async def test_a_wrong_password_keeps_the_name(site: Site):
    reply = await site.post("/login", username="officer-x", password="wrong")
    assert reply.status_code == 403
    assert value(reply, "username") == "officer-x"
    assert "用户名、密码或动态码不正确" in words(reply)


@pytest.mark.parametrize("asked", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
async def test_signing_in_never_leads_to_another_site(site: Site, asked: str):
    credentials = {"username": f"officer-{STATION.lower()}", "password": "jiesu-demo", "next": asked}
    assert (await site.post("/login", **credentials)).headers["location"] == "/desk"


async def test_the_queue_shows_what_waits_and_finds_by_number_and_words(as_staff: Any, make: Make):
    made = await make.ticket("dispatched", title="抚恤金停发三个月")
    site = await as_staff(f"officer-{STATION}")
    assert "抚恤金停发三个月" in words(await site.get("/desk"))
    for q in (made.number, "停发", "13800138000"):
        assert made.number in words(await site.get(f"/desk?q={q}"))
    assert made.number not in words(await site.get("/desk?view=ended"))


async def test_a_long_queue_goes_on_by_key(as_staff: Any, make: Make):
    for _ in range(51):
        await make.filed()
    site = await as_staff(f"dispatcher-{COUNTY}")
    first = await site.get("/desk?view=to_dispatch")
    link = first.text.partition('class="button quiet" href="')[2].partition('"')[0].replace("&amp;", "&")
    rest = await site.get(link)
    assert first.text.count('class="what"') == 50
    assert rest.text.count('class="what"') >= 1


async def test_the_post_s_notices_are_shown_until_read(as_staff: Any, make: Make):
    await make.ticket("dispatched")
    site = await as_staff(f"officer-{STATION}")
    assert "新派工单，请签收" in words(await site.get("/desk"))
    await site.post("/desk/notices")
    assert "新派工单，请签收" not in words(await site.get("/desk"))


@pytest.mark.parametrize(
    ("role", "home"), [("administrator", "/admin"), ("security", "/security"), ("auditor", "/audit")]
)
async def test_posts_apart_from_handling_begin_at_a_page_of_their_own(as_staff: Any, role: str, home: str):
    site = await as_staff(f"{role}-VS-1501")
    assert (await site.get("/desk")).headers["location"] == home
    assert (await site.get(home)).status_code == 200
    assert (await site.get("/board")).status_code == 403


async def test_a_clerk_registers_a_call_and_gets_the_petitioner_s_receipt(as_staff: Any, kernel: Kernel):
    site = await as_staff(f"intake-{COUNTY}")
    reply = await site.post("/desk/new", do="file", channel="phone", key="c1", **FILED)
    assert reply.headers["location"] == "/receipt?desk=1"
    assert "查询码" in words(await site.get("/receipt?desk=1"))
    async with kernel.db.begin() as uow:
        ticket = await uow.session.scalar(select(Ticket).order_by(Ticket.id.desc()).limit(1))
    assert ticket is not None
    assert ticket.channel == "phone"
    assert "某人" not in ticket.text


async def test_only_who_registers_gets_the_counter_s_form(as_staff: Any):
    site = await as_staff(f"officer-{STATION}")
    page = await site.get("/desk/new")
    assert page.status_code == 403
    assert "请交给承办单位相应岗位的同事处理" in words(page)


async def test_the_counter_s_form_offers_no_channel_of_its_own(as_staff: Any):
    site = await as_staff(f"intake-{COUNTY}")
    reply = await site.post("/desk/new", do="file", channel="web", key="c2", **FILED)
    assert reply.status_code == 422
    assert 'id="channel-wrong"' in reply.text


async def test_every_figure_of_the_board_leads_to_its_tickets(as_staff: Any, make: Make):
    made = await make.ticket("closed")
    site = await as_staff(f"supervisor-{COUNTY}")
    board = await site.get("/board")
    assert re.search(r"/board/list\?[^\"]*overdue", board.text)
    assert "100.0%" in words(board)
    link = f"/board/tickets?month=2026-11&amp;unit={STATION}"
    assert link in board.text
    assert made.number in words(await site.get(link.replace("&amp;", "&")))


async def test_a_unit_outside_one_s_own_subtree_has_no_board(as_staff: Any):
    site = await as_staff(f"supervisor-{COUNTY}")
    assert (await site.get("/board?unit=VS-150103")).status_code == 404


async def test_the_demo_lists_sign_ins_and_messages(site: Site):
    assert "officer-vs-1501" in words(await site.get("/demo"))
    assert f"officer-{STATION.lower()}" in words(await site.get(f"/demo?q={STATION.lower()}"))
    assert (await site.get("/demo/inbox")).status_code == 200
