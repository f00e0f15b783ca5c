"""What stands beside a ticket: reply templates, the petitioner's earlier tickets, the next call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders.forms import CITY, COUNTY, PHONE, STATION

OFFICER, OTHER = f"officer-{STATION}", "officer-VS-150103"
DESK = "/api/v1/desk"


async def test_a_template_is_filled_in_for_ticket_and_writer(client, make, sign_in):
    made = await make.ticket("in_progress", category="0402")
    found = (await client.get(f"{DESK}/tickets/{made.number}/replies", headers=await sign_in(OFFICER))).json()
    by_code = {one["code"]: one for one in found}
    assert by_code["progress_checking"]["text"].startswith(f"张同志，您好。您反映的事情（{made.number}）")
    assert "11月9日（周一）17:30前" in by_code["progress_checking"]["text"]
    assert (by_code["result_done"]["step"], by_code["result_done"]["field"]) == ("submit", "result")
    assert PHONE not in str(found)
    assert "建国" not in str(found)


async def test_nobody_is_addressed_by_name_who_wants_to_stay_unknown(client, make, sign_in):
    made = await make.ticket("in_progress", confidential=True)
    path = f"{DESK}/tickets/{made.number}/replies"
    handler = (await client.get(path, headers=await sign_in(OFFICER))).text
    superior = (await client.get(path, headers=await sign_in(f"supervisor-{CITY}"))).text
    assert "张同志" in handler
    assert "张同志" not in superior


async def test_earlier_tickets_come_newest_first_page_by_page_with_their_result(client, make, sign_in):
    old = await make.ticket("closed", title="旧事")
    rest = [await make.ticket("dispatched", title=f"第{n}件") for n in range(6)]
    await make.ticket("dispatched", petitioner={"name": "张建军", "phone": PHONE}, title="弟弟的事")
    now = await make.ticket("in_progress")
    path, headers = f"{DESK}/tickets/{now.number}/earlier", await sign_in(OFFICER)
    first = (await client.get(path, headers=headers)).json()
    assert first["count"] == 7
    assert [row["number"] for row in first["tickets"]] == [made.number for made in rest[:0:-1]]
    last = (await client.get(f"{path}?cursor={first['next_cursor']}", headers=headers)).json()
    assert [row["number"] for row in last["tickets"]] == [rest[0].number, old.number]
    assert last["tickets"][1]["result"] == "已核实并补发三个月抚恤金。"
    assert last["next_cursor"] is None


async def test_earlier_tickets_that_may_not_be_seen_or_known_are_not_even_counted(client, make, sign_in):
    await make.ticket("dispatched", unit="VS-150103", place="150103")
    await make.ticket("dispatched", confidential=True, unit=COUNTY)
    now = await make.ticket("in_progress")
    path = f"{DESK}/tickets/{now.number}/earlier"
    officer = (await client.get(path, headers=await sign_in(OFFICER))).json()
    county = (await client.get(path, headers=await sign_in(f"supervisor-{COUNTY}"))).json()
    assert (officer["count"], county["count"]) == (0, 0)


async def test_whoever_may_not_know_the_petitioner_sees_no_earlier_tickets(client, make, sign_in):
    await make.ticket("dispatched")
    now = await make.ticket("in_progress", confidential=True)
    path = f"{DESK}/tickets/{now.number}/earlier"
    assert (await client.get(path, headers=await sign_in(OFFICER))).json()["count"] == 1
    assert (await client.get(path, headers=await sign_in(f"supervisor-{CITY}"))).json()["count"] == 0


async def test_the_next_call_stands_on_the_ticket_and_on_its_day_in_the_list(client, make, act, sign_in, clock):
    made = await make.ticket("in_progress", title="约好再打")
    body = {"outcome": "no_answer", "note": "没有人接"}
    shown = (await act(OFFICER, made, "contact", **body, next_at="2026-11-03T09:30")).json()
    assert shown["next_call_at"] == "2026-11-03T09:30:00+08:00"
    assert shown["contacts"][0]["next_at"] == shown["next_call_at"]
    assert "下次联系：11月3日（周二）09:30" in shown["history"][-1]["what"]
    headers = await sign_in(OFFICER)
    assert (await client.get(f"{DESK}/calls", headers=headers)).json() == []
    clock.advance(timedelta(days=1, hours=1))
    (call,) = (await client.get(f"{DESK}/calls", headers=await sign_in(OFFICER))).json()
    assert (call["number"], call["late"]) == (made.number, True)
    assert (await client.get(f"{DESK}/calls", headers=await sign_in(OTHER))).json() == []
    await act(OFFICER, made, "contact", outcome="reached", note="说清楚了")
    assert (await client.get(f"{DESK}/calls", headers=await sign_in(OFFICER))).json() == []


async def test_a_planned_call_is_off_once_the_result_is_in(make, act):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "contact", outcome="reached", note="说清楚了", next_at="2026-11-03T09:30")
    await act(OFFICER, made, "submit", result="已补发")
    assert (await make.load(made)).next_call_at is None


@pytest.mark.parametrize(
    "wrong", ["2026-11-02T08:00", "2027-11-02T08:00", "tomorrow", "2026-11-31T08:00", "0001-01-01T00:00"]
)
async def test_a_next_call_that_is_no_plan_is_refused(make, act, wrong):
    made = await make.ticket("in_progress")
    reply = await act(OFFICER, made, "contact", outcome="reached", note="x", next_at=wrong)
    assert reply.status_code == 422
    assert reply.json()["field"] == "next_at"
    assert (await make.load(made)).contact_attempts == 0
