"""更改评价: while the link is good an answer may be changed; why people are not content is chosen from a list and counted."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from jiesu.audit.trail import history
from jiesu.notifications.models import Message
from jiesu.statistics.query import counted_tickets, month_span
from jiesu.surveys.models import Survey
from jiesu.surveys.send import survey_token
from jiesu.tickets.models import Ticket
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.make import YES
from workers.invariants import check_all

NOVEMBER = month_span("2026-11")
BAD = {"solved": "no", "satisfied": "no", "reason": "钱没有到账", "reasons": ["slow", "not_kept"]}


@pytest.fixture(autouse=True)
async def whole(kernel, clock):
    yield
    broken = [found for found in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if found.count]
    assert broken == []


@pytest.fixture
def say(client, kernel):
    async def answer(made, round_=1, **answers):
        return await client.post(f"/api/v1/surveys/{survey_token(kernel.keys, made.id, round_)}", json=answers)

    return answer


@pytest.fixture
def survey(uow):
    async def read(made) -> Survey:
        query = select(Survey).where(Survey.ticket_id == made.id).execution_options(populate_existing=True)
        return (await uow.session.scalars(query.order_by(Survey.round.desc()))).first()

    return read


async def test_a_worse_answer_sends_the_closed_ticket_to_rework_and_counts_where_the_first_did(
    say, make, clock, survey, uow, client, sign_in
):
    made = await make.ticket("awaiting_survey")
    await say(made, **YES)
    first = (await survey(made)).answered_at
    clock.advance(timedelta(days=2))
    changed = await say(made, **BAD, correct=True)
    assert (changed.status_code, changed.json()["status"]) == (200, "rework"), changed.text
    found = await survey(made)
    assert (found.solved, found.reasons, found.answered_at) == ("no", ["slow", "not_kept"], first)
    ticket = await make.load(made)
    assert (ticket.reworks, ticket.dissatisfactions, ticket.ended_at) == (1, 1, None)
    [row] = await counted_tickets(uow, NOVEMBER)
    assert (row.answered_at, row.fact.solved) == (first, "no")
    [event] = [entry for entry in await history(uow.session, made.id) if entry.kind == "SurveyCorrected"]
    assert (event.data["old_solved"], event.data["solved"]) == ("yes", "no")
    view = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(f"supervisor-{CITY}"))).json()
    assert [reason["name"] for reason in view["surveys"][0]["reasons"]] == ["办得太慢", "答应的事没有做到"]
    assert view["surveys"][0]["corrected_at"]


async def test_a_better_answer_leaves_rework_that_was_ordered_but_counts(say, make, survey, uow):
    made = await make.ticket("awaiting_survey")
    await say(made, **BAD)
    changed = await say(made, **YES, correct=True)
    assert (changed.status_code, changed.json()["status"]) == (200, "rework"), changed.text
    [row] = await counted_tickets(uow, NOVEMBER)
    assert (row.fact.solved, row.reasons) == ("yes", ())
    assert (await make.load(made)).dissatisfactions == 0
    assert (await survey(made)).reason == "钱没有到账"  # words stay until others take their place
    again = await say(made, solved="no", correct=True)
    assert again.json()["status"] == "rework"
    ticket = await make.load(made)
    assert (ticket.reworks, ticket.dissatisfactions) == (1, 1)


async def test_nothing_changes_after_the_link_expired_or_once_a_later_result_is_asked_about(say, make, clock):
    made, other = await make.ticket("awaiting_survey"), await make.ticket("awaiting_survey")
    await say(made, **YES)
    assert (await say(made, solved="no")).json()["title"] == "SurveyUsed"
    await say(other, **BAD)
    await make.dispatch(other, STATION, by=f"dispatcher-{COUNTY}")
    await make.step(other, "submit", f"officer-{STATION}")
    await make.step(other, "approve", f"unit_head-{STATION}")
    assert (await say(other, **YES, correct=True)).json()["title"] == "SurveyOver"
    assert (await say(other, 2, **YES)).json()["status"] == "closed"
    clock.advance(timedelta(days=7))
    assert (await say(made, **BAD, correct=True)).json()["title"] == "SurveyOver"


CALLER, CLERK = f"callback-{COUNTY}", f"intake-{COUNTY}"
WHY = "本人来电：上个月又没到账"


async def test_who_calls_or_comes_to_the_counter_has_their_answer_changed_there(
    act, say, make, clock, survey, uow, client, sign_in, kernel
):
    made = await make.ticket("awaiting_survey")
    await say(made, **YES)
    clock.advance(timedelta(days=2))
    view = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(CALLER))).json()
    assert "correct_answer" in view["allowed"]
    untold = await act(CALLER, made, "correct_answer", way="phone", **BAD)
    assert (untold.status_code, untold.json()["field"]) == (422, "why")
    changed = await act(CALLER, made, "correct_answer", way="phone", why=WHY, **BAD)
    assert (changed.status_code, changed.json()["status"], changed.json()["reworks"]) == (200, "rework", 1), (
        changed.text
    )
    found = await survey(made)
    assert (found.solved, found.channel, found.reasons) == ("no", "phone", ["slow", "not_kept"])
    [line] = [line for line in changed.json()["history"] if line["kind"] == "SurveyCorrected"]
    assert line["what"] == "按诉求人来电要求，更改评价：未解决、不满意（原来：已解决、满意）"
    assert (line["detail"], line["who"].endswith("回访员")) == (WHY, True)
    async with kernel.db.begin() as own:
        told = (await own.session.scalars(select(Message).where(Message.key.startswith("answer_changed:")))).all()
    assert [(each.ticket_id, "评价已经改了" in each.text, "/s/" in each.text) for each in told] == [
        (made.id, True, True)
    ]
    better = await act(CLERK, made, "correct_answer", way="counter", why="到站里说已经到账", **YES)
    assert (better.status_code, better.json()["status"]) == (200, "rework"), better.text  # what was ordered goes on
    assert ((await make.load(made)).dissatisfactions, (await survey(made)).channel) == (0, "counter")
    [row] = await counted_tickets(uow, NOVEMBER)
    assert row.fact.solved == "yes"
    seen = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
    assert "按您的要求更改了评价" in [line["what"] for line in seen["timeline"]]


async def test_who_may_not_change_an_answer_for_somebody(act, say, make, clock, client, sign_in):
    made, own = await make.ticket("awaiting_survey"), await make.ticket("awaiting_survey", unit=COUNTY)
    asked = {"way": "counter", "why": WHY, **BAD}
    early = await act(CLERK, made, "correct_answer", **asked)
    assert early.json()["title"] == "IllegalStep"
    await say(made, **YES)
    await say(own, **YES)
    by_telephone = await act(CLERK, made, "correct_answer", **asked | {"way": "phone"})
    assert (by_telephone.status_code, by_telephone.json()["title"]) == (403, "NotYours")
    assert (await act(f"officer-{STATION}", made, "correct_answer", **asked)).status_code == 403
    refused = await act(CALLER, own, "correct_answer", **asked)
    assert (refused.status_code, refused.json()["title"]) == (403, "OwnAnswer")
    view = (await client.get(f"/api/v1/desk/tickets/{own.number}", headers=await sign_in(CALLER))).json()
    assert "correct_answer" not in view["allowed"]
    clock.advance(timedelta(days=7))
    assert (await act(CLERK, made, "correct_answer", **asked)).json()["title"] == "SurveyOver"
    view = (await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(CLERK))).json()
    assert "correct_answer" not in view["allowed"]


async def test_that_somebody_pressed_them_cannot_be_taken_back(say, make, survey):
    made = await make.ticket("awaiting_survey")
    await say(made, **BAD, pressed=True)
    await say(made, **YES, pressed=False, correct=True)
    assert (await survey(made)).pressed is True


async def test_a_part_that_goes_to_rework_takes_up_the_whole(say, make, uow):
    whole = await make.split()
    _, parts = await _parts(make, uow, whole)
    for part in parts:
        for step, by in (("sign", "officer"), ("contact", "officer"), ("submit", "officer"), ("approve", "unit_head")):
            await make.step(part, step, f"{by}-{part.unit}")
        await say(part, **YES)
    assert (await make.load(whole)).status == "closed"
    await say(parts[0], **BAD, correct=True)
    assert ((await make.load(whole)).status, (await make.load(parts[0])).status) == ("split", "rework")


async def _parts(make, uow, whole):
    rows = await uow.session.scalars(select(Ticket).where(Ticket.part_of == whole.id).order_by(Ticket.part_no))
    return whole, [SimpleNamespace(id=row.id, number=row.number, code="", unit=row.lead_unit) for row in rows]


async def test_a_petition_stays_closed(say, make):
    made = await make.ticket("closed", track="PETITION", service_class="X")
    assert (await say(made, **BAD, correct=True)).json()["status"] == "closed"


async def test_a_reason_is_one_of_the_list_and_is_kept_where_somebody_is_not_content(say, make, survey):
    made = await make.ticket("awaiting_survey")
    refused = await say(made, **BAD | {"reasons": ["weather"]})
    assert (refused.status_code, refused.json()["field"]) == (422, "reasons")
    assert (await say(made, **YES, reasons=["slow"])).status_code == 200
    assert (await survey(made)).reasons == []


async def test_the_supervisor_sees_why_and_each_number_opens_its_tickets(say, make, client, sign_in, act):
    made, other, third = [await make.ticket("awaiting_survey") for _ in range(3)]
    await say(made, **BAD)
    await say(other, solved="partly", satisfied="mostly", reasons=["slow"])
    await act(f"callback-{COUNTY}", third, "call_back", outcome="answered", solved="no", reasons=["attitude"])
    headers = await sign_in(f"supervisor-{CITY}")
    rates = (await client.get("/api/v1/board/rates?month=2026-11", headers=headers)).json()
    given = {row["reason"]["code"]: row["count"] for row in rates["reasons"]}
    assert given == {"slow": 2, "not_kept": 1, "attitude": 1}
    slow = await client.get("/api/v1/board/rates/tickets?month=2026-11&reason=slow", headers=headers)
    assert {row["number"] for row in slow.json()} == {made.number, other.number}
    page = await client.get("/board/?month=2026-11", headers=headers)
    assert "办得太慢" in page.text
    listed = await client.get("/board/tickets?month=2026-11&reason=attitude", headers=headers)
    assert third.number in listed.text
    assert made.number not in listed.text
