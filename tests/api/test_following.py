"""Number and code open one ticket; a wrong code tells nothing; the petitioner adds and withdraws."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from jiesu.notifications.models import Notice
from tests.builders.forms import PHONE, STATION

OTHER_NUMBER = "HH20260101-00001-2"


def url(number: str, step: str = "") -> str:
    return f"/api/v1/tickets/{number}{step}"


async def test_number_and_code_show_progress_with_explained_deadlines(client, make):
    made = await make.ticket("in_progress")
    reply = await client.get(url(made.number), params={"code": made.code.lower()})
    view = reply.json()
    assert reply.status_code == 200
    assert reply.headers["etag"] == f'"{view["version"]}"'
    assert (view["status"], view["unit"]["code"]) == ("in_progress", STATION)
    assert all(deadline["explanation"] for deadline in view["deadlines"])
    assert [line["kind"] for line in view["timeline"]] == ["TicketRegistered", "TicketDispatched", "TicketSigned"]


async def test_the_petitioner_reads_no_colleagues_name_remark_or_unapproved_result(client, make):
    made = await make.ticket("under_review")
    await make.step(made, "note", f"officer-{STATION}", text="此人多次来访")
    view = (await client.get(url(made.number), params={"code": made.code})).json()
    assert view["result"] is None
    assert {line["who"] for line in view["timeline"]} == {""}
    assert "此人多次来访" not in str(view)


async def test_a_wrong_code_and_an_unknown_number_look_the_same(client, make):
    made = await make.ticket()
    answers = [
        (await client.get(url(number), params={"code": code}))
        for number, code in ((made.number, "WRONGCOD"), (OTHER_NUMBER, made.code), ("nonsense", made.code))
    ]
    problems = [answer.json() for answer in answers]
    for problem in problems:
        problem.pop("field")
    assert {answer.status_code for answer in answers} == {404}
    assert problems[0] == problems[1] == problems[2]


async def test_a_wrong_code_and_an_unknown_number_name_the_same_field(client, make):
    made = await make.ticket()
    wrong = await client.get(url(made.number), params={"code": "WRONGCOD"})
    unknown = await client.get(url(OTHER_NUMBER), params={"code": made.code})
    assert wrong.json() == unknown.json()


async def test_a_code_in_chinese_is_a_wrong_code_and_no_fault(client, make):
    made = await make.ticket()
    assert (await client.get(url(made.number), params={"code": "查询码"})).status_code == 404


async def test_without_a_code_the_request_is_incomplete(client, make):
    made = await make.ticket()
    reply = await client.get(url(made.number))
    assert (reply.status_code, reply.json()["field"]) == (400, "code")


@pytest.mark.parametrize("step", ["/supplement", "/withdraw"])
async def test_a_wrong_code_changes_nothing(client, make, step):
    made = await make.ticket()
    reply = await client.post(
        url(made.number, step), params={"code": "WRONGCOD"}, json={"text": "x"} if "s" in step[:2] else {}
    )
    assert reply.status_code == 404
    assert (await make.load(made)).status == "dispatched"


@pytest.mark.parametrize(
    "state", ["registered", "dispatched", "in_progress", "under_review", "awaiting_survey", "rework"]
)
async def test_the_petitioner_may_add_at_any_time_while_it_is_open(client, make, state):
    made = await make.ticket(state)
    reply = await client.post(url(made.number, "/supplement"), params={"code": made.code}, json={"text": "还有一件事"})
    assert (reply.status_code, reply.json()["status"]) == (200, state)


async def test_an_answer_to_a_question_sends_the_ticket_on(client, make):
    made = await make.ticket("need_info")
    reply = await client.post(url(made.number, "/supplement"), params={"code": made.code}, json={"text": "照片在此"})
    assert reply.json()["status"] == "registered"


@pytest.mark.parametrize("state", ["closed", "withdrawn", "answered", "diverted"])
async def test_an_ended_ticket_takes_nothing_more(client, make, state):
    made = await make.ticket(state)
    for step, body in (("/supplement", {"text": "还有"}), ("/withdraw", {})):
        reply = await client.post(url(made.number, step), params={"code": made.code}, json=body)
        assert (reply.status_code, reply.json()["title"]) == (409, "IllegalStep")


@pytest.mark.parametrize("text", ["", "  ", "长" * 5001])
async def test_an_empty_or_endless_supplement_is_refused(client, make, text):
    made = await make.ticket()
    reply = await client.post(url(made.number, "/supplement"), params={"code": made.code}, json={"text": text})
    assert (reply.status_code, reply.json()["field"]) == (422, "text")


async def test_a_control_character_in_a_supplement_is_refused_in_words(client, make):
    made = await make.ticket()
    reply = await client.post(url(made.number, "/supplement"), params={"code": made.code}, json={"text": "补\x00充"})
    assert (reply.status_code, reply.json()["field"]) == (422, "text")


@pytest.mark.parametrize("body", [{}, None, {"reason": "自己解决了"}])
async def test_a_withdrawal_needs_no_reason_and_stops_every_clock(client, make, jobs, body):
    made = await make.ticket("in_progress")
    reply = await client.post(url(made.number, "/withdraw"), params={"code": made.code}, json=body)
    view = reply.json()
    assert (reply.status_code, view["status"]) == (200, "withdrawn")
    assert view["deadlines"] == [] or {row["state"] for row in view["deadlines"]} == {"met"}
    assert await jobs.pending(made.id, "sla.rung") == []


async def test_a_question_that_nobody_answers_is_asked_once_more_and_the_desk_told_until_there_is_an_answer(
    client, make, clock, jobs, gateway, kernel
):
    made = await make.ticket("need_info")
    told = select(Notice.unit).where(Notice.ticket_id == made.id, Notice.kind == "info_waiting")

    async def waited(days: int) -> tuple[int, int]:
        """Reminders to the petitioner, and notices at the desk."""
        clock.advance(timedelta(days=days))
        await jobs.run_due()
        async with kernel.db.begin() as uow:
            desks = (await uow.session.scalars(told)).all()
        assert set(desks) <= {(await make.load(made)).post}
        return sum("还等着您补充" in sms.text for sms in gateway.to(PHONE)), len(desks)

    assert [await waited(days) for days in (2, 2, 4)] == [(0, 0), (1, 1), (1, 2)]
    assert (await client.get(url(made.number), params={"code": made.code})).json()["status"] == "need_info"
    await client.post(url(made.number, "/supplement"), params={"code": made.code}, json={"text": "照片在此"})
    assert await waited(20) == (1, 2)
