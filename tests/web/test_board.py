"""The board's pages: every number leads to exactly as many tickets, and a choice stays in all addresses."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from html import unescape
from xml.etree import ElementTree

import pytest

from jiesu.audit.security import newest
from tests.builders.forms import CITY, COUNTY, STATION, VILLAGE
from tests.web.conftest import words

#: A number that leads to a list.
COUNTED = re.compile(r'<a href="(/board/list[^"]*)">(?:[^<]*<b>)?(\d+)<')


@pytest.fixture
async def week(make, clock, jobs):
    """Thirteen tickets of several units, places and states, of several days; some late, two ended, eleven open."""

    async def dispatched(category, unit=STATION, service_class="P2", **form):
        made = await make.filed(**form)
        await make.dispatch(made, unit, category=category, service_class=service_class)

    for state in ("in_progress", "under_review", "closed", "registered"):
        await make.ticket(state)
    await dispatched("0407")
    clock.advance(timedelta(days=4))
    await jobs.run_due()
    await dispatched("0901", VILLAGE, "P3")
    await make.ticket("withdrawn", place=None)
    await dispatched("0407", "VS-150103", place="150103001001")
    clock.advance(timedelta(days=9))
    await jobs.run_due()
    for _ in range(5):
        await dispatched("0407", service_class="P1")
    clock.advance(timedelta(hours=2))
    await jobs.run_due()


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (f"supervisor-{CITY}", "/board"),
        (f"supervisor-{CITY}", f"/board?unit={COUNTY}&of=month"),
        (f"supervisor-{CITY}", f"/board?unit={STATION}&days=90"),
        (f"supervisor-{COUNTY}", "/board?of=month"),
        (f"unit_head-{STATION}", "/board"),
        (f"officer-{VILLAGE}", "/board"),
    ],
)
async def test_every_number_leads_to_exactly_as_many_tickets(as_staff, week, who, path):
    site = await as_staff(who)
    page = await site.get(path)
    assert page.status_code == 200
    found = {unescape(link): int(number) for link, number in COUNTED.findall(page.text)}
    assert len(found) > 5, words(page)
    wrong = {}
    for link, number in found.items():
        listed = await site.get(link)
        rows = listed.text.count('<td class="what">')
        if not (rows == number and f"共 {number} 件" in words(listed)):
            wrong[link] = (number, rows)
    assert wrong == {}


async def test_the_units_ladder_and_map_add_up(as_staff, week):
    site = await as_staff(f"supervisor-{CITY}")
    view = (await site.get("/api/v1/board/overview")).json()
    total, *below = view["units"]
    assert sum(item["tickets"] for item in view["lateness"]) == total["overdue"] == view["queues"]["overdue"] > 0
    assert total["open"] == sum(unit["open"] for unit in below) == 11
    map_ = (await site.get("/api/v1/board/hotspots")).json()["heat"]
    assert sum(cell["tickets"] for cell in map_["cells"]) == total["open"]
    assert {cell["place"] for cell in map_["cells"]} == {"150102", "150103"}
    days = (await site.get("/api/v1/board/trend")).json()["days"]
    assert len(days) == 30
    assert (sum(day["arrived"] for day in days), sum(day["ended"] for day in days), days[-1]["backlog"]) == (13, 2, 11)
    assert days[0]["backlog"] == 0


async def test_a_surge_is_marked_where_more_came_than_chance_would_bring(as_staff, week):
    site = await as_staff(f"supervisor-{CITY}")
    found = (await site.get("/api/v1/board/hotspots")).json()["surges"]
    assert {(item["category"]["code"], item["days"], item["came"]) for item in found} == {("04", 1, 5), ("04", 7, 5)}
    assert "突增" in words(await site.get("/board"))


async def test_what_is_no_figure_is_refused_in_words(as_staff, week):
    site = await as_staff(f"supervisor-{COUNTY}")
    for path in ("/board/list?category=4", "/board/list?unit=VS-150103", "/board?days=31", "/board/list?place=x"):
        assert (await site.get(path)).status_code in (404, 422), path
    for path in ("/board/list?what=ended&since=0001-01-01&until=9999-12-31", "/board/list?place=none&category=none"):
        assert (await site.get(path)).status_code == 200, path


FILE = {"reason": "月度分析会用", "form": "xlsx"}


def sheet_rows(content: bytes, sheet: int = 1) -> list[list[str]]:
    """The cells of a sheet as a spreadsheet would read them."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = [text.text or "" for text in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{MAIN}t")]
        rows = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml")).iter(f"{MAIN}row")
        return [[_cell(cell, names) for cell in row.iter(f"{MAIN}c")] for row in rows]


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _cell(cell: ElementTree.Element, names: list[str]) -> str:
    text = cell.findtext(f"{MAIN}v") or ""
    return names[int(text)] if cell.get("t") == "s" else text


