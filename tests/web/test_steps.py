"""The ticket page: every step can be taken there, only allowed ones are offered, refusals lose nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jiesu.tickets.words import Status
from tests.builders.forms import COUNTY, PHONE, STATION
from tests.builders.make import Make
from tests.web.conftest import value, words

OFFICER, HEAD = f"officer-{STATION}", f"unit_head-{STATION}"
DISPATCHER, CLERK = f"dispatcher-{COUNTY}", f"intake-{COUNTY}"


def offered(text: str) -> set[str]:
    return set(re.findall(r'name="action" value="(\w+)"', text)) - {"reveal"}


@pytest.mark.parametrize(
    ("state", "who", "fields", "after"),
    [
        ("dispatched", OFFICER, {"action": "sign"}, Status.IN_PROGRESS),
        ("in_progress", OFFICER, {"action": "contact", "outcome": "reached", "note": "已通话"}, Status.IN_PROGRESS),
        ("in_progress", OFFICER, {"action": "note", "text": "已向财务核实"}, Status.IN_PROGRESS),
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


async def test_somebody_who_may_only_read_is_offered_nothing(as_staff: Any, make: Make):
    made = await make.ticket("dispatched")
    site = await as_staff(f"callback-{COUNTY}")
    page = await site.get(f"/desk/t/{made.number}")
    assert offered(page.text) == set()
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
