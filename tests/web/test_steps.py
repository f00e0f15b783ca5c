"""The ticket page: every step can be taken there, only allowed ones are offered, refusals lose nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jiesu.kernel import Kernel
from jiesu.sla.models import Deadline
from jiesu.tickets.words import Status
from tests.builders.forms import COUNTY, PHONE, STATION
from tests.builders.make import Make
from tests.web.conftest import value, words

OFFICER, HEAD = f"officer-{STATION}", f"unit_head-{STATION}"
HELPER = "VS-150102002"
DISPATCHER, CLERK = f"dispatcher-{COUNTY}", f"intake-{COUNTY}"


def offered(text: str) -> set[str]:
    return set(re.findall(r'name="action" value="(\w+)"', text)) - {"reveal"}


@pytest.mark.parametrize(
    ("state", "who", "fields", "after"),
    [
        ("dispatched", OFFICER, {"action": "sign"}, Status.IN_PROGRESS),
        ("in_progress", OFFICER, {"action": "contact", "outcome": "reached", "note": "已通话"}, Status.IN_PROGRESS),
        ("in_progress", OFFICER, {"action": "note", "text": "已向财务核实"}, Status.IN_PROGRESS),
        ("in_progress", OFFICER, {"action": "inform", "text": "档案已经调到"}, Status.IN_PROGRESS),
        ("in_progress", OFFICER, {"action": "extend", "until": "2026-11-13", "reason": "等回函"}, Status.IN_PROGRESS),
        ("in_progress", DISPATCHER, {"action": "reclass", "class": "P3", "reason": "涉及多个单位"}, Status.IN_PROGRESS),
        (
            "dispatched",
            OFFICER,
            {"action": "object", "reason": "not_our_place", "basis": "户籍在外区", "proposed_unit": COUNTY},
            Status.OBJECTED,
        ),
        ("objected", DISPATCHER, {"action": "designate", "unit": "", "reason": "户籍在你街道"}, Status.DISPATCHED),
        ("objected", DISPATCHER, {"action": "dispatch", "unit": "", "other": HELPER}, Status.DISPATCHED),
        ("registered", DISPATCHER, {"action": "dispatch", "unit": STATION, "helper": HELPER}, Status.DISPATCHED),
        ("in_progress", OFFICER, {"action": "ask_task", "unit": HELPER, "what": "查档案"}, Status.IN_PROGRESS),
        (
            "in_progress",
            DISPATCHER,
            {"action": "give_task", "unit": HELPER, "what": "查档案", "within": "1 working day"},
            Status.IN_PROGRESS,
        ),
        (
            "in_progress",
            f"supervisor-{COUNTY}",
            {"action": "supervise", "kind": "instruction", "demand": "请抓紧", "within": ""},
            Status.IN_PROGRESS,
        ),
        (
            "in_progress",
            OFFICER,
            {"action": "list", "plan": "等批复", "until": "2026-12-01", "event": ""},
            Status.IN_PROGRESS,
        ),
        ("listed", OFFICER, {"action": "unlist", "reason": "批复已到"}, Status.IN_PROGRESS),
        ("under_review", HEAD, {"action": "approve"}, Status.AWAITING_SURVEY),
        ("under_review", HEAD, {"action": "send_back", "reason": "写明金额"}, Status.IN_PROGRESS),
        ("registered", DISPATCHER, {"action": "dispatch", "unit": STATION}, Status.DISPATCHED),
        ("registered", DISPATCHER, {"action": "dispatch", "unit": "", "other": STATION}, Status.DISPATCHED),
        ("registered", DISPATCHER, {"action": "request_info", "question": "请补照片"}, Status.NEED_INFO),
        (
            "registered",
            DISPATCHER,
            {"action": "divert", "reason": "litigation", "pointer": "请找法院"},
            Status.DIVERTED,
        ),
        ("need_info", CLERK, {"action": "supplement", "text": "照片已交"}, Status.REGISTERED),
        ("rework", f"unit_head-{COUNTY}", {"action": "dispatch", "unit": STATION}, Status.IN_PROGRESS),
        ("closed", HEAD, {"action": "reopen", "reason": "少了一个月"}, Status.IN_PROGRESS),
    ],
    ids=lambda value: value.get("action") if isinstance(value, dict) else str(value),
)
async def test_a_step_is_offered_and_taken_on_the_page(
    as_staff: Any, make: Make, state: str, who: str, fields: dict[str, str], after: Status
):
    made = await make.ticket(state)
    site = await as_staff(who)
    page = await site.get(f"/desk/t/{made.number}")
    assert fields["action"] in offered(page.text)
    reply = await site.post(f"/desk/t/{made.number}", version=value(page, "version"), **fields)
    assert reply.status_code == 303, words(reply)
    assert "已完成" in words(await site.get(reply.headers["location"]))
    assert (await make.load(made)).status is after


async def test_tasks_orders_and_listings_are_answered_on_the_page(as_staff: Any, make: Make):
    """Each side in turn: the co-handler, the desk, the lead, the superior."""
    made = await make.ticket("in_progress")
    await make.step(made, "give_task", DISPATCHER, unit=HELPER, what="查档案")
    await make.step(made, "supervise", f"supervisor-{COUNTY}", demand="请抓紧")
    await make.step(made, "list", OFFICER)
    turns = [
        (f"officer-{HELPER}", {"action": "object_task", "reason": "档案不在我站"}),
        (DISPATCHER, {"action": "keep_task", "unit": HELPER, "reason": "已移交"}),
        (f"officer-{HELPER}", {"action": "finish_task", "result": "已查到"}),
        (OFFICER, {"action": "reply_order", "reply": "周五办结"}),
        (f"supervisor-{COUNTY}", {"action": "return_reply", "reason": "写明金额"}),
        (OFFICER, {"action": "reply_order", "reply": "周五补发三千元"}),
        (f"supervisor-{COUNTY}", {"action": "accept_reply", "note": ""}),
        (f"unit_head-{COUNTY}", {"action": "grant_listing", "note": "同意"}),
    ]
    for who, fields in turns:
        site = await as_staff(who)
        assert fields["action"] in offered((await site.get(f"/desk/t/{made.number}")).text), fields
        reply = await site.post(f"/desk/t/{made.number}", **fields)
        assert reply.status_code == 303, words(reply)
    page = words(await (await as_staff(OFFICER)).get(f"/desk/t/{made.number}"))
    assert all(word in page for word in ("已查到", "督〔2026〕", "周五补发三千元", "挂账办理"))


async def test_a_plan_is_told_on_the_page_where_one_is_owed(as_staff: Any, make: Make):
    made = await make.ticket("in_progress", service_class="P4")
    await make.step(made, "contact", OFFICER)
    site = await as_staff(OFFICER)
    assert "plan" in offered((await site.get(f"/desk/t/{made.number}")).text)
    reply = await site.post(f"/desk/t/{made.number}", action="plan", plan="先核档案，再报省厅。")
    page = await site.get(reply.headers["location"])
    assert "先核档案，再报省厅。" in words(page)
    assert "复评办理方案" in words(page)
    assert "plan" not in offered(page.text)


async def test_the_date_can_be_chosen_only_within_its_bounds(as_staff: Any, make: Make):
    days, hours = await make.ticket("in_progress"), await make.ticket("in_progress", service_class="P1")
    site = await as_staff(OFFICER)
    page = (await site.get(f"/desk/t/{days.number}")).text
    assert re.search(r'<input id="extend-until"[^>]* type="date"[^>]* min="2026-11-10" max="2026-11-16"', page)
    page = (await site.get(f"/desk/t/{hours.number}")).text
    assert re.search(r'type="datetime-local"[^>]* min="2026-11-03T09:01" max="2026-11-04T09:00"', page)


async def test_a_rest_day_comes_back_beside_the_date_with_what_was_typed(as_staff: Any, make: Make):
    made = await make.ticket("in_progress")
    site = await as_staff(OFFICER)
    reply = await site.post(f"/desk/t/{made.number}", action="extend", until="2026-11-14", reason="等回函")
    assert reply.status_code == 422
    assert 'id="extend-until-wrong"' in reply.text
    assert "最近的工作日是11月16日（周一）" in words(reply)
    assert 'value="2026-11-14"' in reply.text


@pytest.mark.parametrize(("decision", "says"), [("grant_extension", "已延期"), ("refuse_extension", "没有批准")])
async def test_the_unit_above_sees_both_dates_and_decides(as_staff: Any, make: Make, decision: str, says: str):
    made = await make.ticket("in_progress")
    await make.step(made, "extend", OFFICER, until="2026-11-13", reason="等外单位回函")
    site = await as_staff(f"unit_head-{COUNTY}")
    page = await site.get(f"/desk/t/{made.number}")
    assert {"grant_extension", "refuse_extension"} <= offered(page.text)
    form = page.text.partition(f'id="step-{decision}"')[2].partition("</form>")[0]
    assert all(part in form for part in ("11月9日（周一）17:30", "11月13日（周五）17:30", "等外单位回函"))
    reply = await site.post(f"/desk/t/{made.number}", action=decision, reason="已经齐了", note="同意")
    assert reply.status_code == 303, words(reply)
    shown = words(await site.get(reply.headers["location"]))
    assert says in shown
    assert ("原定11月9日（周一）17:30，延至11月13日（周五）17:30" in shown) == (decision == "grant_extension")


async def test_deadlines_extensions_and_history_are_read_in_english(as_staff: Any, make: Make):
    made = await make.ticket("in_progress")
    await make.step(made, "inform", OFFICER, text="news")
    await make.step(made, "extend", OFFICER, until="2026-11-13", reason="waiting")
    await make.step(made, "grant_extension", f"unit_head-{COUNTY}", note="yes")
    await make.step(made, "reclass", DISPATCHER, **{"class": "P3"}, reason="many units")
    site = await as_staff(OFFICER)
    page = words(await site.get(f"/desk/t/{made.number}?lang=en"))
    due = page.partition("Unit's clock")[2].partition("Earlier appeals")[0].partition("What you can do now")[0]
    assert set(re.findall(r"[\u4e00-\u9fff]+", due)) == set()
    assert "granted the extension from Mon 9 Nov 17:30 to Fri 13 Nov 17:30" in page
    assert "class P2 → P3" in page


async def test_a_consultation_is_answered_on_the_spot(as_staff: Any, make: Make):
    made = await make.filed(nature="consult")
    site = await as_staff(CLERK)
    await site.post(f"/desk/t/{made.number}", action="answer", text="带上退役证到窗口即可。")
    assert (await make.load(made)).status is Status.ANSWERED


async def test_submitting_follows_the_first_contact(as_staff: Any, make: Make):
    made = await make.ticket("in_progress")
    site = await as_staff(OFFICER)
    assert "submit" not in offered((await site.get(f"/desk/t/{made.number}")).text)
    await site.post(f"/desk/t/{made.number}", action="contact", outcome="reached", note="已通话")
    await site.post(f"/desk/t/{made.number}", action="submit", result="已经补发")
    assert (await make.load(made)).status is Status.UNDER_REVIEW


async def test_somebody_who_may_only_read_is_offered_nothing_but_to_step_aside(as_staff: Any, make: Make):
    made = await make.ticket("dispatched")
    site = await as_staff(f"callback-{COUNTY}")
    page = await site.get(f"/desk/t/{made.number}")
    assert offered(page.text) == {"recuse"}
    assert "现在不用您办" in words(page)
    refused = await site.post(f"/desk/t/{made.number}", action="sign")
    assert refused.status_code == 403


async def test_an_empty_text_comes_back_beside_its_field(as_staff: Any, make: Make):
    made = await make.ticket("under_review")
    before = (await make.load(made)).version
    site = await as_staff(HEAD)
    reply = await site.post(f"/desk/t/{made.number}", action="send_back", reason=" ")
    assert reply.status_code == 422
    assert 'id="send_back-reason-wrong"' in reply.text
    assert (await make.load(made)).version == before


async def test_an_old_view_shows_what_changed_and_keeps_what_was_typed(as_staff: Any, make: Make):
    made = await make.ticket("in_progress")
    site = await as_staff(OFFICER)
    seen = value(await site.get(f"/desk/t/{made.number}"), "version")
    await make.step(made, "note", OFFICER, text="同事先记了一笔")
    reply = await site.post(
        f"/desk/t/{made.number}", version=seen, action="contact", outcome="no_answer", note="打了没人接"
    )
    assert reply.status_code == 409
    assert "刚才的变化" in words(reply)
    assert "同事先记了一笔" in words(reply).partition("您填的内容")[0]
    assert "打了没人接" in reply.text
    assert value(reply, "version") != seen


async def test_the_whole_person_is_shown_for_a_reason_only(as_staff: Any, make: Make):
    made = await make.ticket("in_progress")
    site = await as_staff(OFFICER)
    masked = words(await site.get(f"/desk/t/{made.number}"))
    assert PHONE not in masked
    assert "138****8000" in masked
    assert (await site.post(f"/desk/t/{made.number}", action="reveal", reason="")).status_code == 422
    shown = await site.post(f"/desk/t/{made.number}", action="reveal", reason="电话联系")
    assert PHONE in words(shown)
    assert "查看了诉求人完整信息" in words(await site.get(f"/desk/t/{made.number}"))


async def test_a_ticket_elsewhere_does_not_exist(as_staff: Any, make: Make):
    made = await make.ticket("in_progress")
    site = await as_staff("officer-VS-150103")
    page = await site.get(f"/desk/t/{made.number}")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")


async def test_a_dispatch_refused_half_way_comes_back_as_it_was(as_staff: Any, make: Make, kernel: Kernel):
    """The unit that leads cannot help as well; the clocks armed meanwhile are not shown, and none is kept."""
    made = await make.ticket("registered")
    site = await as_staff(DISPATCHER)
    page = await site.post(f"/desk/t/{made.number}", action="dispatch", unit=STATION, helper=STATION)
    assert page.status_code == 409
    assert "这一步没有办成" in words(page)
    assert "单位时限" not in words(page)
    async with kernel.db.begin() as uow:
        unit = select(Deadline.id).where(Deadline.ticket_id == made.id, Deadline.clock == "unit")
        assert (await uow.session.scalars(unit)).all() == []


async def test_a_call_too_soon_after_another_is_said_not_to_count(as_staff: Any, make: Make, clock: Any):
    made = await make.ticket("in_progress")
    vain = {"outcome": "no_answer", "note": "无人接听"}
    await make.step(made, "contact", OFFICER, **vain)
    clock.advance(timedelta(seconds=30))
    site = await as_staff(OFFICER)
    await site.post(f"/desk/t/{made.number}", action="contact", **vain)
    page = (await site.get(f"/desk/t/{made.number}?done=contact")).text
    assert page.count("再过 10 分钟再打才算一次。") == 1
    assert page.count("不算一次</span>") == 1
    english = (await site.get(f"/desk/t/{made.number}?lang=en")).text
    assert "The next counts in 10 min." in english
