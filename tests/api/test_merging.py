"""并案: two people, one matter, one answer; each keeps receipt, page, notices and survey, and comes back when no answer will come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from jiesu.sla.models import ClockState, Deadline
from jiesu.sla.wording import moment_words
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.make import NO, YES
from workers.invariants import check_all

DESK, OFFICER, HEAD = f"dispatcher-{COUNTY}", f"officer-{STATION}", f"unit_head-{STATION}"
SECOND = "VS-150102002"
LI = {"name": "李秀英", "phone": "13900139000"}


@pytest.fixture(autouse=True)
async def whole(kernel, clock):
    """Whatever a test did, every law holds afterwards."""
    yield
    broken = [finding for finding in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if finding.count]
    assert broken == []


@pytest.fixture
def finals(uow):
    """The petitioner's final deadlines: state → due."""

    async def read(made):
        mine = select(Deadline).where(
            Deadline.ticket_id == made.id, Deadline.clock == "petitioner", Deadline.target == "resolve"
        )
        [row] = await uow.session.scalars(mine.execution_options(populate_existing=True))
        return row.state, row.due_at

    return read


async def progress(client, made) -> dict:
    return (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()


async def view(client, sign_in, username, made) -> dict:
    return (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(username))).json()


async def joined(make, act, clock, state="in_progress"):
    """A main ticket in that state, and a younger one of somebody else merged into it."""
    main = await make.ticket(state)
    clock.advance(timedelta(minutes=5))
    follower = await make.filed(petitioner=LI)
    reply = await act(DESK, follower, "merge", into=main.number)
    assert (reply.status_code, reply.json()["status"]) == (200, "merged"), reply.text
    return main, follower


async def test_one_answer_for_two_and_a_survey_for_each(client, act, make, jobs, gateway, clock, sign_in):
    main, follower = await joined(make, act, clock)
    await jobs.run_due()
    assert "一起办" in gateway.to(LI["phone"])[-1].text
    seen = await progress(client, follower)
    assert (seen["status"], seen["together"]["status"], seen["unit"]["code"]) == ("merged", "in_progress", STATION)
    assert "张" not in str(seen["together"])
    assert main.number not in str(seen)
    shown = await view(client, sign_in, OFFICER, main)
    assert [(each["number"], each["name"]) for each in shown["followers"]] == [(follower.number, "李*")]

    await act(OFFICER, main, "contact", outcome="reached", note="已联系")
    untold = await act(OFFICER, main, "submit", result="张建国的抚恤金已补发")
    assert (untold.status_code, untold.json()["title"]) == (422, "OthersUntold")
    reply = await act(OFFICER, main, "submit", result="张建国的抚恤金已补发", others="这一批的抚恤金已补发")
    assert reply.status_code == 200, reply.text
    assert (await progress(client, follower))["result"] is None
    assert (await act(HEAD, main, "approve")).status_code == 200
    await jobs.run_due()
    seen = await progress(client, follower)
    assert (seen["status"], seen["result"], seen["together"]) == ("awaiting_survey", "这一批的抚恤金已补发", None)
    assert "张建国" not in str(seen)
    assert "这一批的抚恤金已补发" in gateway.to(LI["phone"])[-1].text

    await make.answer(main, **YES)
    assert (await progress(client, follower))["status"] == "awaiting_survey"
    await make.answer(follower, **YES)
    assert (await progress(client, follower))["status"] == "closed"
    leader = await sign_in(f"supervisor-{CITY}")
    rates = (await client.get("/api/v1/board/rates", params={"month": "2026-11"}, headers=leader)).json()
    assert rates["units"][0]["subtree"]["base"] == 1
    trend = (await client.get("/api/v1/board/trend", headers=leader)).json()
    assert sum(day["arrived"] for day in trend["days"]) == 1


