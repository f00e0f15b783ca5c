"""Two people at one ticket: the second is told what changed, and nothing is done twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

from tests.builders.forms import STATION
from tests.builders.jobs import Jobs
from tests.builders.make import Make

OFFICER, HEAD = f"officer-{STATION}", f"unit_head-{STATION}"


async def test_an_old_view_is_refused_with_what_changed(act, make):
    made = await make.ticket("dispatched")
    seen = (await make.load(made)).version
    assert (await act(OFFICER, made, "sign", version=seen)).status_code == 200
    late = await act(HEAD, made, "note", version=seen, text="请尽快")
    problem = late.json()
    assert (late.status_code, problem["title"]) == (409, "StaleVersion")
    assert problem["changes"][-1]["kind"] == "TicketSigned"


async def test_the_etag_of_a_view_is_what_if_match_takes(act, make, client, sign_in):
    made = await make.ticket("dispatched")
    reply = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(OFFICER))
    headers = await sign_in(OFFICER) | {"If-Match": reply.headers["etag"]}
    signed = await client.post(f"/api/v1/desk/tickets/{made.number}/sign", headers=headers)
    assert signed.status_code == 200
    assert signed.headers["etag"] != reply.headers["etag"]


async def test_a_version_that_is_none_is_refused(client, sign_in, make):
    made = await make.ticket("dispatched")
    headers = await sign_in(OFFICER) | {"If-Match": "yesterday"}
    reply = await client.post(f"/api/v1/desk/tickets/{made.number}/sign", headers=headers)
    assert (reply.status_code, reply.json()["field"]) == (422, "If-Match")


async def test_a_warning_meanwhile_does_not_make_a_view_stale(act, make, jobs, clock):
    made = await make.ticket("dispatched")
    seen = (await make.load(made)).version
    clock.advance(timedelta(days=1))
    assert await jobs.run_due()
    assert (await act(OFFICER, made, "sign", version=seen)).status_code == 200


async def test_of_two_officers_signing_at_once_exactly_one_has_it(committed_kernel, committed_act):
    made = await Make(committed_kernel).ticket("dispatched")
    replies = await asyncio.gather(*(committed_act(by, made, "sign") for by in (OFFICER, HEAD, OFFICER, HEAD)))
    assert Counter(reply.status_code for reply in replies) == {200: 1, 409: 3}


async def test_a_double_click_on_submit_hands_in_one_result(committed_kernel, committed_act):
    make = Make(committed_kernel)
    made = await make.ticket("in_progress")
    await make.step(made, "contact", OFFICER)
    results = await asyncio.gather(*(committed_act(OFFICER, made, "submit", result=f"第{n}次") for n in range(3)))
    assert Counter(reply.status_code for reply in results) == {200: 1, 409: 2}
    approvals = await asyncio.gather(*(committed_act(HEAD, made, "approve") for _ in range(3)))
    assert Counter(reply.status_code for reply in approvals) == {200: 1, 409: 2}
    await Jobs(committed_kernel).run_due()
    surveys = [sms for sms in committed_kernel.gateway.sent if "/s/" in sms.text]
    assert len(surveys) == 1