async def test_what_a_number_counts_can_be_taken_along_with_a_reason(as_staff, week, uow, make):
    site = await as_staff(f"supervisor-{COUNTY}")
    refused = await site.post("/board/export?what=open", form="xlsx", reason=" ")
    assert refused.status_code == 422
    assert "导出理由" in words(refused)
    file = await site.post("/board/export?what=open", **FILE)
    assert file.headers["content-type"].startswith("application/vnd.openxml")
    heading, *rows = sheet_rows(file.content)
    listed = (await site.get("/api/v1/board/tickets?what=open")).json()
    assert heading[0] == "工单编号"
    assert [row[0] for row in rows] == [row["number"] for row in listed["tickets"]]
    marks = dict(sheet_rows(file.content, 2))
    assert marks["导出账号"] == f"supervisor-{COUNTY}".lower()
    assert (marks["理由"], marks["行数"]) == ("月度分析会用", str(listed["count"]))
    entry = (await newest(uow)).entries[0]
    assert (entry.kind, entry.data["why"], entry.data["rows"]) == ("TicketsExported", "月度分析会用", listed["count"])


async def test_csv_holds_no_formula_and_no_telephone(as_staff, make):
    await make.filed(title="=HYPERLINK(1) 请回电 13912345678")
    site = await as_staff(f"supervisor-{CITY}")
    text = (await site.post("/board/export", reason="核对", form="csv")).content.decode("utf-8-sig")
    assert "'=HYPERLINK(1) 请回电 139****5678" in text
    assert "导出水印" in text.splitlines()[0]
    assert f"supervisor-{CITY}".lower() in text.splitlines()[1]


