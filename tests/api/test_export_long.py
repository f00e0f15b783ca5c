"""More tickets than fit one answer: a file that a worker makes, for who asked, with what they may see, on record."""

from __future__ import annotations

import io

import pytest
from python_calamine import load_workbook
from sqlalchemy import func, select

from jiesu.audit.security import newest
from jiesu.desk.board import export, export_long
from jiesu.desk.prepared.models import PreparedFile
from jiesu.web.pages import board
from tests.builders.forms import CITY, COUNTY

ORDER = "/api/v1/board/export/prepared?what=arrived"


@pytest.fixture
async def three(make):
    """Two that the county may see, and one that accuses it."""
    made = [
        await make.ticket("in_progress", text="抚恤金停发，电话13800138000，请帮忙。"),
        await make.ticket("registered"),
    ]
    await make.ticket("in_progress", unit="INST-VETERANS", accused_unit=COUNTY)
    return {each.number for each in made}


async def order(client, sign_in, who: str, **body) -> tuple[dict, dict]:
    headers = await sign_in(who)
    reply = await client.post(ORDER, json={"reason": "每周例会"} | body, headers=headers)
    assert reply.status_code == 202, reply.text
    return reply.json(), headers


async def test_the_file_holds_what_the_person_may_see_and_is_on_record(client, kernel, sign_in, three, jobs):
    file, headers = await order(client, sign_in, f"supervisor-{COUNTY}")
    await jobs.run_due()
    view = (await client.get(f"/api/v1/board/files/{file['ref']}", headers=headers)).json()
    assert (view["state"], view["done"], view["total"]) == ("ready", 2, 2)
    reply = await client.get(f"/api/v1/board/files/{file['ref']}/content", headers=headers)
    heading, *rows = load_workbook(io.BytesIO(reply.content)).get_sheet_by_name("工单").to_python()
    assert heading[0] == "工单编号"
    assert {row[0] for row in rows} == three
    assert b"13800138000" not in reply.content
    async with kernel.db.begin() as uow:
        entries = [entry for entry in (await newest(uow)).entries if entry.kind == "TicketsExported"]
    assert [(entry.data["rows"], entry.data["why"]) for entry in entries] == [(2, "每周例会")]


async def test_it_wants_a_reason_and_no_more_than_a_few_at_a_time(client, sign_in, three):
    headers = await sign_in(f"supervisor-{CITY}")
    assert (await client.post(ORDER, json={"reason": " "}, headers=headers)).status_code == 422
    for _ in range(5):
        await order(client, sign_in, f"supervisor-{CITY}", form="csv")
    assert (await client.post(ORDER, json={"reason": "再来"}, headers=headers)).status_code == 409
    assert (await client.post(ORDER, json={"reason": "x"}, headers=await sign_in(f"auditor-{CITY}"))).status_code == 403


async def test_a_list_that_is_too_long_for_one_answer_is_made_in_the_background(
    client, kernel, sign_in, three, jobs, monkeypatch
):
    for module in (export, board):
        monkeypatch.setattr(module, "MOST", 1)
    headers = await sign_in(f"supervisor-{COUNTY}")
    at_once = await client.post("/api/v1/board/export?what=arrived", json={"reason": "x"}, headers=headers)
    assert (at_once.status_code, "ExportTooLarge" in at_once.text) == (422, True)
    monkeypatch.setattr(export_long, "MOST_PREPARED", 1)
    assert (await client.post(ORDER, json={"reason": "x"}, headers=headers)).status_code == 422
    async with kernel.db.begin() as uow:
        assert await uow.session.scalar(select(func.count()).select_from(PreparedFile)) == 0
