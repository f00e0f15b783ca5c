"""拆分: one appeal about several matters; each part has its unit, date and survey, and the petitioner one receipt for all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from jiesu.sla.models import Deadline
from tests.builders.forms import CITY, COUNTY, PHONE, STATION
from tests.builders.make import NO, YES
from workers.invariants import check_all

DESK, SECOND = f"dispatcher-{COUNTY}", "VS-150102002"
PARTS = [
    {"title": "补发抚恤金", "text": "今年抚恤金停发了三个月，请补发。", "unit": STATION, "category": "0401"},
    {"title": "补办优待证", "text": "优待证丢了，请帮忙补办一张新的。", "unit": SECOND, "category": "0501"},
]


@pytest.fixture(autouse=True)
async def whole_laws(kernel, clock):
    """Whatever a test did, every law holds afterwards."""
    yield
    broken = [finding for finding in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if finding.count]
    assert broken == []


@pytest.fixture
def handled(client, act, sign_in):
    """Walk a part to its survey."""

    async def walk(number: str, unit: str, result: str = "已办好") -> None:
        for by, step, body in (
            (f"officer-{unit}", "sign", {}),
            (f"officer-{unit}", "contact", {"outcome": "reached", "note": "已联系"}),
            (f"officer-{unit}", "submit", {"result": result}),
            (f"unit_head-{unit}", "approve", {}),
        ):
            reply = await act(by, number, step, **body)
            assert reply.status_code == 200, reply.text

    return walk


@pytest.fixture
def answer(client):
    async def send(made, no: int, **answers) -> None:
        part = (await progress(client, made))["parts"][no - 1]
        reply = await client.post(f"/api/v1/surveys/{part['survey'].removeprefix('/s/')}", json=answers)
        assert reply.status_code == 200, reply.text

    return send


async def progress(client, made) -> dict:
    return (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()


async def split(act, made, parts=PARTS, by=DESK):
    return await act(by, made, "split", parts=parts)


async def numbers(act, made) -> list[str]:
    reply = await split(act, made)
    assert (reply.status_code, reply.json()["status"]) == (200, "split"), reply.text
    return [each["number"] for each in reply.json()["family"] if each["no"]]


async def test_one_receipt_shows_every_part_with_its_unit_and_the_first_date(
    client, act, make, jobs, gateway, clock, uow
):
    made = await make.filed()
    before = (await uow.session.scalars(select(Deadline.due_at).where(Deadline.target == "resolve"))).one()
    clock.advance(timedelta(days=1))
    first, _ = await numbers(act, made)
    seen = await progress(client, made)
    assert seen["status"] == "split"
    assert [(part["no"], part["title"], part["unit"]["code"]) for part in seen["parts"]] == [
        (1, "补发抚恤金", STATION),
        (2, "补办优待证", SECOND),
    ]
    finals = select(Deadline.due_at).where(
        Deadline.target == "resolve", Deadline.clock == "petitioner", Deadline.state == "running"
    )
    assert set(await uow.session.scalars(finals)) == {before}
    assert first not in str(seen)
    await jobs.run_due()
    told = [sms.text for sms in gateway.to(PHONE)]
    assert len(told) == 2
    assert "分成2件" in told[1]
    assert made.number in told[1]


async def test_the_whole_is_over_with_its_last_part_and_open_again_with_one(
    client, act, make, handled, answer, jobs, gateway
):
    made = await make.filed()
    first, second = await numbers(act, made)
    await handled(first, STATION, "三个月已补发")
    await jobs.run_due()
    assert f"{made.number}第1部分" in gateway.to(PHONE)[-1].text
    await answer(made, 1, **YES)
    assert (await progress(client, made))["status"] == "split"
    await handled(second, SECOND)
    await answer(made, 2, **YES)
    seen = await progress(client, made)
    assert (seen["status"], seen["parts"][0]["result"]) == ("closed", "三个月已补发")

    url, code = f"/api/v1/tickets/{made.number}/reopen", {"code": made.code}
    vague = await client.post(url, params=code, json={"reason": "新证又丢了"})
    assert (vague.status_code, vague.json()["title"]) == (422, "ChoosePart")
    again = await client.post(url, params=code, json={"reason": "新证印错了名字", "part": 2})
    assert (again.status_code, again.json()["status"]) == (200, "split"), again.text
    assert [part["status"] for part in again.json()["parts"]] == ["closed", "in_progress"]
    await act(f"officer-{SECOND}", second, "submit", result="已重印")
    await act(f"unit_head-{SECOND}", second, "approve")
    await answer(made, 2, **YES)
    assert (await progress(client, made))["status"] == "closed"


@pytest.mark.parametrize(("second_says", "resolution"), [(YES, 1.0), (NO, 0.0)])
async def test_it_counts_once_where_the_first_part_is_and_is_solved_when_all_parts_are(
    client, act, make, handled, answer, sign_in, second_says, resolution
):
    made = await make.filed()
    first, second = await numbers(act, made)
    await handled(first, STATION)
    await handled(second, SECOND)
    await answer(made, 1, **YES)
    await answer(made, 2, **second_says)
    leader = await sign_in(f"supervisor-{CITY}")
    month = {"month": "2026-11"}
    rates = (await client.get("/api/v1/board/rates", params=month | {"unit": COUNTY}, headers=leader)).json()["units"]
    of = {row["unit"]["code"]: row["subtree"] for row in rates}
    assert (of[COUNTY]["base"], of[STATION]["base"], of[SECOND]["base"]) == (1, 1, 0)
    assert of[STATION]["resolution"] == resolution
    listed = (await client.get("/api/v1/board/rates/tickets", params=month, headers=leader)).json()
    assert [row["number"] for row in listed] == [first]
    trend = (await client.get("/api/v1/board/trend", headers=leader)).json()
    assert sum(day["arrived"] for day in trend["days"]) == 1


async def test_what_the_petitioner_adds_reaches_every_part_and_withdrawing_ends_them_all(client, act, make, sign_in):
    made = await make.filed()
    first, second = await numbers(act, made)
    await make.supplement(made, "优待证号在旧照片上")
    for number, unit in ((first, STATION), (second, SECOND)):
        seen = (await client.get(f"/api/v1/desk/tickets/{number}", headers=await sign_in(f"officer-{unit}"))).json()
        assert "优待证号在旧照片上" in [line["detail"] for line in seen["history"]]
        assert next(each["number"] for each in seen["family"]) == made.number
    whole = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(f"officer-{SECOND}"))
    assert (whole.status_code, whole.json()["allowed"]) == (200, [])
    await make.withdraw(made)
    seen = await progress(client, made)
    assert (seen["status"], {part["status"] for part in seen["parts"]}) == ("withdrawn", {"withdrawn"})


async def test_parts_stand_under_the_whole_on_the_petitioner_s_own_list(client, act, make, kernel):
    from jiesu.intake.own import own_tickets

    made = await make.filed()
    await numbers(act, made)
    async with kernel.db.begin() as uow:
        found = await own_tickets(uow, kernel.keys.search_hashes(PHONE))
        assert [ticket.number for ticket in found] == [made.number]


async def test_what_cannot_be_split_says_why(act, make):
    made = await make.filed()

    async def refused(parts, ticket=made, by=DESK) -> tuple[str, str]:
        reply = await split(act, ticket, parts, by)
        return reply.json()["title"], reply.json()["detail"]

    assert (await refused(PARTS[:1]))[0] == "PartsCounted"
    assert (await refused(PARTS * 4))[0] == "PartsCounted"
    title, words = await refused([PARTS[0], PARTS[1] | {"unit": "VS-150103"}])
    assert (title, words.startswith("第2部分：")) == ("PartWrong", True)
    assert (await refused([PARTS[0], PARTS[1] | {"text": ""}]))[0] == "PartWrong"
    assert (await refused([PARTS[0], PARTS[1] | {"category": "9999"}]))[0] == "PartWrong"
    assert (await make.load(made)).status == "registered"
    follower = await make.filed(petitioner={"name": "李秀英", "phone": "13900139000"})
    await act(DESK, follower, "merge", into=made.number)
    assert (await refused(PARTS))[0] == "NeverSplit"
    accusing = await make.filed(accused_unit=STATION)
    assert (await refused(PARTS, accusing, f"dispatcher-{CITY}"))[0] == "PartWrong"


async def test_the_pause_of_the_whole_counts_for_its_parts(act, make, clock, uow):
    made = await make.filed()
    await make.step(made, "request_info", DESK)
    clock.advance(timedelta(days=2))
    await make.supplement(made)
    due = select(Deadline.due_at).where(
        Deadline.target == "resolve", Deadline.clock == "petitioner", Deadline.state == "running"
    )
    before = (await uow.session.scalars(due)).one()
    await numbers(act, made)
    assert set(await uow.session.scalars(due.execution_options(populate_existing=True))) == {before}


async def test_a_contact_made_before_a_split_is_still_made_after_its_undoing(act, make):
    main, made = await make.ticket("in_progress"), await make.filed()
    assert (await act(DESK, made, "merge", into=main.number)).status_code == 200
    assert (await act(f"officer-{STATION}", made, "contact", outcome="reached", note="已通话")).status_code == 200
    assert (await act(DESK, made, "unmerge")).json()["status"] == "registered"
    before = (await make.load(made)).first_contact_at
    assert before is not None
    await numbers(act, made)
    assert (await act(DESK, made, "unsplit")).status_code == 200
    assert (await make.load(made)).first_contact_at == before


async def test_a_split_by_mistake_is_one_ticket_again_with_the_date_it_had(
    client, act, make, jobs, gateway, clock, uow, sign_in
):
    made = await make.filed()
    running = select(Deadline.due_at).where(
        Deadline.ticket_id == made.id, Deadline.clock == "petitioner", Deadline.state == "running"
    )
    before = set(await uow.session.scalars(running))
    clock.advance(timedelta(hours=2))
    first, second = await numbers(act, made)
    await act(f"officer-{STATION}", first, "sign")
    clock.advance(timedelta(days=1))
    reply = await act(DESK, made, "unsplit", reason="其实是一件事")
    assert (reply.status_code, reply.json()["status"], reply.json()["family"]) == (200, "registered", []), reply.text
    assert set(await uow.session.scalars(running)) == before
    for number, unit in ((first, STATION), (second, SECOND)):
        seen = (await client.get(f"/api/v1/desk/tickets/{number}", headers=await sign_in(f"officer-{unit}"))).json()
        assert (seen["status"], seen["allowed"]) == ("rejoined", []), number
    hidden = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(f"officer-{SECOND}"))
    assert hidden.status_code == 404
    await jobs.run_due()
    assert "合成一件一起办" in gateway.to(PHONE)[-1].text
    seen = await progress(client, made)
    assert (seen["status"], seen["parts"]) == ("registered", [])
    assert [line["kind"] for line in seen["timeline"]][-2:] == ["TicketSplit", "TicketUnsplit"]
    late = await act(DESK, made, "unsplit")
    assert (late.status_code, late.json()["title"]) == (409, "IllegalStep")


async def test_it_can_be_split_again_and_counts_once(client, act, make, handled, answer, sign_in):
    made = await make.filed()
    await numbers(act, made)
    await act(DESK, made, "unsplit")
    first, second = await numbers(act, made)
    for no, (number, unit) in enumerate(((first, STATION), (second, SECOND)), 1):
        await handled(number, unit)
        await answer(made, no, **YES)
    assert (await progress(client, made))["status"] == "closed"
    leader = await sign_in(f"supervisor-{CITY}")
    rates = (await client.get("/api/v1/board/rates", params={"month": "2026-11"}, headers=leader)).json()
    top = rates["units"][0]["subtree"]
    assert (top["base"], top["resolution"]) == (1, 1.0)


async def test_parts_stay_apart_once_one_has_a_result_or_answers_for_others(client, act, make, sign_in):
    made = await make.filed()
    first, second = await numbers(act, made)
    follower = await make.filed(petitioner={"name": "李秀英", "phone": "13900139000"})
    assert (await act(DESK, follower, "merge", into=second)).status_code == 200
    refused = await act(DESK, made, "unsplit")
    assert (refused.status_code, refused.json()["title"]) == (409, "PartHasFollowers")
    await act(DESK, follower, "unmerge")
    officer = f"officer-{STATION}"
    for step, body in (
        ("sign", {}),
        ("contact", {"outcome": "reached", "note": "已联系"}),
        ("submit", {"result": "已补发"}),
    ):
        assert (await act(officer, first, step, **body)).status_code == 200
    await act(f"unit_head-{STATION}", first, "send_back", reason="写明金额")
    refused = await act(DESK, made, "unsplit")
    assert (refused.status_code, refused.json()["title"]) == (409, "PartHasResult")
    seen = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(DESK))
    assert "unsplit" not in seen.json()["allowed"]
    assert (await act(officer, made, "unsplit")).status_code == 403


async def test_who_was_called_about_a_part_was_called_about_the_whole(client, act, make, clock, uow):
    made = await make.filed()
    first, _ = await numbers(act, made)
    clock.advance(timedelta(minutes=10))
    await act(f"officer-{STATION}", first, "sign")
    await act(f"officer-{STATION}", first, "contact", outcome="reached", note="已联系")
    clock.advance(timedelta(days=3))
    await act(DESK, made, "unsplit")
    mine = (Deadline.ticket_id == made.id, Deadline.clock == "petitioner", Deadline.target == "first_contact")
    assert list(await uow.session.scalars(select(Deadline.state).where(*mine))) == ["met"]
    reply = await act(DESK, made, "dispatch", unit=STATION)
    assert (reply.status_code, reply.json()["status"]) == (200, "dispatched"), reply.text
