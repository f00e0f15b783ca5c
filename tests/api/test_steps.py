"""Every step of the desk: done by those whose post it is, refused to everybody else, by role and by unit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jiesu.tickets.words import Status
from tests.builders.forms import CITY, COUNTY, STATION, VILLAGE
from tests.builders.make import YES

OTHER_COUNTY, OTHER_STATION = "VS-150103", "VS-150103001"
ROLES = ("intake", "dispatcher", "officer", "unit_head", "callback", "supervisor")
#: Everybody above the ticket, who may see it, and some who may not.
ABOVE = [f"{role}-{unit}" for unit in (COUNTY, CITY) for role in ROLES]
BLIND = [
    *(f"{role}-{OTHER_COUNTY}" for role in ROLES),
    *(f"{role}-{unit}" for unit in (OTHER_STATION, VILLAGE) for role in ("officer", "unit_head")),
    *(f"{role}-{CITY}" for role in ("administrator", "security", "auditor")),
]
UNIT = [f"officer-{STATION}", f"unit_head-{STATION}"]


def above(*roles: str) -> list[str]:
    return [f"{role}-{unit}" for unit in (COUNTY, CITY) for role in roles]


RESULT = {"result": "已核实并补发三个月抚恤金。"}
#: step, from, to, by whom, body
STEPS = [
    ("request_info", "registered", "need_info", above("intake", "dispatcher"), {"question": "请补充照片"}),
    ("supplement", "need_info", "registered", above("intake", "dispatcher"), {"text": "来电补充"}),
    ("divert", "registered", "diverted", above("dispatcher"), {"reason": "litigation", "pointer": "请找法院"}),
    ("dispatch", "registered", "dispatched", above("dispatcher"), {"unit": STATION, "category": "0401"}),
    ("sign", "dispatched", "in_progress", UNIT, {}),
    ("contact", "in_progress", "in_progress", UNIT, {"outcome": "reached", "note": "已通话"}),
    ("approve", "under_review", "awaiting_survey", [UNIT[1], *above("unit_head")], {}),
    ("send_back", "under_review", "in_progress", [UNIT[1], *above("unit_head")], {"reason": "写明金额"}),
    ("dispatch", "rework", "in_progress", above("dispatcher", "supervisor", "unit_head"), {}),
    ("reopen", "closed", "in_progress", [UNIT[1], *above("intake", "dispatcher", "supervisor", "unit_head")], {"reason": "新情况"}),
    ("note", "in_progress", "in_progress", [*UNIT, *above("intake", "dispatcher", "supervisor", "unit_head")], {"text": "已核实"}),
]  # fmt: skip


@pytest.mark.parametrize(("step", "state", "after", "allowed", "body"), STEPS, ids=[f"{s[0]}-{s[1]}" for s in STEPS])
async def test_a_step_is_done_by_those_whose_post_it_is(act, make, step, state, after, allowed, body):
    for username in allowed:
        made = await make.ticket(state)
        reply = await act(username, made, step, **body)
        assert (reply.status_code, reply.json()["status"]) == (200, after), username


@pytest.mark.parametrize(("step", "state", "after", "allowed", "body"), STEPS, ids=[f"{s[0]}-{s[1]}" for s in STEPS])
async def test_a_step_is_refused_to_everybody_else_and_changes_nothing(act, make, step, state, after, allowed, body):
    made = await make.ticket(state)
    before = await make.load(made)
    unit = [] if state in ("registered", "need_info") else UNIT
    for username in {*ABOVE, *unit} - set(allowed):
        assert (await act(username, made, step, **body)).status_code in (403, 409), username
    for username in BLIND:
        reply = await act(username, made, step, **body)
        assert (reply.status_code, reply.json()["title"]) == (404, "TicketNotFound"), username
    now = await make.load(made)
    assert (now.status, now.version) == (before.status, before.version)


async def test_the_unit_that_failed_does_not_order_its_own_rework(act, make):
    made = await make.ticket("rework")
    reply = await act(f"unit_head-{STATION}", made, "dispatch")
    assert (reply.status_code, reply.json()["title"]) == (409, "SuperiorOrdersRework")


@pytest.mark.parametrize(
    ("step", "body"),
    [("sign", {}), ("submit", RESULT), ("approve", {}), ("dispatch", {"unit": STATION}), ("reopen", {"reason": "x"})],
)
async def test_a_step_out_of_turn_is_a_conflict_that_names_what_is_possible(act, make, step, body):
    made = await make.ticket("awaiting_survey")
    reply = await act(f"unit_head-{STATION}", made, step, **body)
    problem = reply.json()
    assert (reply.status_code, problem["title"], problem["field"]) == (409, "IllegalStep", "action")
    assert "待回访" in problem["detail"]


async def test_only_a_consultation_is_answered_on_the_spot(act, make):
    consult, help_ = await make.ticket("registered", nature="consult"), await make.ticket("registered")
    assert (await act(f"intake-{COUNTY}", consult, "answer", text="带证件到窗口")).json()["status"] == "answered"
    reply = await act(f"intake-{COUNTY}", help_, "answer", text="带证件到窗口")
    assert (reply.status_code, reply.json()["title"]) == (409, "OnlyConsultations")


async def test_a_question_is_put_to_the_petitioner_once(act, make):
    made = await make.ticket("need_info")
    await make.supplement(made)
    reply = await act(f"intake-{COUNTY}", made, "request_info", question="还要一张")
    assert (reply.status_code, reply.json()["title"]) == (409, "AlreadyAsked")


async def test_no_result_before_a_first_contact(act, make, clock):
    made = await make.ticket("in_progress")
    reply = await act(UNIT[0], made, "submit", **RESULT)
    assert (reply.status_code, reply.json()["title"]) == (409, "FirstContactMissing")
    for _ in range(3):
        assert (await act(UNIT[0], made, "contact", outcome="no_answer", note="无人接听")).status_code == 200
        clock.advance(timedelta(minutes=10))
    assert (await act(UNIT[0], made, "submit", **RESULT)).status_code == 200


async def test_nobody_is_called_about_an_anonymous_appeal(act, make):
    made = await make.ticket("in_progress", anonymous=True)
    assert (await act(UNIT[0], made, "submit", **RESULT)).status_code == 200
    closed = await act(UNIT[1], made, "approve")
    assert closed.json()["status"] == Status.CLOSED


@pytest.mark.parametrize(
    ("body", "title"),
    [({}, "UnknownUnit"), ({"unit": "VS-9"}, "UnknownUnit"), ({"unit": OTHER_STATION}, "OutsideSubtree"),
     ({"unit": STATION, "category": "9999"}, "UnknownCategory"), ({"unit": STATION, "class": "P9"}, "UnknownClass")],
)  # fmt: skip
async def test_a_dispatch_that_cannot_be_is_refused(act, make, body, title):
    made = await make.ticket("registered")
    reply = await act(f"dispatcher-{COUNTY}", made, "dispatch", **body)
    assert (reply.status_code, reply.json()["title"]) == (422, title)


BAD_BODIES = [
    ("contact", "in_progress", {"outcome": "shouted", "note": "x"}, "outcome"),
    ("contact", "in_progress", {"note": "x"}, "outcome"),
    ("contact", "in_progress", {"outcome": "reached", "note": "  "}, "note"),
    ("submit", "in_progress", {"result": 5}, "result"),
    ("note", "in_progress", {"text": "字" * 2001}, "text"),
    ("note", "in_progress", {"text": "删\x07除"}, "text"),
    ("note", "in_progress", {"text": "x", "colour": "red"}, "colour"),
    ("sign", "dispatched", {"quick": True}, "quick"),
    ("approve", "under_review", {"note": "好\x00"}, "note"),
]


@pytest.mark.parametrize(("step", "state", "body", "field"), BAD_BODIES)
async def test_a_wrong_body_names_its_field(act, make, step, state, body, field):
    made = await make.ticket(state)
    reply = await act(UNIT[step == "approve"], made, step, **body)
    assert reply.status_code in (400, 422), reply.text
    assert reply.json()["field"] == field


@pytest.mark.parametrize("content", ["{", "[]", '"x"', b"\xff"])
async def test_a_body_that_is_no_object_is_refused(client, sign_in, make, content):
    made = await make.ticket("dispatched")
    url = f"/api/v1/desk/tickets/{made.number}/sign"
    reply = await client.post(url, content=content, headers=await sign_in(UNIT[0]))
    assert reply.status_code == 400


async def test_an_unknown_step_names_the_known_ones(act, make):
    reply = await act(UNIT[0], await make.ticket(), "juggle")
    assert reply.status_code == 404
    assert "send_back" in reply.json()["detail"]


async def test_what_is_offered_can_be_done_and_the_rest_not(client, sign_in, act, make):
    made = await make.ticket("in_progress")
    headers = await sign_in(UNIT[0])
    view = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=headers)).json()
    assert set(view["allowed"]) == {"contact", "inform", "extend", "ask_task", "list", "note", "recuse"}
    await act(UNIT[0], made, "contact", outcome="reached", note="已通话")
    view = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=headers)).json()
    assert set(view["allowed"]) == {"submit", "contact", "inform", "extend", "ask_task", "list", "note", "recuse"}


async def test_seeing_the_whole_person_needs_a_reason_and_leaves_a_trace(client, sign_in, make):
    made = await make.ticket("in_progress")
    url, headers = f"/api/v1/desk/tickets/{made.number}", await sign_in(UNIT[0])
    assert (await client.get(url, headers=headers)).json()["petitioner"]["phone"] == "138****8000"
    assert (await client.post(f"{url}/reveal", json={}, headers=headers)).status_code == 422
    told = await client.post(f"{url}/reveal", json={"reason": "上门核实"}, headers=headers)
    assert told.json()["phone"] == "13800138000"
    refused = await client.post(f"{url}/reveal", json={"reason": "看看"}, headers=await sign_in(f"supervisor-{CITY}"))
    assert refused.status_code == 403
    lines = (await client.get(url, headers=headers)).json()["history"]
    assert [line["detail"] for line in lines if line["kind"] == "PetitionerRevealed"] == ["上门核实"]


async def test_the_answer_shows_the_step_itself(act, make):
    made = await make.ticket("in_progress")
    reply = await act(UNIT[0], made, "note", text="已核实")
    assert reply.json()["history"][-1]["detail"] == "已核实"


async def test_a_reopened_ticket_is_handled_and_surveyed_again(act, make, client):
    made = await make.ticket("closed")
    await act(f"intake-{COUNTY}", made, "reopen", reason="少发一个月")
    await act(UNIT[0], made, "submit", result="已补齐")
    assert (await act(UNIT[1], made, "approve")).json()["status"] == "awaiting_survey"
    await make.answer(made, **YES)
    assert (await make.load(made)).status == "closed"


async def test_a_result_that_is_sent_back_is_told_to_its_unit(act, make, client, sign_in):
    made = await make.ticket("under_review")
    assert (await act(f"unit_head-{STATION}", made, "send_back", reason="请写明金额")).status_code == 200
    headers = await sign_in(f"officer-{STATION}")
    told = (await client.get("/api/v1/desk/notices", headers=headers)).json()
    assert "sent_back" in {notice["kind"] for notice in told if notice["number"] == made.number}
    page = (await client.get(f"/desk/t/{made.number}", headers=headers)).text
    assert "已退回修改" in page
    assert "为什么退回" in page
