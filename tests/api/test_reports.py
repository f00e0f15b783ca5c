"""The weekly analysis and the monthly bulletin: whose figures they hold, the Word file, and telling that one is ready."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from jiesu.accounts.models import StaffRow
from jiesu.db.jobs import Job
from jiesu.desk.prepared.models import PreparedFile
from jiesu.desk.reports.announce import REPORT_DUE, promise_reports
from jiesu.notifications.models import Notice
from tests.builders.files import written
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.make import NO, YES

WEEK = "/api/v1/board/reports/2026-W45"  # 2 to 8 November, which begins with the tests' Monday


@pytest.fixture
async def week(make, clock, jobs):
    """Of one station: one answered well, one disputed, one late for weeks, one that accuses the county; and a sealed report."""
    await make.answer(await make.ticket("awaiting_survey"), **YES)
    await make.answer(await make.ticket("awaiting_survey"), **NO)
    late = await make.ticket("in_progress", text="抚恤金停发三个月，电话13800138000，请帮忙。")
    await make.ticket("in_progress", unit="INST-VETERANS", accused_unit=COUNTY)
    await make.filed(text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report")
    clock.advance(timedelta(days=6))
    await jobs.run_due()
    return late


async def report(client, sign_in, who: str, path: str = WEEK):
    reply = await client.get(path, headers=await sign_in(who))
    return reply.json() if reply.status_code == 200 else reply.status_code


async def test_every_figure_leads_to_exactly_as_many_tickets(client, sign_in, week):
    headers = await sign_in(f"supervisor-{CITY}")
    found = (await client.get(WEEK, headers=headers)).json()
    counted = [(row["now"], row["query"]) for name in ("totals", "categories", "places") for row in found[name]]
    counted += [(row["tickets"], row["query"]) for row in found["ladder"]]
    assert len(counted) > 8
    for number, query in counted:
        listed = (await client.get("/api/v1/board/tickets", params=query, headers=headers)).json()
        assert listed["count"] == number, query
    totals = {row["what"]: row["now"] for row in found["totals"]}
    assert (totals["arrived"], totals["disputed"]) == (4, 1)
    assert sum(day["arrived"] for day in found["days"]) == 4
    assert found["days"][-1]["backlog"] == totals["backlog"]
    assert [reason["code"] for reason in found["reasons"]] == ["unsolved"]


async def test_what_accuses_a_unit_is_in_no_figure_of_its_own_report(client, sign_in, week):
    """Nor is anything sealed in anybody's: a count that is one too high would tell."""
    arrived = {}
    for who in (f"supervisor-{CITY}", f"supervisor-{COUNTY}", f"unit_head-{STATION}"):
        found = await report(client, sign_in, who)
        arrived[who] = next(row["now"] for row in found["totals"] if row["what"] == "arrived")
    assert list(arrived.values()) == [4, 3, 3]


async def test_a_report_is_for_whoever_supervises_and_of_their_own_subtree(client, sign_in, week):
    assert await report(client, sign_in, f"officer-{STATION}") == 403
    assert await report(client, sign_in, f"auditor-{CITY}") == 403
    assert await report(client, sign_in, f"supervisor-{COUNTY}", f"{WEEK}?unit={CITY}") == 404
    assert (await report(client, sign_in, f"supervisor-{CITY}", f"{WEEK}?unit={STATION}"))["unit"]["code"] == STATION
    assert await report(client, sign_in, f"supervisor-{CITY}", "/api/v1/board/reports/2026-W99") == 422
    assert await report(client, sign_in, f"supervisor-{CITY}", "/api/v1/board/reports/2027-01") == 422


async def test_a_month_is_made_by_the_same_rules_and_the_worst_delays_are_named(client, sign_in, week, clock, jobs):
    clock.set(datetime(2026, 12, 1, 2, tzinfo=UTC))
    await jobs.run_due()
    found = await report(client, sign_in, f"supervisor-{CITY}", "/api/v1/board/reports/2026-11")
    assert found["over"]
    assert week.number in {late["number"] for late in found["delays"]}
    assert min(late["days"] for late in found["delays"]) >= 18
    assert {row["what"]: row["now"] for row in found["totals"]}["missed"] >= 2
    assert found["rates"][0]["base"] == 2
    assert any("到期没有办结" in remark for remark in found["remarks"])


async def ordered(client, sign_in, who: str) -> tuple[dict, dict]:
    headers = await sign_in(who)
    reply = await client.post(f"{WEEK}/document", headers=headers)
    assert reply.status_code == 202, reply.text
    return reply.json(), headers


