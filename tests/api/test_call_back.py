"""回访: who does not answer the link is called by somebody outside the unit; what is said acts, what is not said counts nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from jiesu.surveys.models import Survey, SurveyCall
from jiesu.surveys.policy import next_call
from jiesu.surveys.words import SurveyState
from tests.builders.forms import CITY, COUNTY
from workers.invariants import check_all

CALLER = f"callback-{COUNTY}"
WELL = {"outcome": "answered", "contacted": True, "solved": "yes", "satisfied": "mostly"}


@pytest.fixture(autouse=True)
async def whole(kernel, clock):
    yield
    broken = [found for found in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if found.count]
    assert broken == []


@pytest.fixture
def due(client, sign_in):
    """Numbers of whom the person is to call now."""

    async def read(username=CALLER) -> list[str]:
        reply = await client.get("/api/v1/desk/tickets?view=to_call", headers=await sign_in(username))
        return [row["number"] for row in reply.json()["tickets"]]

    return read


@pytest.fixture
def survey(uow):
    async def read(made) -> Survey:
        query = select(Survey).where(Survey.ticket_id == made.id).execution_options(populate_existing=True)
        return (await uow.session.scalars(query.order_by(Survey.round.desc()))).first()

    return read


async def test_who_stays_silent_for_two_days_is_called_and_the_answer_closes_the_ticket(
    act, make, clock, due, survey, uow, client, sign_in
):
    made = await make.ticket("awaiting_survey")
    assert await due() == []
    clock.advance(timedelta(hours=48))
    assert await due() == [made.number]
    reply = await act(CALLER, made, "call_back", **WELL, note="声音洪亮")
    assert (reply.status_code, reply.json()["status"]) == (200, "closed"), reply.text
    found = await survey(made)
    assert (found.channel, found.solved, found.satisfied, found.calls) == ("phone", "yes", "mostly", 1)
    assert await due() == []
    [call] = (await uow.session.scalars(select(SurveyCall).where(SurveyCall.ticket_id == made.id))).all()
    assert (call.outcome, call.note) == ("answered", "声音洪亮")
    rates = await client.get("/api/v1/board/rates?month=2026-11", headers=await sign_in(f"supervisor-{CITY}"))
    assert rates.json()["coverage"] == {"answered": 1, "unreachable": 0, "refused": 0, "silent": 0, "not_sent": 0}


async def test_an_unsolved_matter_goes_to_rework_and_pressure_is_the_auditors_alone(act, make, survey):
    made = await make.ticket("awaiting_survey")
    said = {"outcome": "answered", "solved": "no", "reason": "钱还没到账", "pressed": "yes"}
    reply = await act(CALLER, made, "call_back", **said)
    assert (reply.json()["status"], reply.json()["reworks"]) == ("rework", 1), reply.text
    assert (await survey(made)).pressed is True
    assert "pressed" not in reply.text


async def test_nobody_of_the_unit_that_handled_it_calls_back(act, make, due, clock, client, sign_in):
    made = await make.ticket("awaiting_survey", unit=COUNTY)
    clock.advance(timedelta(hours=49))
    assert (await due(), await due(f"callback-{CITY}")) == ([], [made.number])
    refused = await act(CALLER, made, "call_back", **WELL)
    assert (refused.status_code, refused.json()["title"]) == (403, "OwnResult")
    view = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(CALLER))
    assert "call_back" not in view.json()["allowed"]
    for username in (f"officer-{COUNTY}", f"supervisor-{CITY}", f"unit_head-{CITY}"):
        assert (await act(username, made, "call_back", **WELL)).status_code == 403, username
    assert (await act(f"callback-{CITY}", made, "call_back", **WELL)).status_code == 200


async def test_three_calls_over_two_days_and_then_nobody_calls_again(
    act, make, due, survey, clock, jobs, client, sign_in
):
    made = await make.ticket("awaiting_survey")
    clock.advance(timedelta(hours=48))
    for gap in (16, 16, 0):
        assert await due() == [made.number]
        assert (await act(CALLER, made, "call_back", outcome="no_answer")).json()["status"] == "awaiting_survey"
        clock.advance(timedelta(hours=gap))
    found = await survey(made)
    assert (found.calls, found.next_call_at, found.why_not, found.state) == (3, None, "unreachable", SurveyState.OPEN)
    assert await due() == []
    clock.advance(timedelta(days=7))
    await jobs.run_due()
    assert (await make.load(made)).status == "closed"
    rates = await client.get("/api/v1/board/rates?month=2026-11", headers=await sign_in(f"supervisor-{CITY}"))
    assert (rates.json()["coverage"]["unreachable"], rates.json()["units"][0]["subtree"]["base"]) == (1, 0)


async def test_who_would_not_answer_is_asked_no_more_and_counts_nowhere(act, make, survey):
    made = await make.ticket("awaiting_survey")
    reply = await act(CALLER, made, "call_back", outcome="refused")
    assert reply.json()["status"] == "closed"
    found = await survey(made)
    assert (found.state, found.why_not, found.solved) == (SurveyState.EXPIRED, "refused", None)


async def test_a_named_moment_is_kept_and_one_that_is_missing_is_asked_for(act, make, survey, due, clock):
    made = await make.ticket("awaiting_survey")
    refused = await act(CALLER, made, "call_back", outcome="later")
    assert (refused.status_code, refused.json()["field"]) == (409, "next_at")
    assert (await survey(made)).calls == 0
    await act(CALLER, made, "call_back", outcome="later", next_at="2026-11-04T15:00")
    clock.advance(timedelta(hours=50))
    assert await due() == []
    clock.advance(timedelta(hours=5))
    assert await due() == [made.number]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [({"outcome": "answered"}, 422, "solved"), ({"outcome": "no_answer", "next_at": "morgen"}, 422, "next_at")],
)
async def test_what_cannot_be_names_the_field(act, make, body, status, field, survey):
    made = await make.ticket("awaiting_survey")
    refused = await act(CALLER, made, "call_back", **body)
    assert (refused.status_code, refused.json()["field"]) == (status, field), refused.text
    assert (await survey(made)).calls == 0


class Policy:
    attempts, over_days = 3, 2


def test_three_calls_in_one_day_are_not_enough(clock):
    now = clock.now()
    assert next_call(Policy(), 3, 1, now, None) == now + timedelta(hours=16)
    assert next_call(Policy(), 3, 2, now, None) is None
    assert next_call(Policy(), 1, 1, now, now + timedelta(hours=1)) == now + timedelta(hours=1)


async def test_the_call_is_written_down_on_the_page(client, sign_in, make, clock):
    made = await make.ticket("awaiting_survey")
    clock.advance(timedelta(hours=48))
    await client.get("/")
    headers = await sign_in(CALLER)
    page = await client.get("/desk", headers=headers)
    assert "今天要回访" in page.text
    assert made.number in page.text
    about = f"/desk/t/{made.number}"
    assert "我是" in (await client.get(about, headers=headers)).text
    fields = {"_csrf_token": client.cookies["csrftoken"], "action": "call_back", "outcome": "answered"}
    done = await client.post(
        about, headers=headers, data=fields | {"contacted": "yes", "solved": "yes", "satisfied": "yes"}
    )
    assert done.status_code == 303, done.text
    assert (await make.load(made)).status == "closed"