async def test_news_and_a_plan_reach_each_who_is_merged_in_words_of_their_own(client, act, make, jobs, gateway, clock):
    main = await make.ticket("in_progress", service_class="P4")
    clock.advance(timedelta(minutes=5))
    people = [LI, {"name": "王强", "phone": "13700137000"}, {"name": "赵敏", "phone": "13600136000"}]
    first, parted, gone = [await make.filed(petitioner=each) for each in people]
    nameless = await make.filed(anonymous=True, petitioner=None)
    for each in (first, parted, gone, nameless):
        await make.historic(each)
        assert (await act(DESK, each, "merge", into=main.number)).status_code == 200
    await act(DESK, parted, "unmerge", reason="金额不同")
    await make.withdraw(gone)
    await act(OFFICER, main, "contact", outcome="reached", note="已联系")
    untold = await act(OFFICER, main, "inform", text="张建国的档案已调出")
    assert (untold.status_code, untold.json()["title"]) == (422, "OthersUntold")
    assert (await act(OFFICER, main, "plan", plan="补张建国的")).json()["title"] == "OthersUntold"

    await act(OFFICER, main, "inform", text="张建国的档案已调出", others="档案都已调出")
    assert (await act(OFFICER, main, "plan", plan="先补张建国的", others="按户核对后一起补发")).status_code == 200
    reply = await act(OFFICER, main, "inform", text="张建国的已报省厅", others="已报省厅")
    assert reply.status_code == 200, reply.text
    await jobs.run_due()

    heard = [sms.text for sms in gateway.to(LI["phone"])]
    told = [text for text in heard if "新进展" in text or "解决方案" in text]
    assert ["档案都已调出" in told[0], "按户核对后一起补发" in told[1], "已报省厅" in told[2]] == [True] * 3
    assert len(told) == 3
    assert all(first.number in text and main.number not in text and "张建国" not in text for text in told)
    for each in people[1:]:
        assert not any("新进展" in sms.text or "解决方案" in sms.text for sms in gateway.to(each["phone"]))
    seen = await progress(client, first)
    kinds = [line["kind"] for line in seen["timeline"]]
    assert (seen["status"], kinds[-3:]) == ("merged", ["PetitionerInformed", "PlanTold", "PetitionerInformed"])
    assert (seen["informed_at"], "张建国" in str(seen)) == ("2026-11-02T09:05:00+08:00", False)


async def test_a_plan_that_was_told_while_merged_is_kept_when_they_part(act, make, clock, finals, uow):
    main = await make.ticket("in_progress", service_class="P4")
    clock.advance(timedelta(minutes=5))
    follower = await make.filed(petitioner=LI)
    await make.historic(follower)
    await act(DESK, follower, "merge", into=main.number)
    clock.advance(timedelta(days=3))
    await act(OFFICER, main, "contact", outcome="reached", note="已联系")
    assert (await act(OFFICER, main, "plan", plan="分三步办", others="分三步办")).status_code == 200
    await act(DESK, follower, "unmerge", reason="金额不同")
    states = select(Deadline.state).where(Deadline.ticket_id == follower.id, Deadline.target == "plan")
    assert list(await uow.session.scalars(states)) == [ClockState.MET]


async def test_who_is_not_content_has_a_matter_of_their_own(client, act, make, clock, sign_in):
    main, follower = await joined(make, act, clock)
    await act(OFFICER, main, "contact", outcome="reached", note="已联系")
    await act(OFFICER, main, "submit", result="已补发", others="已补发")
    await act(HEAD, main, "approve")
    await make.answer(main, **YES)
    await make.answer(follower, **NO)
    assert (await make.load(follower)).merged_into is None
    assert (await progress(client, follower))["status"] == "rework"
    reply = await act(f"unit_head-{COUNTY}", follower, "dispatch")
    assert (reply.status_code, reply.json()["status"]) == (200, "in_progress"), reply.text
    await act(OFFICER, follower, "contact", outcome="reached", note="已联系")
    await act(OFFICER, follower, "submit", result="另补发一个月")
    await act(HEAD, follower, "approve")
    await make.answer(follower, **YES)
    leader = await sign_in(f"supervisor-{CITY}")
    rates = (await client.get("/api/v1/board/rates", params={"month": "2026-11"}, headers=leader)).json()
    assert rates["units"][0]["subtree"]["base"] == 2


async def test_parted_again_it_waits_with_the_dates_it_had(client, act, make, jobs, gateway, clock, finals):
    main = await make.ticket("in_progress")
    follower = await make.filed(petitioner=LI)
    before = await finals(follower)
    await act(DESK, follower, "merge", into=main.number)
    assert (await finals(follower))[0] is ClockState.CANCELLED
    clock.advance(timedelta(days=2))
    await jobs.run_due()
    reply = await act(DESK, follower, "unmerge", reason="金额不同，分开办")
    assert (reply.status_code, reply.json()["status"], reply.json()["lead_unit"]) == (200, "registered", None)
    assert await finals(follower) == before
    await jobs.run_due()
    assert "单独办理" in gateway.to(LI["phone"])[-1].text
    reply = await act(DESK, follower, "dispatch", unit=SECOND)
    assert reply.json()["lead_unit"]["code"] == SECOND
    assert [each["number"] for each in (await act(OFFICER, main, "note", text="x")).json()["followers"]] == []
    again = await act(DESK, follower, "unmerge")
    assert (again.status_code, again.json()["title"]) == (409, "IllegalStep")
    kinds = [line["kind"] for line in (await progress(client, follower))["timeline"]]
    assert kinds[1:3] == ["TicketMerged", "TicketUnmerged"]


