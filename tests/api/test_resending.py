"""再发评价链接, 窗口评价, 没有送达: how a survey reaches people, and what is done when it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from jiesu.notifications.models import Message
from jiesu.surveys.models import Survey
from tests.builders.forms import CITY, COUNTY, PHONE, STATION
from workers.invariants import check_all
from workers.messages import message_lost

CALLER, CLERK = f"callback-{COUNTY}", f"intake-{COUNTY}"


@pytest.fixture(autouse=True)
async def whole(kernel, clock):
    yield
    broken = [found for found in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if found.count]
    assert broken == []


@pytest.fixture
def seen(client, sign_in):
    async def look(made, username=CALLER):
        reply = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(username))
        return reply.json()

    return look


async def test_the_same_link_is_sent_again_twice_at_most(act, make, jobs, gateway, seen):
    made = await make.ticket("awaiting_survey")
    assert (await seen(made))["surveys"][0]["delivery"] == "waiting"
    await jobs.run_due()
    first = gateway.survey_token(PHONE)
    for _ in range(2):
        assert (await act(CLERK, made, "resend_survey")).status_code == 200
    await jobs.run_due()
    assert gateway.survey_token(PHONE) == first
    assert len([text for text in gateway.to(PHONE) if first in text.link]) == 3
    often = await act(CALLER, made, "resend_survey")
    assert (often.status_code, often.json()["title"]) == (409, "SentOften")
    view = await seen(made)
    assert "resend_survey" not in view["allowed"]
    assert view["surveys"][0]["delivery"] == "sent"


async def test_who_has_no_telephone_is_not_sent_it_and_the_desk_says_so(act, make, seen, client, sign_in):
    made = await make.ticket("awaiting_survey", petitioner={"name": "张建国"})
    assert (await act(CALLER, made, "resend_survey")).json()["title"] == "NoTelephone"
    view = await seen(made)
    assert (view["surveys"][0]["delivery"], "resend_survey" in view["allowed"]) == ("no_phone", False)
    page = await client.get(f"/desk/t/{made.number}", headers=await sign_in(CALLER))
    assert "没有留手机号" in page.text


async def test_an_anonymous_one_says_why_nothing_was_sent(make, seen):
    made = await make.ticket("in_progress", anonymous=True)
    await make.step(made, "submit", f"officer-{STATION}")
    await make.step(made, "approve", f"unit_head-{STATION}")
    assert (await seen(made))["surveys"][0]["delivery"] == "anonymous"


async def test_a_message_that_was_given_up_puts_the_petitioner_on_the_list_of_calls(make, seen, uow, client, sign_in):
    made = await make.ticket("awaiting_survey")
    query = select(Message).where(Message.ticket_id == made.id, Message.key.startswith("survey:"))
    message = (await uow.session.scalars(query)).one()
    await message_lost(uow, {"id": message.id})
    await uow.session.flush()
    listed = await client.get("/api/v1/desk/tickets?view=to_call", headers=await sign_in(CALLER))
    assert [row["number"] for row in listed.json()["tickets"]] == [made.number]
    assert (await seen(made))["surveys"][0]["delivery"] == "failed"


async def test_at_the_counter_a_clerk_of_another_unit_writes_the_answer_down(act, make, uow):
    made = await make.ticket("awaiting_survey")
    said = {"outcome": "answered", "solved": "yes", "satisfied": "yes"}
    own = await act(f"intake-{STATION}", made, "call_back", **said, way="counter")
    assert (own.status_code, own.json()["title"]) == (403, "OwnResult")
    assert (await act(CLERK, made, "call_back", **said)).status_code == 403  # only callback officers call
    assert (await act(CLERK, made, "call_back", outcome="no_answer", way="counter")).status_code == 403
    done = await act(CLERK, made, "call_back", **said, way="counter")
    assert (done.status_code, done.json()["status"]) == (200, "closed"), done.text
    survey = (await uow.session.scalars(select(Survey).where(Survey.ticket_id == made.id))).one()
    assert (survey.channel, survey.calls) == ("counter", 0)
    assert (await act(f"callback-{CITY}", made, "resend_survey")).status_code == 409
