"""KeepInLoop and plans: the petitioner hears how things stand before asking, and a plan is reviewed until it is done."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.models import Message
from jiesu.sla.models import Deadline
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.make import NO
from workers.invariants import check_all

OFFICER, HEAD = f"officer-{STATION}", f"unit_head-{STATION}"
NEWS = {"text": "已向民政部门核实，等回函。"}
PLAN = {"plan": "分三步：核档案、报省厅、按批复补发。"}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def recurring(kernel):
    """State and date of every recurring deadline of a target, oldest first."""

    async def read(made, target: str = "inform") -> list[tuple[str, datetime]]:
        query = select(Deadline).where(Deadline.ticket_id == made.id, Deadline.target == target).order_by(Deadline.id)
        async with kernel.db.begin() as uow:
            return [(row.state, row.due_at) for row in await uow.session.scalars(query)]

    return read


async def messages(kernel, made) -> list[str]:
    async with kernel.db.begin() as uow:
        query = select(Message).where(Message.ticket_id == made.id).order_by(Message.id)
        return [row.text for row in await uow.session.scalars(query)]


async def test_news_are_owed_from_signing_on_and_again_from_each_news(act, make, recurring, clock, kernel):
    made = await make.ticket("dispatched")
    assert await recurring(made) == []
    await make.step(made, "sign", OFFICER)
    assert await recurring(made) == [("running", at(5, 17, 30))]
    clock.set(at(4, 10))
    reply = await act(OFFICER, made, "inform", **NEWS)
    assert reply.status_code == 200, reply.text
    assert await recurring(made) == [("met", at(5, 17, 30)), ("running", at(9, 17, 30))]
    assert "已向民政部门核实" in (await messages(kernel, made))[-1]
    assert (await make.load(made)).informed_at == at(4, 10)
    clock.set(at(5, 10))
    await act(OFFICER, made, "inform", text="回函到了。")
    assert [text for text in await messages(kernel, made) if "新进展" in text][1:] != []


async def test_somebody_who_was_reached_by_telephone_has_news(make, recurring, clock):
    made = await make.ticket("in_progress")
    clock.set(at(3, 10))
    await make.step(made, "contact", OFFICER, outcome="no_answer", note="没人接")
    assert (await make.load(made)).informed_at is None
    await make.step(made, "contact", OFFICER)
    assert await recurring(made) == [("met", at(5, 17, 30)), ("running", at(6, 17, 30))]
    assert (await make.load(made)).informed_at == at(3, 10)


async def test_silence_is_found_and_told_and_late_news_are_on_record(
    act, make, recurring, clock, jobs, client, sign_in
):
    made = await make.ticket("in_progress")
    clock.set(at(5, 17, 31))
    await jobs.run_due()
    view = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(OFFICER))).json()
    assert "督办单 L2 · 单位时限" in str([line["what"] for line in view["history"]])
    await act(OFFICER, made, "inform", **NEWS)
    assert [state for state, _ in await recurring(made)] == ["missed", "running"]


async def test_the_result_ends_it_and_rework_begins_it_again(make, recurring, clock, kernel, jobs):
    made = await make.ticket("awaiting_survey")
    assert {state for state, _ in await recurring(made)} <= {"met", "cancelled"}
    await make.answer(made, **NO)
    clock.set(at(5, 9))
    await make.dispatch(made, None, by=f"unit_head-{COUNTY}")
    assert (await recurring(made))[-1] == ("running", at(10, 17, 30))
    await jobs.run_due()
    assert [finding for finding in await check_all(kernel.db, clock.now()) if finding.count] == []


@pytest.mark.parametrize("service_class", ["P0", "P1", "C"])
async def test_classes_without_the_clock_owe_no_regular_news_but_may_send_them(act, make, recurring, service_class):
    made = await make.ticket("in_progress", service_class=service_class)
    assert await recurring(made) == []
    assert (await act(OFFICER, made, "inform", **NEWS)).status_code == 200
    assert await recurring(made) == []


async def test_nobody_is_owed_news_on_an_anonymous_ticket(make, recurring):
    made = await make.ticket("in_progress", anonymous=True)
    assert await recurring(made) == []


async def test_the_queue_sorts_by_news_that_are_owed_first(make):
    made = await make.ticket("in_progress")
    await make.step(made, "contact", OFFICER)
    assert (await make.load(made)).next_due_at == at(5, 17, 30)


async def test_kept_news_do_not_crowd_the_screen_but_missed_ones_stay(act, make, clock, client, sign_in):
    made = await make.ticket("in_progress")
    for day in (3, 4, 9):
        clock.set(at(day, 17))
        await act(OFFICER, made, "inform", **NEWS)
    view = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(OFFICER))).json()
    shown = [(row["id"], row["state"]) for row in view["deadlines"] if row["target"] == "inform"]
    assert [state for _, state in shown] == ["running"]
    clock.set(at(12, 18))
    view = (await act(OFFICER, made, "inform", **NEWS)).json()
    assert [row["state"] for row in view["deadlines"] if row["target"] == "inform"] == ["missed", "running"]


async def test_news_are_read_by_the_petitioner_and_sent_by_the_unit_only(act, make, client):
    made = await make.ticket("in_progress")
    for username in (f"supervisor-{COUNTY}", f"dispatcher-{CITY}", f"officer-{COUNTY}"):
        assert (await act(username, made, "inform", **NEWS)).status_code == 403, username
    assert (await act(OFFICER, made, "inform", text=" ")).json()["field"] == "text"
    await act(OFFICER, made, "inform", **NEWS)
    view = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
    assert [line["detail"] for line in view["timeline"] if line["kind"] == "PetitionerInformed"] == [NEWS["text"]]
    assert view["informed_at"] == "2026-11-02T09:00:00+08:00"


async def test_a_plan_is_met_on_both_clocks_told_and_reviewed_from_then_on(act, make, recurring, clock, kernel, jobs):
    made = await make.ticket("in_progress", service_class="P4")
    await make.step(made, "contact", OFFICER)
    clock.set(at(10, 10))
    reply = await act(OFFICER, made, "plan", **PLAN)
    assert (reply.status_code, reply.json()["status"]) == (200, "in_progress"), reply.text
    assert await recurring(made, "plan") == [("met", at(17, 17, 30))] * 2
    assert await recurring(made, "plan_review") == [("running", datetime(2026, 12, 10, 17, 30, tzinfo=SHANGHAI))]
    assert (await recurring(made))[-1] == ("running", at(24, 17, 30))
    assert "核档案、报省厅、按批复补发" in (await messages(kernel, made))[-1]
    await jobs.run_due()
    assert [finding for finding in await check_all(kernel.db, clock.now()) if finding.count] == []


async def test_news_review_the_plan_and_the_next_review_begins(act, make, recurring, clock):
    made = await make.ticket("in_progress", service_class="P4")
    await make.step(made, "contact", OFFICER)
    await act(OFFICER, made, "plan", **PLAN)
    clock.set(at(20, 10))
    await act(OFFICER, made, "inform", **NEWS)
    december = datetime(2026, 12, 21, 17, 30, tzinfo=SHANGHAI)  # the 20th is a Sunday
    first = datetime(2026, 12, 2, 17, 30, tzinfo=SHANGHAI)
    assert await recurring(made, "plan_review") == [("met", first), ("running", december)]


async def test_after_the_plan_the_result_is_submitted_and_approved_as_ever(act, make, recurring, clock, kernel, jobs):
    made = await make.ticket("in_progress", service_class="P4")
    await make.step(made, "contact", OFFICER)
    await act(OFFICER, made, "plan", **PLAN)
    clock.set(at(20, 10))
    await make.step(made, "submit", OFFICER)
    assert (await act(HEAD, made, "approve")).json()["status"] == "awaiting_survey"
    assert {state for state, _ in await recurring(made, "plan_review")} == {"cancelled"}
    await jobs.run_due()
    assert [finding for finding in await check_all(kernel.db, clock.now()) if finding.count] == []


async def test_a_result_without_a_plan_still_meets_it(make, recurring, act):
    made = await make.ticket("in_progress", service_class="P4")
    for step, by in (("contact", OFFICER), ("submit", OFFICER), ("approve", HEAD)):
        await make.step(made, step, by)
    assert [state for state, _ in await recurring(made, "plan")] == ["met", "met"]
    assert await recurring(made, "plan_review") == []


async def test_a_plan_is_told_once_after_a_contact_and_only_where_one_is_owed(act, make, client, sign_in):
    ordinary = await make.ticket("in_progress")
    await make.step(ordinary, "contact", OFFICER)
    assert (await act(OFFICER, ordinary, "plan", **PLAN)).json()["title"] == "NoPlanOwed"
    made = await make.ticket("in_progress", service_class="P4")
    assert (await act(OFFICER, made, "plan", **PLAN)).json()["title"] == "FirstContactMissing"
    await make.step(made, "contact", OFFICER)
    view = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(OFFICER))).json()
    assert "plan" in view["allowed"]
    after = await act(OFFICER, made, "plan", **PLAN)
    assert "plan" not in after.json()["allowed"]
    assert (await act(OFFICER, made, "plan", **PLAN)).json()["title"] == "NoPlanOwed"


async def test_a_plan_is_not_owed_again_after_a_change_of_class_and_back(act, make, recurring):
    made = await make.ticket("in_progress", service_class="P4")
    await make.step(made, "contact", OFFICER)
    await act(OFFICER, made, "plan", **PLAN)
    await act(f"dispatcher-{COUNTY}", made, "reclass", **{"class": "P3"}, reason="不是历史遗留")
    assert {state for state, _ in await recurring(made, "plan_review")} == {"cancelled"}
    assert [state for state, _ in await recurring(made, "resolve")][-2:] == ["running", "running"]
    assert {state for state, _ in await recurring(made, "plan")} == {"met"}