async def test_a_worker_makes_the_word_file_for_whoever_asked_and_nobody_else(client, sign_in, week, jobs):
    file, headers = await ordered(client, sign_in, f"supervisor-{CITY}")
    place = f"/api/v1/board/files/{file['ref']}"
    assert file["state"] == "waiting"
    assert (await client.get(f"{place}/content", headers=headers)).status_code == 409
    await jobs.run_due()
    assert (await client.get(place, headers=headers)).json()["state"] == "ready"
    reply = await client.get(f"{place}/content", headers=headers)
    assert "no-store" in reply.headers["cache-control"]
    with zipfile.ZipFile(io.BytesIO(reply.content)) as made:
        words = written(reply.content)
        assert sum(name.startswith("word/media/") for name in made.namelist()) >= 2
    assert "一周研判（2026年第45周）" in words
    assert "13800138000" not in words
    for other in (f"unit_head-{CITY}", f"supervisor-{COUNTY}"):
        theirs = await sign_in(other)
        assert (await client.get(place, headers=theirs)).status_code == 404
        assert (await client.get(f"{place}/content", headers=theirs)).status_code == 404
        assert (await client.get("/api/v1/board/files", headers=theirs)).json() == []


async def test_a_file_is_taken_away_after_a_day_and_a_killed_maker_is_followed_by_another(
    client, kernel, sign_in, week, jobs, clock
):
    file, headers = await ordered(client, sign_in, f"supervisor-{CITY}")
    async with kernel.db.begin() as uow:  # a worker took it in hand and was killed
        await uow.session.execute(update(PreparedFile).values(state="making", touched_at=uow.now))
    await jobs.run_due()
    place = f"/api/v1/board/files/{file['ref']}"
    assert (await client.get(place, headers=headers)).json()["state"] == "making"
    clock.advance(timedelta(minutes=3))
    await jobs.run_due()
    headers = await sign_in(f"supervisor-{CITY}")
    assert (await client.get(place, headers=headers)).json()["state"] == "ready"
    async with kernel.db.begin() as uow:
        kept = (await uow.session.scalar(select(PreparedFile))).place
    assert kernel.files.there(kept)
    clock.advance(timedelta(hours=24))
    await jobs.run_due()
    headers = await sign_in(f"supervisor-{CITY}")
    assert (await client.get(place, headers=headers)).status_code == 404
    assert not kernel.files.there(kept)


async def test_whoever_has_lost_the_post_gets_no_file(client, kernel, sign_in, week, jobs):
    file, _ = await ordered(client, sign_in, f"supervisor-{CITY}")
    async with kernel.db.begin() as uow:
        await uow.session.execute(update(StaffRow).where(StaffRow.unit == CITY).values(active=False))
    await jobs.run_due()
    async with kernel.db.begin() as uow:
        row = await uow.session.scalar(select(PreparedFile).where(PreparedFile.ref == file["ref"]))
    assert (str(row.state), row.place) == ("failed", None)


async def test_supervisors_are_told_on_monday_morning_and_on_the_first(client, kernel, sign_in, jobs, clock):
    async with kernel.db.begin() as uow:
        await promise_reports(uow, kernel.rules)
        await promise_reports(uow, kernel.rules)
        query = select(Job.key, Job.run_at).where(Job.kind == REPORT_DUE).order_by(Job.run_at)
        promised = [(key.rpartition(":")[2], at) for key, at in await uow.session.execute(query)]
    assert promised == [
        ("2026-W45", datetime(2026, 11, 9, 0, 30, tzinfo=UTC)),
        ("2026-11", datetime(2026, 12, 1, 0, 30, tzinfo=UTC)),
    ]
    clock.set(datetime(2026, 11, 9, 0, 30, tzinfo=UTC))
    await jobs.run_due()
    told = {}
    for who in (f"supervisor-{CITY}", f"intake-{CITY}", f"supervisor-{COUNTY}", f"unit_head-{STATION}"):
        notices = (await client.get("/api/v1/desk/notices", headers=await sign_in(who))).json()
        told[who] = [notice["link"] for notice in notices if notice["kind"] == "weekly_report"]
    assert list(told.values()) == [["/board/reports/2026-W45"], [], ["/board/reports/2026-W45"], []]
    await client.post("/api/v1/desk/notices/read", headers=await sign_in(f"intake-{CITY}"))
    async with kernel.db.begin() as uow:
        unread = await uow.session.scalars(
            select(Notice.unit).where(Notice.kind == "weekly_report", Notice.read_at.is_(None))
        )
        assert CITY in set(unread)
        following = await uow.session.scalars(select(Job.key).where(Job.kind == REPORT_DUE).order_by(Job.run_at))
        assert [key.rpartition(":")[2] for key in following] == ["2026-W46", "2026-11"]