@pytest.mark.parametrize("end", ["withdraw", "divert", "answer", "request_info"])
async def test_nobody_is_lost_when_the_main_one_ends_without_an_answer_for_them(client, act, make, clock, finals, end):
    main = await make.filed(nature="consult")
    clock.advance(timedelta(minutes=5))
    follower = await make.filed(petitioner=LI)
    before = await finals(follower)
    assert (await act(DESK, follower, "merge", into=main.number)).status_code == 200
    if end == "withdraw":
        await make.withdraw(main)
    else:
        await make.step(main, end, DESK if end != "answer" else f"intake-{COUNTY}")
    seen = await progress(client, follower)
    assert (seen["status"], seen["together"]) == ("registered", None)
    assert await finals(follower) == before


async def test_followers_go_with_the_main_one_to_its_unit(client, act, make, clock, sign_in):
    main = await make.filed()
    clock.advance(timedelta(minutes=5))
    follower = await make.filed(petitioner=LI)
    await act(DESK, follower, "merge", into=main.number)
    assert (await make.load(follower)).lead_unit is None
    await act(DESK, main, "dispatch", unit=STATION)
    assert (await make.load(follower)).lead_unit == STATION
    await act(OFFICER, main, "object", reason="not_our_place", basis="户籍不在")
    await act(DESK, main, "dispatch", unit=SECOND)
    assert (await make.load(follower)).lead_unit == SECOND
    told = [line for line in (await progress(client, follower))["timeline"] if line["kind"] == "MainDispatched"]
    assert [line["what"][:5] for line in told] == ["一起办的事"] * 2
    seen = await view(client, sign_in, f"officer-{SECOND}", follower)
    assert (seen["status"], seen["merged_into"]["number"]) == ("merged", main.number)
    assert set(seen["allowed"]) == {"contact", "note"}
    assert "number" not in await view(client, sign_in, OFFICER, follower)


async def test_the_petitioner_of_a_merged_one_adds_details_and_withdraws(client, act, make, clock, sign_in):
    main, follower = await joined(make, act, clock)
    await make.supplement(follower, "补一张存折的照片")
    told = (await client.get("/api/v1/desk/notices", headers=await sign_in(OFFICER))).json()
    assert (follower.number, "supplemented") in {(each["number"], each["kind"]) for each in told}
    assert (main.number, "follower_joined") in {(each["number"], each["kind"]) for each in told}
    await make.withdraw(follower)
    assert (await progress(client, follower))["status"] == "withdrawn"
    assert (await make.load(main)).status == "in_progress"
    await act(OFFICER, main, "contact", outcome="reached", note="已联系")
    assert (await act(OFFICER, main, "submit", result="已补发")).status_code == 200


async def test_more_time_for_the_matter_is_more_time_for_all_who_brought_it(act, make, jobs, gateway, clock, finals):
    main, follower = await joined(make, act, clock)
    _, before = await finals(follower)
    await act(OFFICER, main, "extend", until="2026-11-13", reason="等省厅批复")
    reply = await act(f"unit_head-{COUNTY}", main, "grant_extension")
    assert reply.status_code == 200, reply.text
    await jobs.run_due()
    assert (await finals(follower))[1] == (await finals(main))[1] > before
    assert "等省厅批复" in gateway.to(LI["phone"])[-1].text
    lines = [line["what"] for line in (await act(DESK, follower, "note", text="看一看")).json()["history"]]
    assert any(
        line.startswith("诉求人时限（办结）变更：") and line.endswith("（一起办的诉求延期）") for line in lines
    ), lines
    await act(DESK, follower, "unmerge")


async def test_each_hears_of_a_listing_but_not_what_was_written_about_somebody_else(act, make, jobs, gateway, clock):
    main, follower = await joined(make, act, clock)
    assert (await act(OFFICER, main, "list", plan="张伟的工龄要等省里核定", event="批复")).status_code == 200
    assert (await act(f"unit_head-{COUNTY}", main, "grant_listing")).status_code == 200
    await jobs.run_due()
    listed = gateway.to(LI["phone"])[-1].text
    assert follower.number in listed
    assert "同意挂账" in listed
    assert "张伟" not in listed


