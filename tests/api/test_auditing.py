"""What auditors read: both trails by filters, page by page, in words; the export; and who was pressed about an answer."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest

import jiesu.custody.events  # noqa: F401  (its kinds count too)
from jiesu.accounts.events import SignedIn
from jiesu.audit.trail import TrailEntry
from jiesu.db.uow import Event, SecurityEvent
from jiesu.desk import audit_export
from jiesu.desk.audit_words import ACCOUNTS, TICKETS
from jiesu.reactions import UNTRAILED
from tests.builders.accounts import NAME
from tests.builders.desk import signing_in
from tests.builders.forms import CITY, COUNTY, PHONE, STATION
from tests.builders.make import Make

ENTRIES, EXPORT, PRESSED = "/api/v1/audit/entries", "/api/v1/audit/export", "/api/v1/audit/pressed"
SECRET = "紫色大象的秘密"


@pytest.fixture
async def auditor(people, sign_in) -> dict[str, str]:
    return await sign_in(f"auditor-{CITY}")


async def found(client, auditor, **filters) -> list[dict]:
    reply = await client.get(ENTRIES, params=filters, headers=auditor)
    assert reply.status_code == 200, reply.text
    return reply.json()["entries"]


def kinds_of(base: type) -> set[str]:
    return {each.__name__ for each in base.__subclasses__()} | {
        name for each in base.__subclasses__() for name in kinds_of(each)
    }


def test_every_kind_of_entry_has_words():
    assert kinds_of(SecurityEvent) == set(ACCOUNTS)
    passing = {each.__name__ for each in UNTRAILED} | {"TicketEvent"}
    assert kinds_of(Event) - passing == set(TICKETS)
    assert not set(ACCOUNTS) & set(TICKETS)


async def test_both_trails_are_one_list_the_newest_first(client, auditor, people, make, clock):
    await people.add()
    clock.advance(timedelta(minutes=1))
    made = await make.ticket("dispatched", text=f"{SECRET}，请帮忙。")
    clock.advance(timedelta(minutes=1))
    await people.try_in(password="wrong")
    rows = await found(client, auditor)
    assert [row["kind"] for row in rows] == [
        *("SignInFailed", "TicketDispatched", "TicketRegistered", "PostGiven", "AccountAdded")
    ]
    failed, dispatched, registered, given, _ = rows
    assert (failed["account"], failed["words"], failed["address"]) == (NAME, "登录失败", "127.0.0.1")
    assert (dispatched["account"], dispatched["number"]) == (f"dispatcher-{CITY.lower()}", made.number)
    assert dispatched["detail"]["单位"] != STATION
    assert registered["account"] == "诉求人"
    assert (given["by"], given["detail"]["岗位"]) == ("test", "承办人")


async def test_neither_what_a_petition_says_nor_who_filed_it_is_told(client, auditor, make, act):
    made = await make.ticket("closed", text=f"{SECRET}，请帮忙。")
    await act(f"officer-{STATION}", made, "reveal", reason=SECRET)
    text = (await client.get(ENTRIES, headers=auditor)).text + (
        await client.post(EXPORT, json={}, headers=auditor)
    ).text
    for hidden in (SECRET, "已核实并补发三个月抚恤金", PHONE, made.code, "电话说明了办理安排"):
        assert hidden not in text
    assert "PetitionerRevealed" in text


async def test_it_is_found_by_day_kind_account_and_number(client, auditor, people, make, clock):
    await people.add()
    first = await make.ticket("in_progress")
    clock.advance(timedelta(days=2))
    second = await make.ticket("in_progress")
    assert {row["number"] for row in await found(client, auditor, since="2026-11-04")} == {second.number}
    assert second.number not in {row["number"] for row in await found(client, auditor, until="2026-11-03")}
    assert {row["kind"] for row in await found(client, auditor, kind="TicketSigned")} == {"TicketSigned"}
    assert [row["kind"] for row in await found(client, auditor, kind="AccountAdded")] == ["AccountAdded"]
    assert [row["number"] for row in await found(client, auditor, number=first.number.lower())] == [first.number] * 3
    own = await found(client, auditor, account=f"officer-{STATION}".upper())
    assert [row["kind"] for row in own] == ["TicketSigned"] * 2
    assert {row["kind"] for row in await found(client, auditor, account=NAME)} == {"PostGiven", "AccountAdded"}
    assert len(await found(client, auditor, account="test")) == 2
    assert await found(client, auditor, account="nobody") == await found(client, auditor, kind="Nothing") == []


async def test_pages_follow_each_other_without_a_gap_also_within_one_moment(client, auditor, people, make):
    for number in range(20):
        await people.add(f"person{number:02}", password=None)
        await make.ticket("in_progress")
    seen, cursor = [], ""
    while cursor is not None:
        page = (await client.get(ENTRIES, params={"cursor": cursor}, headers=auditor)).json()
        seen += [(row["trail"], row["number"], row["seq"]) for row in page["entries"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 20 * (2 + 3)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"since": "gestern"}, "since"), ({"until": "2026-13-01"}, "until"), ({"cursor": "x"}, "cursor")],
)
async def test_what_cannot_be_read_is_named(client, auditor, wrong, field):
    refused = await client.get(ENTRIES, params=wrong, headers=auditor)
    assert (refused.status_code, refused.json()["field"]) == (422, field)


async def test_an_auditor_of_an_accused_line_sees_nothing_of_that_ticket(client, auditor, sign_in, make):
    """domain.md §3: the accused unit's subtree is denied lists and exports; a sealed report is its keepers' alone."""
    against = await make.filed(accused_unit=COUNTY)
    sealed = await make.filed(text="举报工作人员收受礼金，违反纪律。", nature="report")
    assert (await make.load(sealed)).sealed_to is not None
    accused = await sign_in(f"auditor-{STATION}")
    assert {row["number"] for row in await found(client, auditor)} == {against.number}
    assert await found(client, accused) == []
    assert against.number not in (await client.post(EXPORT, json={}, headers=accused)).text
    keeper = await sign_in(f"auditor-{(await make.load(sealed)).sealed_to}")
    assert sealed.number in {row["number"] for row in await found(client, keeper)}


async def test_the_export_is_marked_line_by_line_and_on_record(committed_client, committed_kernel):
    auditor = await signing_in(committed_client, committed_kernel)(f"auditor-{CITY}")
    made = await Make(committed_kernel).ticket("in_progress")
    reply = await committed_client.post(EXPORT, json={"number": made.number}, headers=auditor)
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"] == 'attachment; filename="audit-20261102-090000.csv"'
    assert reply.content.startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(io.StringIO(reply.content.decode("utf-8-sig")))
    assert heading[-1] == "导出水印"
    assert {row[-1] for row in rows} == {f"auditor-{CITY.lower()} 2026-11-02 09:00:00"}
    assert [row[4] for row in rows] == ["TicketSigned", "TicketDispatched", "TicketRegistered"]
    [entry] = await found(committed_client, auditor, kind="TrailExported")
    assert entry["account"] == f"auditor-{CITY.lower()}"


async def test_a_cell_that_looks_like_a_formula_is_harmless(committed_client, committed_kernel):
    auditor = await signing_in(committed_client, committed_kernel)(f"auditor-{CITY}")
    async with committed_kernel.db.begin() as uow:
        await uow.record(SignedIn(account="=cmd|' /c calc'!a0", address="@x"))
    reply = await committed_client.post(EXPORT, json={"kind": "SignedIn"}, headers=auditor)
    [row] = list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))[1:]
    assert (row[1], row[6]) == ("'=cmd|' /c calc'!a0", "'@x")


async def test_a_long_export_holds_every_entry_once(committed_client, committed_kernel, monkeypatch):
    monkeypatch.setattr(audit_export, "STRETCH", 7)
    auditor = await signing_in(committed_client, committed_kernel)(f"auditor-{CITY}")
    for _ in range(10):
        await Make(committed_kernel).ticket("in_progress")
    reply = await committed_client.post(EXPORT, json={"kind": "TicketSigned"}, headers=auditor)
    rows = list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))[1:]
    assert len(rows) == len({row[5] for row in rows}) == 10


async def test_who_was_pressed_is_told_to_the_auditor_and_to_nobody_else(client, auditor, make, sign_in):
    made = await make.ticket("awaiting_survey")
    await make.answer(made, contacted=True, solved="yes", satisfied="yes", pressed=True)
    other = await make.ticket("awaiting_survey")
    await make.answer(other, contacted=True, solved="yes", satisfied="yes", pressed=False)
    page = (await client.get(PRESSED, headers=auditor)).json()
    assert [(row["number"], row["unit"]) for row in page["replies"]] == [(made.number, STATION)]
    assert "satisfied" not in str(page)
    for who in (f"officer-{STATION}", f"unit_head-{STATION}", f"supervisor-{CITY}", f"callback-{CITY}"):
        headers = await sign_in(who)
        assert (await client.get(PRESSED, headers=headers)).status_code == 403
        for path in (f"/api/v1/desk/tickets/{made.number}", f"/desk/t/{made.number}", "/api/v1/board/rates/tickets"):
            reply = await client.get(path, headers=headers)
            asked = re.search(r'<form[^>]*id="step-correct_answer".*?</form>', reply.text, re.DOTALL)
            told = reply.text.replace(asked[0], "") if asked else reply.text  # that form asks anew, and knows no answer
            assert not asked or " checked" not in asked[0].partition("correct_answer-pressed")[2]
            assert "pressed" not in told, (who, path)
            assert "施压" not in told, (who, path)
    follow = await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})
    assert "pressed" not in follow.text
    assert "pressed" not in str(await found(client, auditor, number=made.number))


async def test_the_pages_say_the_same_in_words(client, auditor, make):
    made = await make.ticket("awaiting_survey")
    await make.answer(made, contacted=True, solved="yes", satisfied="yes", pressed=True)
    page = await client.get("/audit", params={"number": made.number}, headers=auditor)
    for words in ("登记诉求", "派单", "签收", made.number, f"officer-{STATION.lower()}", "导出查到的全部记录"):
        assert words in page.text
    english = await client.get("/audit", params={"kind": "TicketSigned", "lang": "en"}, headers=auditor)
    assert ("signed" in english.text, "签收" in english.text) == (True, False)
    assert made.number in (await client.get("/audit/pressed", headers=auditor)).text
    wrong = await client.get("/audit", params={"since": "x", "lang": "zh"}, headers=auditor)
    assert (wrong.status_code, "日期请写成" in wrong.text) == (422, True)
    assert (await client.get("/desk", headers=auditor)).headers["location"] == "/audit"


async def test_an_entry_of_a_kind_without_words_is_still_shown(client, auditor, make, kernel):
    made = await make.ticket()
    async with kernel.db.begin() as uow:
        await uow.session.execute(
            TrailEntry.__table__.insert().values(
                ticket_id=made.id, seq=99, at=uow.now, kind="SomethingNew", data={}, previous="", hash=""
            )
        )
    assert [row["words"] for row in await found(client, auditor, kind="SomethingNew")] == ["其他操作（SomethingNew）"]
