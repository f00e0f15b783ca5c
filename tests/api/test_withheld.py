"""Texts that look classified: warned about, kept from everybody but their keeper, reviewed once, never lost."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select, text

from jiesu.audit.trail import history
from jiesu.desk.queue import View
from jiesu.kernel import Kernel
from jiesu.secrecy.models import Withheld
from tests.builders.forms import CITY, COUNTY, PLACE, STATION, appeal
from tests.builders.make import Made
from workers.invariants import check_all

KEEPER = "CITY-OFFICE"
#: The words that look classified, and some beside them that stand nowhere else.
SECRET, MARK = "51234部队", "紫色大象"
TEXT = f"我是新城区的退役军人，原在{SECRET}服役，今年抚恤金停发了三个月，{MARK}，请查一下原因。"


@pytest.fixture
def file(client: AsyncClient):
    async def file(**fields: Any) -> Response:
        return await client.post("/api/v1/tickets", json=appeal(TEXT, place=PLACE, **fields))

    return file


@pytest.fixture
async def filed(file) -> Made:
    reply = await file(confirmed_unclassified=True)
    assert reply.status_code == 201, reply.text
    return Made(0, reply.json()["number"], reply.json()["query_code"])


@pytest.fixture
def review(client: AsyncClient, sign_in):
    async def review(number: str, decision: str, words: str = "", position: int = 1, by: str = KEEPER) -> Response:
        path = f"/api/v1/desk/withheld/{number}/{position}/review"
        body = {"decision": decision, "words": words}
        return await client.post(path, json=body, headers=await sign_in(f"unit_head-{by}"))

    return review


async def test_the_sender_is_warned_and_nothing_is_kept_until_it_is_changed_or_confirmed(client, file, kernel: Kernel):
    headers = {"Idempotency-Key": "once"}
    warned = await client.post("/api/v1/tickets", json=appeal(TEXT), headers=headers)
    assert (warned.status_code, warned.json()["title"], warned.json()["field"]) == (422, "LooksClassified", "text")
    assert SECRET in warned.json()["detail"]
    sent = await client.post("/api/v1/tickets", json=appeal(TEXT, confirmed_unclassified=True), headers=headers)
    again = await client.post("/api/v1/tickets", json=appeal(TEXT, confirmed_unclassified=True), headers=headers)
    assert sent.status_code == again.status_code == 201
    assert sent.json()["number"] == again.json()["number"]


async def test_a_title_is_looked_at_too_and_ordinary_text_is_taken_as_ever(client):
    titled = await client.post("/api/v1/tickets", json=appeal("请帮忙看一看这件事情", title="机密★"))
    assert titled.status_code == 422
    plain = await client.post("/api/v1/tickets", json=appeal("抚恤金停发三个月", confirmed_unclassified=True))
    assert plain.status_code == 201
    shown = (await client.get(f"/api/v1/tickets/{plain.json()['number']}?code={plain.json()['query_code']}")).json()
    assert shown["text"] == "抚恤金停发三个月"


async def test_it_is_registered_with_receipt_and_clocks_but_goes_nowhere_by_itself(file, filed, kernel, client):
    seen = (await client.get(f"/api/v1/tickets/{filed.number}?code={filed.code}")).json()
    assert (seen["status"], seen["class"], seen["unit"]) == ("registered", "P1", None)
    assert {d["clock"] for d in seen["deadlines"]} == {"petitioner"}
    assert not [f for f in await check_all(kernel.db, kernel.clock.now()) if f.examples]


async def test_not_a_word_of_it_is_anywhere(client, filed, sign_in, kernel, gateway, jobs):
    """No view, list, search, notice, message or column of any table but the encrypted one."""
    await jobs.run_due()
    places = [f"/api/v1/desk/tickets?view={view}&q={q}" for view in View for q in ("", MARK)]
    places += [f"/api/v1/desk/tickets/{filed.number}", f"/desk/t/{filed.number}", "/desk", "/api/v1/desk/notices"]
    for name in (f"dispatcher-{CITY}", f"dispatcher-{COUNTY}", f"officer-{STATION}", f"unit_head-{KEEPER}"):
        headers = await sign_in(name)
        for place in places:
            reply = await client.get(place, headers=headers)
            assert SECRET not in reply.text, (name, place)
            assert MARK not in reply.text or f"q={MARK}" in place, (name, place)
    own = await client.get(f"/api/v1/tickets/{filed.number}?code={filed.code}")
    assert MARK not in own.text
    assert gateway.sent
    assert not any(MARK in message.text or SECRET in message.text for message in gateway.sent)
    async with kernel.db.begin() as uow:
        tables = await uow.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for table in tables.all():
            rows = await uow.session.scalars(text(f"SELECT t::text FROM {table} t"))
            assert not any(MARK in row or SECRET in row or "紫色" in row for row in rows.all()), table


async def test_only_the_keeper_lists_reads_and_reviews_and_every_look_is_on_record(
    client, filed, sign_in, make, kernel
):
    path = f"/api/v1/desk/withheld/{filed.number}/1"
    for name in (f"dispatcher-{CITY}", f"unit_head-{STATION}", "unit_head-CITY-DISCIPLINE", f"auditor-{CITY}"):
        headers = await sign_in(name)
        assert (await client.get("/api/v1/desk/withheld", headers=headers)).json() == []
        assert (await client.post(f"{path}/read", headers=headers)).status_code == 404
        body = {"decision": "released"}
        assert (await client.post(f"{path}/review", json=body, headers=headers)).status_code == 404
    keeper = await sign_in(f"officer-{KEEPER}")
    (item,) = (await client.get("/api/v1/desk/withheld", headers=keeper)).json()
    assert (item["number"], item["position"], item["place"], item["kinds"]) == (filed.number, 1, "appeal", ["部队代号"])
    assert (await client.post(f"{path}/read", headers=keeper)).json()["text"] == TEXT
    assert (await client.post(path.replace("/1", "/2") + "/read", headers=keeper)).status_code == 404
    async with kernel.db.begin() as uow:
        query = text("SELECT id FROM ticket WHERE number = :number")
        entries = await history(uow.session, await uow.session.scalar(query, {"number": filed.number}))
    assert [entry.kind for entry in entries] == ["TicketRegistered", "TextWithheld", "WithheldRead"]
    assert entries[-1].data["by"]["unit"] == KEEPER


async def test_released_it_is_what_it_would_have_been(client, filed, review, sign_in, kernel):
    assert (await review(filed.number, "released")).json()["status"] == "dispatched"
    seen = (await client.get(f"/api/v1/tickets/{filed.number}?code={filed.code}")).json()
    assert seen["text"] == TEXT
    assert seen["title"].startswith("我是新城区的退役军人")
    dispatcher = await sign_in(f"dispatcher-{CITY}")
    found = await client.get(f"/api/v1/desk/tickets?view=all&q={MARK}", headers=dispatcher)
    assert [row["number"] for row in found.json()["tickets"]] == [filed.number]
    assert (await review(filed.number, "released")).json()["title"] == "AlreadyReviewed"
    assert not [f for f in await check_all(kernel.db, kernel.clock.now()) if f.examples]


async def test_redacted_it_is_shown_in_other_words_and_the_original_stays_encrypted(client, filed, review, kernel):
    assert (await review(filed.number, "redacted", "")).status_code == 422
    assert (await review(filed.number, "redacted", f"原在{SECRET}服役")).json()["title"] == "LooksClassified"
    words = "我是新城区的退役军人，今年抚恤金停发了三个月，请查一下原因。"
    assert (await review(filed.number, "redacted", words)).status_code == 200
    seen = await client.get(f"/api/v1/tickets/{filed.number}?code={filed.code}")
    assert seen.json()["text"] == words
    assert MARK not in seen.text
    async with kernel.db.begin() as uow:
        row = (await uow.session.scalars(select(Withheld))).one()
    assert (row.text, row.decision) == (TEXT, "redacted")


async def test_diverted_it_stays_closed_and_the_petitioner_is_told_where_to_go(client, filed, review, gateway, jobs):
    pointer = "涉密事项请到市局办公室当面反映。"
    assert (await review(filed.number, "diverted", pointer)).json()["status"] == "diverted"
    seen = await client.get(f"/api/v1/tickets/{filed.number}?code={filed.code}")
    assert seen.json()["reply"] == pointer
    assert MARK not in seen.text
    await jobs.run_due()
    assert any(pointer in message.text for message in gateway.sent)


async def test_later_words_are_withheld_too_and_still_answer_a_request(client, make, review):
    made = await make.ticket("need_info")
    path = f"/api/v1/tickets/{made.number}/supplement?code={made.code}"
    assert (await client.post(path, json={"text": TEXT})).json()["title"] == "LooksClassified"
    sent = await client.post(path, json={"text": TEXT, "confirmed_unclassified": True})
    assert sent.json()["status"] == "registered"
    assert MARK not in sent.text
    assert (await review(made.number, "released")).status_code == 200
    shown = (await client.get(f"/api/v1/tickets/{made.number}?code={made.code}")).json()
    assert shown["timeline"][-1]["detail"] == TEXT


async def test_new_facts_and_words_in_a_survey_are_withheld_and_shown_after_review(client, make, review, sign_in):
    closed = await make.ticket("closed")
    path = f"/api/v1/tickets/{closed.number}/reopen?code={closed.code}"
    assert (await client.post(path, json={"reason": TEXT})).status_code == 422
    sent = await client.post(path, json={"reason": TEXT, "confirmed_unclassified": True})
    assert (sent.status_code, MARK in sent.text) == (200, False)
    asked = await make.ticket("awaiting_survey")
    seen = (await client.get(f"/api/v1/tickets/{asked.number}?code={asked.code}")).json()
    survey = f"/api/v1/surveys/{seen['survey'].removeprefix('/s/')}"
    answers = {"solved": "no", "reason": TEXT}
    assert (await client.post(survey, json=answers)).json()["field"] == "reason"
    assert (await client.post(survey, json=answers | {"confirmed_unclassified": True})).json()["rework"]
    head = await sign_in(f"dispatcher-{CITY}")
    place = f"/api/v1/desk/tickets/{asked.number}"
    assert MARK not in (await client.get(place, headers=head)).text
    await review(asked.number, "redacted", "钱还没有补发")
    assert (await client.get(place, headers=head)).json()["surveys"][0]["reason"] == "钱还没有补发"


async def test_a_sealed_report_is_reviewed_by_the_one_unit_that_may_open_it(client, sign_in, review, jobs):
    body = appeal(
        f"我要举报{SECRET}留守处的工作人员收受好处费，替人虚报材料。", nature="report", confirmed_unclassified=True
    )
    number = (await client.post("/api/v1/tickets", json=body)).json()["number"]
    assert (await review(number, "released")).status_code == 404
    assert (await review(number, "released", by="CITY-DISCIPLINE")).status_code == 200
    seen = await client.get(f"/api/v1/desk/tickets/{number}", headers=await sign_in(f"dispatcher-{CITY}"))
    assert seen.status_code == 404


async def test_a_complaint_about_the_keeper_is_not_reviewed_by_it(client, review):
    body = appeal(TEXT, accused_unit=KEEPER, confirmed_unclassified=True)
    number = (await client.post("/api/v1/tickets", json=body)).json()["number"]
    assert (await review(number, "released")).status_code == 404
    assert (await review(number, "released", by="CITY-DISCIPLINE")).status_code == 200


async def test_staff_cannot_write_it_at_all(make, act):
    made = await make.ticket("in_progress")
    reply = await act(f"officer-{STATION}", made, "note", text=f"诉求人原在{SECRET}")
    assert (reply.status_code, reply.json()["title"]) == (422, "ClassifiedAtDesk")
