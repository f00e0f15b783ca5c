"""The survey link: once, in time, and only what was answered counts."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from tests.builders.forms import COUNTY, PHONE, STATION
from tests.builders.jobs import Jobs
from tests.builders.make import YES, Make


@pytest.fixture
async def asked(make, jobs, gateway):
    """A ticket whose result was approved, and the link its petitioner got."""
    made = await make.ticket("awaiting_survey")
    await jobs.run_due()
    return made, f"/api/v1/surveys/{gateway.survey_token(PHONE)}"


async def test_the_link_shows_what_is_asked_about(client, asked):
    made, url = asked
    page = (await client.get(url)).json()
    assert (page["number"], page["unit"]["code"], page["state"]) == (made.number, STATION, "open")
    assert page["result"]
    assert page["expires_at"] == "2026-11-09T09:00:00+08:00"


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"contacted": True, "solved": "yes", "satisfied": "yes"}, "closed"),
        ({"solved": "partly", "satisfied": "mostly"}, "closed"),
        ({"satisfied": "yes"}, "closed"),
        ({"solved": "no", "satisfied": "yes"}, "rework"),
        ({"solved": "yes", "satisfied": "no", "reason": "态度不好"}, "rework"),
    ],
)
async def test_the_answer_closes_the_ticket_or_sends_it_back(client, asked, answers, status):
    outcome = (await client.post(asked[1], json=answers)).json()
    assert (outcome["status"], outcome["rework"]) == (status, status == "rework")


async def test_a_link_works_once(client, asked):
    await client.post(asked[1], json=YES)
    again = await client.post(asked[1], json={"solved": "no"})
    assert (again.status_code, again.json()["title"]) == (409, "SurveyUsed")


async def test_a_link_is_over_after_a_week_whether_the_worker_came_by_or_not(client, asked, clock, jobs, make):
    clock.advance(timedelta(days=7))
    late = await client.post(asked[1], json=YES)
    assert (late.status_code, late.json()["title"]) == (409, "SurveyOver")
    await jobs.run_due()
    assert (await make.load(asked[0])).status == "closed"
    assert (await client.post(asked[1], json=YES)).json()["title"] == "SurveyOver"


@pytest.mark.parametrize("token", ["nonsense", "查", "a" * 500])
async def test_an_unknown_link_is_refused_in_words(client, token):
    for reply in (
        await client.get(f"/api/v1/surveys/{token}"),
        await client.post(f"/api/v1/surveys/{token}", json=YES),
    ):
        assert (reply.status_code, reply.json()["title"]) == (404, "SurveyUnknown")


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({}, "solved"),
        ({"contacted": True}, "solved"),
        ({"solved": "maybe"}, "solved"),
        ({"satisfied": 1}, "satisfied"),
        ({"contacted": "yes"}, "contacted"),
        ({"solved": "yes", "stars": 5}, "stars"),
        ({"solved": "no", "reason": "字" * 501}, "reason"),
        ({"solved": "no", "reason": "字\x00"}, "reason"),
    ],
)
async def test_a_wrong_answer_names_its_field_and_leaves_the_link_good(client, asked, answers, field):
    reply = await client.post(asked[1], json=answers)
    assert reply.status_code in (400, 422)
    assert reply.json()["field"] == field
    assert (await client.post(asked[1], json=YES)).status_code == 200


async def test_the_survey_is_also_behind_number_and_code(client, asked):
    made, url = asked
    view = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
    assert view["survey"].removeprefix("/s/") == url.rsplit("/", 1)[-1]
    assert view["result"]


async def test_after_rework_a_new_link_asks_about_the_new_result(client, asked, act, make, jobs, gateway):
    made, first = asked
    await client.post(first, json={"solved": "no"})
    await act(f"dispatcher-{COUNTY}", made, "dispatch")
    await act(f"officer-{STATION}", made, "submit", result="这次已到账")
    await act(f"unit_head-{STATION}", made, "approve")
    await jobs.run_due()
    second = f"/api/v1/surveys/{gateway.survey_token(PHONE)}"
    assert second != first
    assert (await client.post(first, json=YES)).json()["title"] == "SurveyUsed"
    assert (await client.post(second, json=YES)).json()["status"] == "closed"


async def test_a_withdrawn_ticket_asks_nothing_more(client, asked, make, jobs):
    await make.withdraw(asked[0])
    assert (await client.post(asked[1], json=YES)).json()["title"] == "SurveyOver"
    assert await jobs.pending(asked[0].id, "survey.expire") == []


async def test_of_answers_at_once_one_counts(committed_client, committed_kernel):
    await Make(committed_kernel).ticket("awaiting_survey")
    await Jobs(committed_kernel).run_due()
    url = f"/api/v1/surveys/{committed_kernel.gateway.survey_token(PHONE)}"
    replies = await asyncio.gather(*(committed_client.post(url, json=YES) for _ in range(5)))
    assert Counter(reply.status_code for reply in replies) == {200: 1, 409: 4}
