"""督办单和批示: numbered, from above, answered in time or late, accepted or returned, and chained upward."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from jiesu.desk.history import for_staff
from jiesu.escalation.orders import Order
from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.models import Notice
from jiesu.sla.models import Deadline
from jiesu.tickets.models import Ticket
from tests.builders.forms import CITY, COUNTY, STATION
from workers.invariants import check_all

OFFICER, HEAD = f"officer-{STATION}", f"unit_head-{STATION}"
COUNTY_HEAD, COUNTY_SUPERVISOR, LEADER = f"unit_head-{COUNTY}", f"supervisor-{COUNTY}", f"supervisor-{CITY}"
DEMAND = {"demand": "请三日内把补发手续办完，并告知本人。"}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
async def whole(kernel, clock):
    yield
    broken = [found for found in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if found.count]
    assert broken == []


@pytest.fixture
def replies(uow):
    """The clocks of replies, oldest first: (state, due)."""

    async def read(made) -> list[tuple[str, datetime]]:
        query = select(Deadline).where(Deadline.ticket_id == made.id, Deadline.target == "reply").order_by(Deadline.id)
        rows = await uow.session.scalars(query.execution_options(populate_existing=True))
        return [(str(row.state), row.due_at) for row in rows]

    return read


@pytest.fixture
def notices(uow):
    kinds = ("ordered", "instructed", "reply_given", "reply_accepted", "reply_returned")

    async def read(made) -> list[tuple[str, str]]:
        mine = select(Notice.kind, Notice.unit).where(Notice.ticket_id == made.id, Notice.kind.in_(kinds))
        return [tuple(row) for row in await uow.session.execute(mine.order_by(Notice.id))]

    return read


async def allowed(client, sign_in, username, made) -> set[str]:
    view = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(username))
    return set(view.json()["allowed"])


async def test_an_order_is_issued_answered_returned_answered_again_and_accepted(
    act, make, replies, notices, clock, client, sign_in
):
    made = await make.ticket("in_progress")
    reply = await act(COUNTY_SUPERVISOR, made, "supervise", **DEMAND, within="2 working days")
    assert reply.status_code == 200, reply.text
    [order] = reply.json()["orders"]
    assert (order["state"], order["kind"]) == ("issued", "order")
    assert re.fullmatch(r"督〔2026〕\d+号", order["number"])
    assert all(words in order["text"] for words in (DEMAND["demand"], made.number, order["number"], "11月4日"))
    assert await replies(made) == [("running", at(4, 17, 30))]
    assert "reply_order" in await allowed(client, sign_in, OFFICER, made)
    clock.set(at(3, 10))
    await act(OFFICER, made, "reply_order", reply="材料已报县里。")
    assert await replies(made) == [("met", at(4, 17, 30))]
    returned = await act(COUNTY_HEAD, made, "return_reply", reason="没有写何时补发")
    assert (returned.json()["orders"][0]["state"], returned.json()["orders"][0]["returns"]) == ("issued", 1)
    assert await replies(made) == [("met", at(4, 17, 30)), ("running", at(5, 17, 30))]
    await act(OFFICER, made, "reply_order", reply="11月10日补发。", order=order["number"])
    done = await act(COUNTY_SUPERVISOR, made, "accept_reply", note="同意")
    assert (done.json()["orders"][0]["state"], done.json()["orders"][0]["note"]) == ("accepted", "同意")
    assert await notices(made) == [
        ("ordered", STATION), ("reply_given", COUNTY), ("reply_returned", STATION), ("reply_given", COUNTY),
        ("reply_accepted", STATION),
    ]  # fmt: skip


async def test_a_leader_s_instruction_has_a_series_of_its_own(act, make):
    first, second = await make.ticket("in_progress"), await make.ticket("dispatched")
    await act(LEADER, first, "supervise", **DEMAND)
    reply = await act(LEADER, first, "supervise", **DEMAND, kind="instruction")
    assert (reply.status_code, reply.json()["title"]) == (409, "OrderOpen")
    reply = await act(LEADER, second, "supervise", **DEMAND, kind="instruction")
    [instruction] = reply.json()["orders"]
    assert re.fullmatch(r"批〔2026〕\d+号", instruction["number"])
    assert "领导批示" in reply.json()["orders"][0]["text"]


async def test_numbers_count_on_and_begin_anew_each_year(act, make, clock, uow):
    for _ in range(2):
        await act(LEADER, await make.ticket("in_progress"), "supervise", **DEMAND)
    refused = await act(LEADER, await make.ticket("in_progress"), "supervise", **DEMAND, within="soon")
    assert (refused.status_code, refused.json()["title"], refused.json()["field"]) == (422, "BadWithin", "within")
    clock.set(datetime(2027, 1, 4, 10, tzinfo=SHANGHAI))
    for _ in range(2):
        await act(LEADER, await make.ticket("in_progress"), "supervise", **DEMAND)
    numbers = (await uow.session.scalars(select(Order.number).order_by(Order.id))).all()
    years, counts = zip(*(re.fullmatch(r"督〔(\d+)〕(\d+)号", number).groups() for number in numbers), strict=True)
    assert years == ("2026", "2026", "2027", "2027")
    first, second, third, fourth = map(int, counts)
    assert second == first + 1
    assert fourth == third + 1
    assert third <= 2  # the refused one may leave a gap


async def test_nobody_orders_their_own_unit_or_judges_their_own_reply(act, make, client, sign_in):
    made = await make.ticket("in_progress")
    for username in (HEAD, OFFICER, f"dispatcher-{COUNTY}"):
        assert (await act(username, made, "supervise", **DEMAND)).status_code == 403, username
        assert "supervise" not in await allowed(client, sign_in, username, made)
    await act(COUNTY_SUPERVISOR, made, "supervise", **DEMAND)
    await act(OFFICER, made, "reply_order", reply="已办")
    for step, body in (("accept_reply", {}), ("return_reply", {"reason": "x"})):
        assert (await act(HEAD, made, step, **body)).status_code == 403
        assert step not in await allowed(client, sign_in, HEAD, made)
    assert (await act(LEADER, made, "accept_reply")).status_code == 200


async def test_the_top_is_watched_by_its_supervisor_who_handles_nothing(act, make):
    made = await make.ticket("in_progress", unit=CITY)
    assert (await act(f"unit_head-{CITY}", made, "supervise", **DEMAND)).status_code == 403
    assert (await act(LEADER, made, "supervise", **DEMAND)).status_code == 200
    await act(f"officer-{CITY}", made, "reply_order", reply="已办")
    assert (await act(f"unit_head-{CITY}", made, "accept_reply")).status_code in (200, 403)


async def test_an_order_of_a_unit_further_up_follows_the_one_below(act, make):
    made = await make.ticket("in_progress")
    await act(COUNTY_SUPERVISOR, made, "supervise", **DEMAND)
    reply = await act(LEADER, made, "supervise", **DEMAND)
    below, above = reply.json()["orders"]
    assert (below["follows"], above["follows"]) == (None, below["number"])
    await act(OFFICER, made, "reply_order", reply="已办", order=above["number"])
    assert (await act(COUNTY_SUPERVISOR, made, "accept_reply")).json()["title"] in ("NotYours", "NoSuchOrder")


async def test_a_late_reply_is_told_above_and_stays_late(act, make, jobs, clock, replies, uow):
    made = await make.ticket("in_progress", service_class="P4")
    await act(COUNTY_SUPERVISOR, made, "supervise", **DEMAND, within="1 working day")
    clock.set(at(3, 17, 31))
    await jobs.run_due()
    told = select(Notice.unit).where(Notice.ticket_id == made.id, Notice.kind == "supervision")
    assert COUNTY in set(await uow.session.scalars(told))
    await act(OFFICER, made, "reply_order", reply="迟了，已办")
    assert await replies(made) == [("missed", at(3, 17, 30))]


async def test_of_two_replies_each_issuer_decides_their_own(act, make):
    made = await make.ticket("in_progress")
    for issuer in (LEADER, COUNTY_SUPERVISOR):  # the older one is the city's
        await act(issuer, made, "supervise", **DEMAND)
    for _ in range(2):
        await act(OFFICER, made, "reply_order", reply="已报县里")
    reply = await act(COUNTY_SUPERVISOR, made, "return_reply", reason="没有说什么时候发")
    assert reply.status_code == 200, reply.text
    assert [order["state"] for order in reply.json()["orders"]] == ["replied", "issued"]
    assert (await act(COUNTY_SUPERVISOR, made, "accept_reply")).json()["title"] == "NotYours"
    assert (await act(LEADER, made, "accept_reply")).status_code == 200


WHY = {
    "approve": "已经答复诉求人，没有答复",
    "withdraw": "诉求人撤回了诉求，没有答复",
    "objection": "街道退役军人服务站不再承办，没有答复",
}


@pytest.mark.parametrize("end", WHY)
async def test_an_order_ends_with_the_unit_s_work_and_the_history_says_why(act, make, end, replies, kernel):
    made = await make.ticket("dispatched" if end == "objection" else "in_progress")
    await act(COUNTY_SUPERVISOR, made, "supervise", **DEMAND)
    if end == "approve":
        for step in ("contact", "submit"):
            await make.step(made, step, OFFICER)
        await act(HEAD, made, "approve")
    elif end == "withdraw":
        await make.withdraw(made)
    else:
        await act(OFFICER, made, "object", reason="不归我站管")
        await act(f"dispatcher-{COUNTY}", made, "dispatch", unit="VS-150102003")
    view = await act(f"supervisor-{CITY}", made, "note", text="看一看") if end == "objection" else None
    assert view is None or view.json()["orders"][0]["state"] == "ended"
    assert [state for state, _ in await replies(made)] == ["cancelled"]
    async with kernel.db.begin() as uow:
        lines = await for_staff(uow, kernel.rules, await uow.get(Ticket, made.id))
    [over] = [line.what for line in lines if line.kind == "OrderEnded"]
    assert over.endswith(WHY[end]), over


async def test_the_ladder_issues_an_order_a_working_day_after_the_due_date(act, make, jobs, clock, client, sign_in):
    made = await make.ticket("in_progress")
    clock.set(at(10, 17, 31))
    await jobs.run_due()
    view = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(LEADER))).json()
    [order] = view["orders"]
    assert (order["by_ladder"], order["state"]) == (True, "issued")
    assert "“先行联系”应在11月3日（周二）09:00前完成，已经超过" in order["text"]
    assert "reply_order" in await allowed(client, sign_in, OFFICER, made)


async def test_an_order_for_a_second_no_says_so_and_names_no_date_as_over(act, make):
    made = await make.ticket("rework")
    await make.step(made, "dispatch", f"unit_head-{COUNTY}", unit=STATION)
    for step in ("submit", "approve"):
        await make.step(made, step, HEAD)
    await make.answer(made, contacted=True, solved="no", satisfied="no")
    seen = await act(LEADER, made, "note", text="看一看")
    [order] = seen.json()["orders"]
    assert order["by_ladder"] is True
    assert "诉求人已经2次对该工单的办理结果不认可。请查明原因" in order["text"]
    assert "已经超过" not in order["text"]


async def test_a_sealed_report_gets_no_order(act, make, jobs, clock, uow):
    made = await make.filed(text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report")
    await make.step(made, "sign", "officer-CITY-DISCIPLINE")
    assert (await act("unit_head-CITY-DISCIPLINE", made, "supervise", **DEMAND)).status_code == 403
    clock.advance(timedelta(days=90))
    await jobs.run_due()
    assert (await uow.session.scalars(select(Order.id))).all() == []


async def test_the_petitioner_reads_nothing_of_it(act, make, client):
    made = await make.ticket("in_progress")
    await act(COUNTY_SUPERVISOR, made, "supervise", **DEMAND)
    page = await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})
    assert "督〔" not in page.text
    assert DEMAND["demand"] not in page.text


DISPATCHER = f"dispatcher-{COUNTY}"


async def test_the_desk_is_ordered_to_dispatch_what_lies_too_long(act, make, replies, notices, clock, client, sign_in):
    made = await make.ticket("registered")
    clock.set(at(3, 9))
    for username in (COUNTY_SUPERVISOR, DISPATCHER):
        assert (await act(username, made, "supervise", **DEMAND)).status_code == 403, username
        assert "supervise" not in await allowed(client, sign_in, username, made)
    assert "supervise" in await allowed(client, sign_in, LEADER, made)
    reply = await act(LEADER, made, "supervise", demand="请今天派单。", within="4 working hours")
    [order] = reply.json()["orders"]
    assert (order["state"], "请今天派单" in order["text"]) == ("issued", True)
    assert {"reply_order", "dispatch"} <= await allowed(client, sign_in, DISPATCHER, made)
    assert await replies(made) == [("running", at(3, 15, 30))]
    answered = await act(DISPATCHER, made, "reply_order", reply="正在核实由哪个站办理。")
    assert answered.json()["orders"][0]["state"] == "replied"
    assert (await act(LEADER, made, "return_reply", reason="没有说什么时候派")).status_code == 200
    done = await act(DISPATCHER, made, "dispatch", unit=STATION)
    assert (done.json()["status"], done.json()["orders"][0]["state"]) == ("dispatched", "ended")
    assert [state for state, _ in await replies(made)] == ["met", "cancelled"]
    assert ("ordered", COUNTY) in await notices(made)


@pytest.mark.parametrize("way", ["request_info", "answer", "divert", "merge", "split", "withdraw"])
async def test_an_order_to_the_desk_ends_with_whatever_the_desk_does(act, make, way, replies):
    made = await make.ticket("registered", nature="consult" if way == "answer" else "help")
    await act(LEADER, made, "supervise", **DEMAND)
    if way == "withdraw":
        await make.withdraw(made)
    elif way == "merge":
        main = await make.ticket("in_progress", petitioner={"name": "李秀英", "phone": "13900139000"})
        assert (await act(DISPATCHER, made, "merge", into=main.number)).status_code == 200
        assert (await act(DISPATCHER, made, "unmerge", reason="不是一件事")).status_code == 200
    elif way == "split":
        parts = [{"title": unit, "text": "一件事。", "unit": unit} for unit in (STATION, "VS-150102002")]
        assert (await act(DISPATCHER, made, "split", parts=parts)).status_code == 200
        assert (await act(DISPATCHER, made, "unsplit", reason="拆错了")).status_code == 200
    else:
        body = {"request_info": {"question": "哪一年？"}, "answer": {"text": "到窗口办。"}}
        body["divert"] = {"reason": "litigation", "pointer": "请等法院判决。"}
        by = f"intake-{COUNTY}" if way == "answer" else DISPATCHER
        assert (await act(by, made, way, **body[way])).status_code == 200
    assert [state for state, _ in await replies(made)] == ["cancelled"]


async def test_a_desk_that_keeps_the_ticket_itself_keeps_the_order(act, make, client, sign_in, replies):
    made = await make.ticket("registered")
    await act(LEADER, made, "supervise", **DEMAND)
    await act(DISPATCHER, made, "dispatch", unit=COUNTY)
    assert [state for state, _ in await replies(made)] == ["running"]
    assert "reply_order" in await allowed(client, sign_in, f"officer-{COUNTY}", made)


async def test_an_order_ends_with_a_merge_also_where_the_desk_has_the_other_one_itself(act, make, replies):
    made = await make.ticket("registered")
    await act(LEADER, made, "supervise", **DEMAND)
    main = await make.filed(petitioner={"name": "李秀英", "phone": "13900139000"})
    await act(DISPATCHER, main, "dispatch", unit=COUNTY)
    merged = await act(DISPATCHER, made, "merge", into=main.number)
    assert (merged.json()["status"], merged.json()["orders"][0]["state"]) == ("merged", "ended"), merged.text
    assert [state for state, _ in await replies(made)] == ["cancelled"]
