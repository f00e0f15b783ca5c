"""剔除: the unit asks with evidence, two people outside it approve, and the rates stand with and without the answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from jiesu.notifications.models import Notice
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.make import YES
from workers.invariants import check_all

OFFICER, HEAD, ABOVE, CITYS = f"officer-{STATION}", f"unit_head-{STATION}", f"unit_head-{COUNTY}", f"supervisor-{CITY}"
WHY = {"reason": "outside_cause", "evidence": "省厅 2026〔12〕号批复要到十二月才下发，已当面说明并留有录音。"}
BAD = {"contacted": True, "solved": "partly", "satisfied": "mostly"}


@pytest.fixture(autouse=True)
async def whole(kernel, clock):
    yield
    broken = [found for found in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if found.count]
    assert broken == []


@pytest.fixture
async def closed(make):
    made = await make.ticket("awaiting_survey")
    await make.answer(made, **BAD)
    return made


@pytest.fixture
def shown(client, sign_in):
    async def read(path, username):
        return (await client.get(f"/api/v1{path}", headers=await sign_in(username))).json()

    return read


async def rates(shown, unit=STATION):
    return (await shown(f"/board/rates?month=2026-11&unit={unit}", CITYS))["units"][0]


async def test_two_people_outside_take_an_answer_out_and_both_figures_stand(act, make, closed, shown, uow):
    good = await make.ticket("awaiting_survey")
    await make.answer(good, **YES)
    before = await rates(shown)
    assert (before["subtree"]["base"], before["subtree"]["resolution"]) == (2, 0.5)
    assert (await act(OFFICER, closed, "exclude", **WHY)).status_code == 200
    assert (await rates(shown))["subtree"]["base"] == 2
    first = await act(ABOVE, closed, "grant_exclusion", note="情况属实")
    assert first.json()["exclusions"][0]["state"] == "seconded", first.text
    assert (await rates(shown))["subtree"]["base"] == 2
    second = await act(CITYS, closed, "grant_exclusion")
    assert second.json()["exclusions"][0]["state"] == "granted", second.text
    after = await rates(shown)
    assert (after["subtree"]["base"], after["subtree"]["resolution"], after["raw"]) == (1, 1.0, before["subtree"])
    listed = await shown(f"/board/rates/tickets?month=2026-11&unit={STATION}", CITYS)
    assert {row["number"]: row["excluded"] for row in listed} == {good.number: False, closed.number: True}
    told = select(Notice.kind, Notice.unit).where(Notice.ticket_id == closed.id, Notice.kind.like("exclusion%"))
    assert [tuple(row) for row in await uow.session.execute(told.order_by(Notice.id))] == [
        ("exclusion_asked", COUNTY), ("exclusion_asked", COUNTY), ("exclusion_granted", STATION),
    ]  # fmt: skip


async def test_nobody_of_the_unit_and_nobody_twice_may_decide(act, closed, client, sign_in):
    await act(OFFICER, closed, "exclude", **WHY)
    for username in (OFFICER, HEAD):
        assert (await act(username, closed, "grant_exclusion")).status_code == 403, username
    assert (await act(ABOVE, closed, "grant_exclusion")).status_code == 200
    again = await act(ABOVE, closed, "grant_exclusion")
    assert (again.status_code, again.json()["title"]) == (409, "SecondApprover")
    view = (await client.get(f"/api/v1/desk/tickets/{closed.number}", headers=await sign_in(ABOVE))).json()
    assert not {"grant_exclusion", "refuse_exclusion"} & set(view["allowed"])
    assert view["exclusions"][0]["seconded_unit"]


async def test_one_refusal_ends_it_and_the_answer_counts(act, closed, shown):
    await act(OFFICER, closed, "exclude", **WHY)
    await act(ABOVE, closed, "grant_exclusion")
    refused = await act(CITYS, closed, "refuse_exclusion", reason="没有录音")
    assert (refused.json()["exclusions"][0]["state"], refused.json()["exclusions"][0]["note"]) == (
        "refused",
        "没有录音",
    )
    assert (await rates(shown))["subtree"]["base"] == 1
    again = await act(OFFICER, closed, "exclude", **WHY)
    assert (again.status_code, again.json()["title"]) == (409, "NothingToExclude")


async def test_a_reopened_ticket_ends_what_nobody_decided(act, closed):
    await act(OFFICER, closed, "exclude", **WHY)
    reopened = await act(f"supervisor-{COUNTY}", closed, "reopen", reason="有新的材料")
    assert reopened.status_code == 200, reopened.text
    assert reopened.json()["exclusions"][0]["state"] == "lapsed"
    assert (await act(ABOVE, closed, "grant_exclusion")).status_code == 409


@pytest.mark.parametrize(
    ("body", "field"), [({"reason": "because"}, "reason"), ({"evidence": "  "}, "evidence"), ({"reason": ""}, "reason")]
)
async def test_a_reason_and_evidence_are_wanted(act, closed, body, field):
    refused = await act(OFFICER, closed, "exclude", **(WHY | body))
    assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text


async def test_silence_and_the_city_s_own_tickets_have_nothing_to_exclude(act, make, jobs, clock):
    silent = await make.ticket("awaiting_survey")
    clock.advance(timedelta(days=8))
    await jobs.run_due()
    refused = await act(OFFICER, silent, "exclude", **WHY)
    assert (refused.status_code, refused.json()["title"]) == (409, "NothingToExclude")
    own = await make.ticket("awaiting_survey", unit=CITY)
    await make.answer(own, **BAD)
    refused = await act(f"officer-{CITY}", own, "exclude", **WHY)
    assert (refused.status_code, refused.json()["title"]) == (409, "NobodyOutside")


async def test_it_is_asked_and_decided_on_the_pages(client, sign_in, closed):
    async def page(username, method, path, **fields):
        headers = await sign_in(username)
        token = client.cookies.get("csrftoken") or ((await client.get("/")) and client.cookies["csrftoken"])
        if method == "GET":
            return await client.get(path, headers=headers)
        return await client.post(path, data={"_csrf_token": token} | fields, headers=headers)

    about = f"/desk/t/{closed.number}"
    assert "申请剔除" in (await page(OFFICER, "GET", about)).text
    assert (await page(OFFICER, "POST", about, action="exclude", **WHY)).status_code == 303
    waiting = (await page(ABOVE, "GET", "/board/approvals")).text
    assert "剔除申请" in waiting
    assert WHY["evidence"] in waiting
    for username in (ABOVE, CITYS):
        done = await page(username, "POST", f"/board/approvals/{closed.number}", action="grant_exclusion")
        assert done.status_code == 303, done.text
    assert closed.number not in (await page(CITYS, "GET", "/board/approvals")).text
    assert "已剔除" in (await page(CITYS, "GET", f"/board/tickets?month=2026-11&unit={STATION}")).text
    assert "剔除前" in (await page(CITYS, "GET", "/board?month=2026-11")).text