async def test_nothing_hidden_is_in_an_export(as_staff, make):
    hidden = await make.filed(text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report")
    seen = await make.ticket("in_progress")
    site = await as_staff(f"supervisor-{CITY}")
    text = (await site.post("/board/export?what=arrived", reason="核对", form="csv")).text
    assert seen.number in text
    assert hidden.number not in text


async def test_an_escalation_is_acknowledged_in_its_list(as_staff, week):
    site = await as_staff(f"unit_head-{COUNTY}")
    page = await site.get("/board/escalations")
    [number, *_] = re.findall(r'action="/board/escalations/([^"]+)"', page.text)
    version = re.search(rf'{number}" class="decide">.*?name="version" value="(\d+)"', page.text, re.DOTALL)
    assert version is not None
    assert "用时" in words(page)
    done = await site.post(f"/board/escalations/{number}", action="acknowledge", note="今天到现场", version=version[1])
    assert (done.status_code, done.headers["location"]) == (303, "/board/escalations?done=acknowledge")
    assert f'action="/board/escalations/{number}"' not in (await site.get("/board/escalations")).text
    again = await site.post(f"/board/escalations/{number}", action="acknowledge")
    assert again.status_code == 409
    assert "没有等您的单位认领的督办" in words(again)


@pytest.mark.parametrize("action", ["take_over", "own_case"])
async def test_a_reason_that_is_too_long_is_given_back_where_it_was_typed(as_staff, week, action):
    site = await as_staff(f"supervisor-{COUNTY}")
    text = (await site.get("/board/escalations")).text
    number = re.findall(r'<textarea id="reason-([^"]+)"', text)[0]
    refused = await site.post(f"/board/escalations/{number}", action=action, reason="长" * 501)
    assert refused.status_code == 422
    assert re.search(rf'<details class="more" open>.*?id="reason-{number}"[^>]*>{"长" * 501}<', refused.text, re.DOTALL)


async def test_results_and_extensions_are_decided_in_one_list(as_staff, make, act):
    result = await make.ticket("under_review", title="补发抚恤金")
    more = await make.ticket("in_progress")
    await act(f"officer-{STATION}", more, "extend", until="2026-11-12", reason="等外单位回函")
    site = await as_staff(f"unit_head-{COUNTY}")
    page = await site.get("/board/approvals")
    assert "等外单位回函" in words(page)
    assert "已核实并补发三个月抚恤金" in words(page)
    for number, action in ((more.number, "grant_extension"), (result.number, "approve")):
        done = await site.post(f"/board/approvals/{number}", action=action)
        assert done.status_code == 303, words(done)
    assert "没有等您审批的事" in words(await site.get("/board/approvals"))


async def test_an_objection_is_judged_in_the_list(as_staff, make, act):
    first, second = await make.ticket("dispatched"), await make.ticket("dispatched")
    for made in (first, second):
        body = {"reason": "not_our_place", "basis": "三定方案第五条", "proposed_unit": "VS-150102003"}
        reply = await act(f"officer-{STATION}", made, "object", **body)
        assert reply.status_code == 200, reply.text
    site = await as_staff(f"dispatcher-{COUNTY}")
    page = await site.get("/board/approvals")
    assert "三定方案第五条" in words(page)
    done = await site.post(f"/board/approvals/{first.number}", action="designate", unit="VS-150102003")
    assert done.status_code == 303, words(done)
    done = await site.post(f"/board/approvals/{second.number}", action="designate", reason="在你站辖区内")
    assert done.status_code == 303, words(done)
    assert [(await make.load(made)).lead_unit for made in (first, second)] == ["VS-150102003", STATION]


async def test_sending_back_without_a_reason_is_refused_beside_the_line(as_staff, make):
    made = await make.ticket("under_review")
    site = await as_staff(f"unit_head-{STATION}")
    refused = await site.post(f"/board/approvals/{made.number}", action="send_back", reason="")
    assert refused.status_code == 422
    assert made.number in words(refused)
    other = await site.post(f"/board/approvals/{made.number}", action="sign")
    assert other.status_code == 404


async def test_the_big_screen_names_nobody(as_staff, week):
    site = await as_staff(f"supervisor-{CITY}")
    page = await site.get("/board/screen")
    assert page.status_code == 200
    assert not re.search(r"HH\d{8}-|/desk/t/|138\d{8}", page.text)


async def test_the_file_says_why_somebody_was_not_content(as_staff, make):
    made = await make.ticket("awaiting_survey")
    await make.answer(made, contacted=True, solved="no", satisfied="no", reasons=["slow", "not_solved"])
    site = await as_staff(f"supervisor-{CITY}")
    file = await site.post(f"/board/rates/export?month=2026-11&unit={CITY}", form="xlsx", reason="月度通报")
    heading, row = sheet_rows(file.content, 2)
    assert dict(zip(heading, row, strict=True))["不满意的原因"] == "办得太慢、事情没有真正办成"


async def test_a_month_s_rates_are_taken_along_with_every_ticket_behind_them(as_staff, make, uow):
    made = await make.ticket("closed")
    site = await as_staff(f"supervisor-{CITY}")
    assert "导出这个月的三率" in (await site.get("/board?month=2026-11")).text
    where = f"/board/rates/export?month=2026-11&unit={CITY}"
    refused = await site.post(where, form="xlsx", reason=" ")
    assert refused.status_code == 422
    file = await site.post(where, form="xlsx", reason="月度通报")
    heading, first, *_ = sheet_rows(file.content)
    shown = (await site.get("/api/v1/board/rates?month=2026-11")).json()["units"][0]
    assert heading[:3] == ["单位（含下属）", "有效评价", "响应率"]
    assert [float(cell) for cell in first[1:4]] == [
        shown["subtree"][name] for name in ("base", "response", "resolution")
    ]
    assert [row[0] for row in sheet_rows(file.content, 2)][1:] == [made.number]
    assert dict(sheet_rows(file.content, 3))["条件"].startswith("2026-11 ")
    entry = (await newest(uow)).entries[0]
    assert (entry.kind, entry.data["what"], entry.data["rows"]) == ("TicketsExported", "rates", 1)
    text = (await site.post(where, form="csv", reason="核对")).content.decode("utf-8-sig")
    assert text.splitlines()[1].split(",")[1:3] == ["1", "100.0%"]


@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("/board/league?month=2026-11", "what=league"),
        ("/board/rates?month=2026-11&by=category", "what=rates_by"),
        ("/board/rates?month=2026-11", "/board/rates/export"),
        ("/board/rates?month=2026-11", "what=punctuality"),
        ("/board/dates?month=2026-11&clock=unit&target=sign", "what=dates"),
        ("/desk?view=ended", "/desk/export"),
    ],
)
async def test_what_a_page_shows_can_be_taken_along_from_it(as_staff, make, page, what):
    await make.ticket("closed")
    site = await as_staff(f"supervisor-{CITY}")
    actions = [unescape(found) for found in re.findall(r'action="([^"]*/export[^"]*)"', (await site.get(page)).text)]
    [action] = [found for found in actions if what in found]
    file = await site.post(action, form="xlsx", reason="例会")
    assert file.status_code == 200, words(file)
    assert len(sheet_rows(file.content)) > 1
    assert (await site.post(action, form="xlsx", reason=" ")).status_code == 422
