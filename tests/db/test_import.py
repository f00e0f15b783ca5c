"""`jiesu import`: a real workbook and a GB18030 file become tickets with the dates they always had, once, all or none."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select
from xlsxwriter import Workbook

from jiesu.errors import Invalid
from jiesu.intake.import_mapping import load_mapping
from jiesu.intake.import_sheet import read_rows
from jiesu.intake.import_tickets import import_tickets
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.config import ConfigMistake
from jiesu.sla.models import Deadline
from jiesu.tickets.models import Ticket
from tests.builders.command import command
from tests.builders.forms import CITY, COUNTY, PLACE, STATION
from workers.invariants import check_all

MAPPING = Path(__file__).parents[2] / "config" / "import" / "example.toml"
HEADINGS = (
    "工单编号", "登记时间", "诉求内容", "标题", "姓名", "联系电话", "身份证号", "类别", "地点", "性质", "匿名", "保密", "状态",
)  # fmt: skip
PLAIN = "有一件事想请你们帮忙看一看，过程比较长，见面再细说。"
ROW = dict.fromkeys(HEADINGS, "") | {
    "工单编号": "RX-001", "登记时间": "2026-10-28 09:30", "诉求内容": PLAIN, "姓名": "张建国", "联系电话": "13800138000",
    "地点": PLACE, "性质": "求助", "匿名": "否", "状态": "办理中",
}  # fmt: skip


def workbook(path: Path, *rows: dict) -> Path:
    book = Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet("工单")
    sheet.write_row(0, 0, HEADINGS)
    for line, row in enumerate(rows, 1):
        for column, heading in enumerate(HEADINGS):
            sheet.write(line, column, row[heading])
    book.close()
    return path


def sheet(path: Path, *rows: dict, encoding: str = "gb18030") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, HEADINGS)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def bring(kernel):
    async def run(file: Path, *, dry_run: bool = False, mapping: Path = MAPPING):
        known = load_mapping(mapping)
        rows = read_rows(file, known)
        async with kernel.db.begin() as uow:
            return await import_tickets(uow, kernel.rules, known, rows, dry_run=dry_run)

    return run


async def test_a_workbook_comes_over_with_the_dates_it_had(
    bring, tmp_path, uow, clock, kernel, client, sign_in, gateway, jobs
):
    real = ROW | {"工单编号": 42, "登记时间": datetime(2026, 10, 29, 10, 0), "联系电话": 13900139000, "姓名": "李秀英"}  # noqa: DTZ001
    file = workbook(tmp_path / "old.xlsx", ROW, real, ROW | {"工单编号": "RX-003", "状态": "已办结"})
    rehearsed = await bring(file, dry_run=True)
    assert (rehearsed.rows, rehearsed.skipped, rehearsed.problems, rehearsed.tickets) == (3, 1, [], [])
    assert await uow.session.scalar(select(func.count()).select_from(Ticket)) == 0

    done = await bring(file)
    assert [(each.row, each.foreign) for each in done.tickets] == [(2, "RX-001"), (3, "42")]
    first = (await uow.session.scalars(select(Ticket).where(Ticket.foreign_number == "RX-001"))).one()
    assert (first.channel, first.foreign_system, first.status) == ("other_system", "旧热线", "registered")
    assert first.registered_at == datetime(2026, 10, 28, 9, 30, tzinfo=SHANGHAI)
    assert first.imported_at == clock.now()
    starts = select(Deadline.start_at).where(Deadline.ticket_id == first.id, Deadline.clock == "petitioner")
    assert set(await uow.session.scalars(starts)) == {first.registered_at}

    again = await bring(file)
    assert (again.already, again.tickets) == ([2, 3], [])
    await jobs.run_due()
    assert gateway.to("13800138000") == []
    headers = await sign_in(f"dispatcher-{COUNTY}")
    seen = (await client.get(f"/api/v1/desk/tickets/{first.number}", headers=headers)).json()
    assert (seen["imported"]["system"], seen["imported"]["number"]) == ("旧热线", "RX-001")
    assert "RX-001" in (await client.get(f"/desk/t/{first.number}", headers=headers)).text
    broken = [law for law in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if law.count]
    assert broken == []


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
async def test_csv_of_an_older_program_comes_over_too(bring, tmp_path, uow, encoding):
    file = sheet(tmp_path / "old.csv", ROW | {"标题": "请帮忙看一看", "类别": "0401"}, encoding=encoding)
    assert (await bring(file)).problems == []
    ticket = (await uow.session.scalars(select(Ticket))).one()
    assert (ticket.title, ticket.category, ticket.text) == ("请帮忙看一看", "0401", PLAIN)


async def test_one_wrong_row_stops_all_and_every_mistake_is_named(bring, tmp_path, uow):
    wrong = [
        ROW | {"工单编号": "RX-002", "联系电话": "123"},
        ROW | {"工单编号": "RX-003", "登记时间": "昨天"},
        ROW | {"工单编号": "RX-004", "登记时间": "2030-01-01 08:00"},
        ROW | {"工单编号": "RX-005", "性质": "闲聊"},
        ROW | {"工单编号": "RX-006", "地点": "不存在的村"},
        ROW | {"工单编号": "RX-007", "诉求内容": "短"},
        ROW | {"工单编号": ""},
        ROW | {"匿名": "也许", "工单编号": "RX-009"},
        ROW,
    ]
    report = await bring(sheet(tmp_path / "old.csv", ROW, *wrong))
    assert [(each.row, each.field, each.column) for each in report.problems] == [
        (3, "phone", "联系电话"), (4, "registered_at", "登记时间"), (5, "registered_at", "登记时间"), (6, "nature", "性质"),
        (7, "place", "地点"), (8, "text", "诉求内容"), (9, "number", "工单编号"), (10, "anonymous", "匿名"), (11, "number", "工单编号"),
    ]  # fmt: skip
    assert all("。" in each.problem for each in report.problems)
    assert await uow.session.scalar(select(func.count()).select_from(Ticket)) == 0


async def test_anonymous_sealed_and_classified_ones_are_what_they_are(bring, tmp_path, uow):
    report = "我要举报站里的工作人员收受好处费，替人虚报材料。"
    file = sheet(
        tmp_path / "old.csv",
        ROW | {"匿名": "是"},
        ROW | {"工单编号": "RX-002", "性质": "举报", "诉求内容": report},
        ROW | {"工单编号": "RX-003", "诉求内容": "材料上写着机密★20年，请帮我看看怎么办理补贴。"},
    )
    assert (await bring(file)).problems == []
    found = {ticket.foreign_number: ticket for ticket in await uow.session.scalars(select(Ticket))}
    assert (found["RX-001"].anonymous, found["RX-001"].petitioner_id) == (True, None)
    assert found["RX-002"].sealed_to is not None
    assert "机密" not in found["RX-003"].text


def test_a_file_that_does_not_fit_says_what_is_missing(tmp_path):
    mapping = load_mapping(MAPPING)
    (tmp_path / "x.csv").write_text("编号,内容\n1,2\n", encoding="utf-8")
    with pytest.raises(Invalid, match="工单编号"):
        read_rows(tmp_path / "x.csv", mapping)
    (tmp_path / "x.xlsx").write_bytes(b"no workbook")
    with pytest.raises(Invalid, match="cannot be read"):
        read_rows(tmp_path / "x.xlsx", mapping)
    with pytest.raises(Invalid, match="cannot be read"):
        read_rows(tmp_path / "none.csv", mapping)


@pytest.mark.parametrize(
    ("words", "key"),
    [('system = "x"\n[columns]\nnumber = "a"', "registered_at"), ('system = ""', "columns"), ("system = 5", "system")],
)
def test_a_mapping_that_is_wrong_names_its_key(tmp_path, words, key):
    (tmp_path / "m.toml").write_text(words, encoding="utf-8")
    with pytest.raises(ConfigMistake) as wrong:
        load_mapping(tmp_path / "m.toml")
    assert key in str(wrong.value)


async def test_the_report_is_json(bring, tmp_path):
    report = await bring(sheet(tmp_path / "old.csv", ROW), dry_run=True)
    told = json.loads(msgspec.json.encode(report))
    assert told.keys() == {"system", "rows", "skipped", "already", "problems", "tickets"}


def test_the_command_reports_each_mistake_writes_nothing_and_then_brings_all_over_once(committed_kernel, tmp_path):
    def run(file: Path, *words: str) -> tuple[int | None, str]:
        ended = command(committed_kernel.settings, "import", str(file), "--mapping", str(MAPPING), *words)
        return ended.code, ended.out + ended.err

    wrong = workbook(tmp_path / "wrong.xlsx", ROW, ROW | {"工单编号": "RX-002", "联系电话": "12"})
    code, told = run(wrong)
    assert (code, "第3行 联系电话" in told, "一行也没有写入" in told) == (1, True, True)
    right = workbook(tmp_path / "right.xlsx", ROW, ROW | {"工单编号": "RX-002", "联系电话": "13900139000"})
    assert "可以导入 2 行" in run(right, "--dry-run")[1]
    assert "已导入 2 件" in run(right)[1]
    report = json.loads(run(right, "--json")[1])
    assert (report["rows"], len(report["already"]), report["tickets"]) == (2, 2, [])


ENDED = ("办结时间", "办结方式", "办理结果", "承办单位")


@pytest.fixture
def ended(tmp_path):
    """A sheet that also says how its rows ended, with a mapping that reads it."""

    def write(*rows: dict) -> tuple[Path, Path]:
        words = MAPPING.read_text(encoding="utf-8").replace('"状态" = ["已办结", "已撤销"]', "")
        for field, heading in zip(("ended_at", "outcome", "result", "unit"), ENDED, strict=True):
            words = words.replace(f'# {field} = "{heading}"', f'{field} = "{heading}"')
        mapping, file = tmp_path / "ended.toml", tmp_path / "ended.csv"
        mapping.write_text(words, encoding="utf-8")
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, (*HEADINGS, *ENDED))
            writer.writeheader()
            writer.writerows(dict.fromkeys(ENDED, "") | row for row in rows)
        return file, mapping

    return write


CLOSED = ROW | dict(zip(ENDED, ("2026-10-30 16:00", "", "已补发三个月抚恤金。", ""), strict=True))


async def test_what_ended_there_is_over_here_and_starts_nothing(
    bring, ended, uow, kernel, clock, client, sign_in, gateway, jobs, make
):
    answered = CLOSED | {
        "工单编号": "RX-002",
        "办结方式": "answered",
        "办理结果": "带身份证到窗口办理。",
        "承办单位": COUNTY,
    }
    file, mapping = ended(CLOSED, answered, ROW | {"工单编号": "RX-003"})
    report = await bring(file, mapping=mapping)
    assert (report.problems, len(report.tickets)) == ([], 3)
    found = {each.foreign_number: each for each in await uow.session.scalars(select(Ticket))}
    first, second = found["RX-001"], found["RX-002"]
    assert (first.status, first.result) == ("closed", "已补发三个月抚恤金。")
    assert first.ended_at == datetime(2026, 10, 30, 16, 0, tzinfo=SHANGHAI)
    assert (second.status, second.reply, second.lead_unit) == ("answered", "带身份证到窗口办理。", COUNTY)
    assert found["RX-003"].status == "registered"
    clocked = select(func.count()).select_from(Deadline).where(Deadline.ticket_id.in_([first.id, second.id]))
    assert await uow.session.scalar(clocked) == 0
    assert await jobs.pending(first.id) == []
    await jobs.run_due()
    assert gateway.to("13800138000") == []
    headers = await sign_in(f"supervisor-{CITY}")
    view = (await client.get(f"/api/v1/desk/tickets/{first.number}", headers=headers)).json()
    assert "在那里已经办完" in view["history"][0]["what"]
    rates = await client.get("/api/v1/board/rates", params={"month": "2026-10"}, headers=headers)
    assert rates.json()["units"][0]["subtree"]["base"] == 0
    broken = [law for law in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if law.count]
    assert broken == []


async def test_one_that_ended_there_can_be_taken_up_again_here(bring, ended, uow, act, kernel, clock):
    file, mapping = ended(CLOSED | {"承办单位": STATION})
    await bring(file, mapping=mapping)
    [number] = await uow.session.scalars(select(Ticket.number))
    reply = await act(f"intake-{COUNTY}", number, "reopen", reason="又停发了")
    assert (reply.status_code, reply.json()["status"]) == (200, "in_progress"), reply.text
    starts = select(Deadline.start_at).where(Deadline.clock == "petitioner", Deadline.state == "running")
    assert set(await uow.session.scalars(starts)) == {clock.now()}
    broken = [law for law in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if law.count]
    assert broken == []


async def test_an_end_that_cannot_be_names_its_column(bring, ended):
    file, mapping = ended(
        CLOSED | {"办结时间": "2026-10-20 10:00"},
        CLOSED | {"工单编号": "RX-002", "办结时间": ""},
        CLOSED | {"工单编号": "RX-003", "办结方式": "不了了之"},
        CLOSED | {"工单编号": "RX-004", "承办单位": "没有的站"},
        CLOSED | {"工单编号": "RX-005", "办结时间": "2030-01-01 10:00"},
    )
    report = await bring(file, mapping=mapping)
    assert [(each.row, each.column) for each in report.problems] == [
        (2, "办结时间"), (3, "办结时间"), (4, "办结方式"), (5, "承办单位"), (6, "办结时间"),
    ]  # fmt: skip
