"""From complaint to survey and back: the whole main job through the API, as the README plays it by hand."""

from __future__ import annotations

from datetime import timedelta

from tests.builders.forms import CLEAR, PHONE, appeal
from workers.invariants import check_all


async def test_a_complaint_is_handled_reworked_and_counted(client, act, jobs, gateway, clock, kernel, sign_in):
    receipt = (await client.post("/api/v1/tickets", json=appeal(CLEAR, nature=None))).json()
    number, unit = receipt["number"], receipt["unit"]["code"]
    officer, head = f"officer-{unit}", f"unit_head-{unit}"
    superior = f"unit_head-{kernel.rules.organisation.parent(unit).code}"

    for by, step, body in (
        (officer, "sign", {}),
        (officer, "contact", {"outcome": "reached", "note": "已电话联系"}),
        (officer, "submit", {"result": "已补发三个月抚恤金"}),
        (head, "approve", {}),
    ):
        clock.advance(timedelta(minutes=10))
        reply = await act(by, number, step, **body)
        assert reply.status_code == 200, reply.text
    await jobs.run_due()

    told = await client.post(
        f"/api/v1/surveys/{gateway.survey_token(PHONE)}",
        json={"contacted": True, "solved": "no", "satisfied": "no", "reason": "还没有到账"},
    )
    assert told.json() | {"rework": True} == told.json()
    assert (await act(head, number, "dispatch")).status_code == 409

    clock.advance(timedelta(hours=1))
    assert (await act(superior, number, "dispatch")).status_code == 200
    assert (await act(officer, number, "submit", result="今日已到账，附回单")).status_code == 200
    assert (await act(head, number, "approve")).json()["status"] == "awaiting_survey"
    await jobs.run_due()
    content = {"contacted": True, "solved": "yes", "satisfied": "mostly"}
    closed = await client.post(f"/api/v1/surveys/{gateway.survey_token(PHONE)}", json=content)
    assert closed.json()["status"] == "closed"

    progress = (await client.get(f"/api/v1/tickets/{number}", params={"code": receipt["query_code"]})).json()
    assert (progress["status"], progress["result"]) == ("closed", "今日已到账，附回单")
    assert [line["kind"] for line in progress["timeline"]].count("SurveyAnswered") == 2

    leader = await sign_in("supervisor-VS-1501")
    month = {"month": "2026-11"}
    city = (await client.get("/api/v1/board/rates", params=month, headers=leader)).json()["units"][0]["subtree"]
    assert (city["base"], city["response"], city["resolution"], city["satisfaction"]) == (1, 1.0, 1.0, 0.9)
    assert city["first_time_solved"] == 0.0
    behind = (await client.get("/api/v1/board/rates/tickets", params=month, headers=leader)).json()
    assert [row["number"] for row in behind] == [number]

    clock.advance(timedelta(minutes=10))  # its figures are added up
    await jobs.run_due()
    assert await jobs.pending() == []
    assert [finding for finding in await check_all(kernel.db, clock.now()) if finding.count] == []