async def test_each_hears_which_unit_has_it_and_keeps_their_own_date(act, make, jobs, gateway, clock, finals):
    main, follower = await joined(make, act, clock, "registered")
    before = await finals(follower)
    assert (await act(DESK, main, "dispatch", unit=STATION)).status_code == 200
    await jobs.run_due()
    [told] = [sms.text for sms in gateway.to(LI["phone"]) if "已派给" in sms.text]
    assert follower.number in told
    assert moment_words(before[1], "zh") in told
    assert await finals(follower) == before


async def test_a_class_that_takes_longer_parts_them(client, act, make, clock):
    main, follower = await joined(make, act, clock)
    assert (await act(DESK, main, "reclass", **{"class": "P4"}, reason="历史遗留")).status_code == 200
    assert (await progress(client, follower))["status"] == "registered"


async def refusal(act, follower, main, by=DESK) -> str:
    reply = await act(by, follower, "merge", into=getattr(main, "number", main))
    return reply.json()["title"] if reply.status_code >= 400 else reply.json()["status"]


async def test_what_cannot_be_merged_says_why(client, act, make, clock):
    main = await make.ticket("in_progress")
    clock.advance(timedelta(minutes=5))
    follower = await make.filed(petitioner=LI)
    assert await refusal(act, follower, follower) == "SameTicket"
    assert await refusal(act, follower, "HH20260101-00001-3") == "MainNotFound"
    assert await refusal(act, follower, "") == "MainNotFound"
    elsewhere = await make.filed(place="150103001001")
    assert await refusal(act, follower, elsewhere) == "MainNotFound"
    assert await refusal(act, follower, await make.ticket("awaiting_survey")) == "MainAnswered"
    assert await refusal(act, follower, await make.ticket("closed")) == "MainAnswered"
    sealed = await make.filed(text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report")
    assert await refusal(act, follower, sealed) == "MainNotFound"
    accusing = await make.filed(accused_unit=STATION)
    assert await refusal(act, accusing, main, f"dispatcher-{CITY}") == "OthersAccused"
    assert await refusal(act, follower, main) == "merged"
    third = await make.filed()
    assert await refusal(act, third, follower) == "MainAnswered"
    assert await refusal(act, third, third) == "SameTicket"
    early = await make.filed()
    clock.advance(timedelta(days=1))
    late = await make.ticket("dispatched")
    assert await refusal(act, early, late) == "PromisedSooner"


async def test_one_that_others_are_merged_into_is_merged_into_none(act, make, clock):
    first, second = await make.filed(), await make.filed()
    third = await make.filed(petitioner=LI)
    assert await refusal(act, third, second) == "merged"
    assert await refusal(act, second, first) == "HasFollowers"


async def test_an_anonymous_follower_ends_with_the_answer(act, make, clock):
    main = await make.ticket("in_progress")
    follower = await make.filed(anonymous=True, petitioner=None)
    await act(DESK, follower, "merge", into=main.number)
    await act(OFFICER, main, "contact", outcome="reached", note="已联系")
    await act(OFFICER, main, "submit", result="已补发", others="已补发")
    await act(HEAD, main, "approve")
    assert (await make.load(follower)).status == "closed"


async def test_what_may_be_the_same_is_suggested_of_what_the_person_may_see(client, act, make, clock, sign_in):
    main = await make.ticket("in_progress")
    await make.filed(place="150103001001")
    await make.filed(accused_unit=STATION)
    await make.ticket("closed")
    other = await make.filed(text="想问一下优待证丢了怎么补办，需要带哪些材料。")
    clock.advance(timedelta(minutes=5))
    follower = await make.filed(petitioner=LI)
    path = f"/api/v1/desk/tickets/{follower.number}/alike"
    found = (await client.get(path, headers=await sign_in(DESK))).json()
    assert [each["number"] for each in found] == [main.number]
    assert (found[0]["same_place"], found[0]["same_person"], found[0]["likeness"]) == (True, False, 100)
    page = await client.get(f"/desk/t/{follower.number}", headers=await sign_in(DESK))
    assert f'value="{main.number}"' in page.text
    assert other.number not in page.text
    same = await make.filed()
    found = (await client.get(f"/api/v1/desk/tickets/{same.number}/alike", headers=await sign_in(DESK))).json()
    assert [each["same_person"] for each in found if each["number"] == main.number] == [True]


async def test_whoever_gets_the_main_one_has_them_all_also_where_its_class_changes(act, make, clock):
    main, follower = await joined(make, act, clock, "registered")
    reply = await act(DESK, main, "dispatch", unit=STATION, **{"class": "P1"})
    assert reply.status_code == 200, reply.text
    assert (await make.load(follower)).lead_unit == STATION
