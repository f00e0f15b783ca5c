"""Figures and lists as files: the very numbers of the view, typed cells, who took them and why; nobody gets more than the view shows."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime

import msgspec
import pytest
from python_calamine import CalamineWorkbook

from jiesu.audit.security import newest
from jiesu.desk import queue_export
from jiesu.web.pages import figures
from tests.builders.forms import CITY, COUNTY, PHONE, STATION
from tests.builders.make import NO, YES

OTHER = "VS-150102002"
BOARD = "/api/v1/board"
LEADER = f"supervisor-{CITY}"


@pytest.fixture
async def answers(make, kernel):
    """Two stations of one county: two good answers, one bad; one answer is enough to be ranked here."""
    kernel._rules = replace(kernel.rules, rates=msgspec.structs.replace(kernel.rules.rates, minimum=1))
    for unit, said in ((STATION, YES), (STATION, YES), (OTHER, NO)):
        await make.answer(await make.ticket("awaiting_survey", unit=unit), **said)


@pytest.fixture
def take(client, sign_in):
    async def take(query: str, who: str = LEADER, path: str = f"{BOARD}/figures/export", status: int = 200, **more):
        body = {"reason": "月度例会"} | more
        reply = await client.post(f"{path}?{query}", json=body, headers=await sign_in(who))
        assert reply.status_code == status, reply.text
        return reply

    return take


@pytest.fixture
def view(client, sign_in):
    async def view(path: str, who: str = LEADER):
        reply = await client.get(f"/api/v1/{path}", headers=await sign_in(who))
        assert reply.status_code == 200, reply.text
        return reply.json()

    return view


def rows_of(reply, sheet: int = 0) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(reply.content)).get_sheet_by_index(sheet).to_python()


def shares(*values: float | None) -> list[float | str]:
    """An empty cell reads as an empty text."""
    return ["" if value is None else pytest.approx(value) for value in values]


async def test_the_league_in_the_file_is_the_league_of_the_page(take, view, answers, uow):
    found = await view("board/league?month=2026-11&tier=township&by=resolution")
    file = await take("what=league&month=2026-11&tier=township&sort=resolution")
    heading, *rows = rows_of(file)
    assert heading == ["单位（含下属）", "有效评价", "响应率", "解决率", "满意率", "得分", "名次"]
    assert rows == [
        [
            line["unit"]["name"],
            line["base"],
            *shares(line["response"], line["resolution"], line["satisfaction"]),
            *shares(None if line["score"] is None else line["score"] * 100),
            line["place"] or "",
        ]
        for line in found["lines"]
    ]
    marks = dict(rows_of(file, 1))
    assert (marks["导出账号"], marks["理由"], marks["行数"]) == (LEADER.lower(), "月度例会", 80)
    assert marks["条件"] == "各站三率 · 2026-11 · 乡镇街道"
    entry = (await newest(uow)).entries[0]
    assert (entry.kind, entry.data["what"], entry.data["rows"], entry.data["why"]) == (
        "TicketsExported",
        "league",
        80,
        "月度例会",
    )
    assert entry.data["filters"] == {"month": "2026-11", "tier": "township", "sort": "resolution"}


async def test_the_heading_stays_and_each_printed_page_says_who_took_it(take, answers):
    file = await take("what=league&month=2026-11")
    with zipfile.ZipFile(io.BytesIO(file.content)) as book:
        sheet, names = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/workbook.xml").decode()
    for wanted in ('state="frozen"', "<autoFilter", 'paperSize="9"', 'fitToHeight="0"', LEADER.lower()):
        assert wanted in sheet
    assert "_xlnm.Print_Titles" in names


async def test_a_text_says_it_in_each_line_and_shows_shares_and_points(take, answers):
    lines = (await take("what=league&month=2026-11&tier=township", form="csv")).content.decode("utf-8-sig").splitlines()
    assert lines[0].endswith("名次,导出水印")
    assert lines[1].split(",")[1:7] == ["2", "100.0%", "100.0%", "100.0%", "100.0", "1"]
    assert all(LEADER.lower() in line for line in lines[1:])


@pytest.mark.parametrize("by", ["category", "function", "officer"])
async def test_each_line_of_a_division_is_in_the_file(take, view, answers, by):
    found = await view(f"board/rates/by?by={by}&month=2026-11")
    _, *rows = rows_of(await take(f"what=rates_by&by={by}&month=2026-11"))
    names = ("response", "resolution", "satisfaction")
    assert [[row[1], *row[2:5], row[9]] for row in rows] == [
        [line["figures"]["base"], *shares(*(line["figures"][name] for name in names)), line["raw"]["base"]]
        for line in found["parts"]
    ]
    if by == "function":
        assert [row[0] for row in rows] == ["未定"]


async def test_people_s_figures_are_for_whoever_supervises_them(take, answers):
    await take("what=rates_by&by=officer&month=2026-11", f"officer-{STATION}", status=403)
    for what in ("league", "rates_by", "punctuality", "dates", "co_handling", "topics"):
        await take(f"what={what}", f"auditor-{CITY}", status=403)
    await take(f"what=punctuality&unit={CITY}", f"supervisor-{COUNTY}", status=404)
    await take("what=moon", status=400)


@pytest.mark.parametrize("what", [*figures.Figure])
async def test_without_a_reason_there_is_no_file_and_no_entry(take, uow, what):
    before = len((await newest(uow)).entries)
    reply = await take(f"what={what}", status=422, reason=" ")
    assert reply.json()["field"] == "reason"
    assert "TicketsExported" not in [entry.kind for entry in (await newest(uow)).entries[: before + 1]]


async def test_dates_kept_and_the_tickets_behind_them(take, view, answers, clock):
    lines = (await view("board/punctuality?month=2026-11"))["lines"]
    _, *rows = rows_of(await take("what=punctuality&month=2026-11"))
    assert [row[2:5] for row in rows] == [[line["on_time"], line["late"], line["open"]] for line in lines]
    dates = await view("board/punctuality/tickets?month=2026-11&clock=unit&target=sign")
    heading, *rows = rows_of(await take("what=dates&month=2026-11&clock=unit&target=sign"))
    assert heading[0] == "工单编号"
    assert [row[0] for row in rows] == [line["number"] for line in dates]
    assert isinstance(rows[0][3], datetime)
    assert f"{rows[0][3]:%Y-%m-%dT%H:%M}" == dates[0]["due_at"][:16]


async def test_co_handlers_and_topics(take, view, make, act, client, sign_in):
    made = await make.ticket("in_progress")
    given = await act(f"dispatcher-{COUNTY}", made, "give_task", unit=OTHER, what="核对档案", within="3 working days")
    assert given.status_code == 200, given.text
    [unit] = (await view("board/co-handling?month=2026-11"))["units"]
    _, row = rows_of(await take("what=co_handling&month=2026-11"))
    assert row == [unit["unit"]["name"], unit["finished"], unit["late"], unit["open"]]
    page = await client.get("/board/rates?month=2026-11", headers=await sign_in(LEADER))
    assert "what=co_handling" in page.text
    for _ in range(4):
        await make.dispatch(await make.filed(title="停发 13800138000"), STATION, category="0407")
    topics = (await view("board/topics"))["topics"]
    file = await take("what=topics")
    _, *rows = rows_of(file)
    assert [(row[0], row[2], row[4], row[7]) for row in rows] == [
        (one["place"]["name"], one["now"], one["alike"], ", ".join(ticket["number"] for ticket in one["examples"]))
        for one in topics
    ]
    assert len(rows) == 1
    assert isinstance(rows[0][5], datetime)


async def test_a_contact_list_is_masked_and_its_days_are_days(take, client, sign_in, monkeypatch):
    officer = f"officer-{STATION}"
    for name, phone in (("李卫国", "13900139000"), ("王建军", "13700137000")):
        new = {"name": name, "phone": phone, "kind": "veteran", "reason": "hardship"}
        reply = await client.post("/api/v1/desk/contacts", json=new, headers=await sign_in(officer))
        assert reply.status_code == 201, reply.text
    _, first, _ = rows_of(await take("what=contacts&which=all", officer))
    assert first[:3] == ["李*", "139****9000", "退役军人"]
    assert isinstance(first[4], date)
    assert len(rows_of(await take("what=contacts&which=all", "officer-VS-150103"))) == 1
    monkeypatch.setattr(figures, "MOST", 1)
    assert (await take("what=contacts&which=all", officer, status=422)).json()["title"] == "ListTooLong"


async def test_a_queue_is_taken_along_as_it_is_narrowed(take, view, make, uow, monkeypatch):
    path, queue = "/api/v1/desk/export", "view=in_progress&class=P1"
    await make.ticket("in_progress", title="=1+1 请回电 13912345678", service_class="P1")
    await make.ticket("in_progress", service_class="P1")
    await make.ticket("in_progress", service_class="P2")
    await make.ticket("dispatched", service_class="P1")
    officer = f"officer-{STATION}"
    shown = [row["number"] for row in (await view(f"desk/tickets?{queue}", officer))["tickets"]]
    file = await take(queue, officer, path)
    heading, *rows = rows_of(file)
    assert (heading[0], len(shown)) == ("工单编号", 2)
    assert [row[0] for row in rows] == shown
    assert {row[1] for row in rows} >= {"=1+1 请回电 139****5678"}
    entry = (await newest(uow)).entries[0]
    assert (entry.data["what"], entry.data["rows"]) == ("tickets", 2)
    assert entry.data["filters"] == {"view": "in_progress", "class": "P1"}
    assert len(rows_of(await take(queue, f"officer-{OTHER}", path))) == 1
    await take(queue, officer, path, status=422, reason="")
    await take("due=never", officer, path, status=422)
    monkeypatch.setattr(queue_export, "MOST", 1)
    assert (await take(queue, officer, path, status=422)).json()["title"] == "ListTooLong"


@pytest.mark.parametrize("typed", [PHONE, f"{PHONE[:3]} {PHONE[3:7]}-{PHONE[7:]}"])
async def test_a_telephone_searched_for_is_neither_in_the_record_nor_in_the_file(take, make, uow, typed):
    made = await make.ticket("in_progress")
    file = await take(f"view=all&q={typed}", f"officer-{STATION}", "/api/v1/desk/export", form="csv")
    assert made.number in file.text
    entry = (await newest(uow)).entries[0]
    assert entry.data["filters"]["q"] == f"{PHONE[:3]}****{PHONE[-4:]}"
    assert PHONE[3:7] not in str(entry.data) + file.text.replace(made.number, "")


async def test_nothing_hidden_is_in_any_of_them(take, make, act):
    """A sealed report, and one that accuses the county."""
    sealed = await make.filed(text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report")
    accusing = await make.ticket("in_progress", unit="INST-VETERANS", accused_unit=COUNTY)
    for query, path in (
        ("view=all", "/api/v1/desk/export"),
        ("what=dates&clock=unit&target=sign", f"{BOARD}/figures/export"),
        ("what=topics", f"{BOARD}/figures/export"),
    ):
        text = (await take(query, f"supervisor-{COUNTY}", path, form="csv")).text
        assert sealed.number not in text
        assert accusing.number not in text
