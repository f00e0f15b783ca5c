"""What must not be known: sealed reports, and complaints about a unit, stay out of every list, search and notice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from jiesu.escalation.models import Escalation
from jiesu.notifications.models import Notice
from tests.builders.forms import CITY, COUNTY, STATION, VILLAGE

KEEPER = "CITY-DISCIPLINE"
KEEPERS = [f"{role}-{KEEPER}" for role in ("dispatcher", "officer", "unit_head")]
REPORT = "我要举报站里的工作人员收受好处费，替人虚报材料。"
UNKNOWN = "HH20260101-00001-3"
OUTSIDERS = [
    *(f"{role}-{unit}" for unit in (CITY, COUNTY) for role in ("supervisor", "unit_head", "dispatcher", "callback")),
    f"unit_head-{STATION}",
    f"auditor-{CITY}",
]


@pytest.fixture
async def report(make):
    return await make.filed(text=REPORT, nature="report")


async def sees(client, sign_in, username, made) -> dict[str, bool]:
    """Where a ticket can be found by somebody."""
    headers = await sign_in(username)

    async def numbers(url: str, **params: str) -> bool:
        reply = await client.get(url, params=params, headers=headers)
        return made.number in reply.text

    desk = "/api/v1/desk/tickets"
    return {
        "list": await numbers(desk, view="all"),
        "search by number": await numbers(desk, view="all", q=made.number),
        "search by word": await numbers(desk, view="all", q="好处费"),
        "search by telephone": await numbers(desk, view="all", q="13800138000"),
        "detail": (await client.get(f"{desk}/{made.number}", headers=headers)).status_code == 200,
        "notices": await numbers("/api/v1/desk/notices"),
        "escalations": await numbers("/api/v1/board/escalations"),
        "figures": await numbers("/api/v1/board/rates/tickets"),
    }


@pytest.mark.parametrize("username", KEEPERS)
async def test_the_keepers_of_a_sealed_report_find_it(client, sign_in, report, username):
    seen = await sees(client, sign_in, username, report)
    assert {place for place, found in seen.items() if found} >= {"list", "search by number", "search by word", "detail"}


async def test_nobody_else_finds_a_sealed_report_anywhere(client, sign_in, report, jobs, clock):
    clock.advance(timedelta(days=90))
    await jobs.run_due()
    for username in OUTSIDERS:
        assert not any((await sees(client, sign_in, username, report)).values()), username


async def test_a_hidden_ticket_and_one_that_is_not_there_answer_alike(client, sign_in, act, report):
    headers = await sign_in(f"supervisor-{CITY}")
    shown = [await client.get(f"/api/v1/desk/tickets/{number}", headers=headers) for number in (report.number, UNKNOWN)]
    acted = [await act(f"supervisor-{CITY}", number, "note", text="x") for number in (report.number, UNKNOWN)]
    for hidden, absent in (shown, acted):
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json() == absent.json()


async def test_every_notice_and_escalation_of_a_sealed_report_stays_with_its_keeper(report, jobs, clock, uow):
    for _ in range(20):
        clock.advance(timedelta(days=5))
        await jobs.run_due()
    notices = set(await uow.session.scalars(select(Notice.unit).where(Notice.ticket_id == report.id)))
    escalations = (await uow.session.scalars(select(Escalation).where(Escalation.ticket_id == report.id))).all()
    assert notices == {KEEPER}
    assert {row.unit for row in escalations} == {KEEPER}
    assert {row.level for row in escalations} == {1, 2, 3, 4}


async def test_the_petitioner_follows_a_sealed_report_like_any_other(client, report):
    view = await client.get(f"/api/v1/tickets/{report.number}", params={"code": report.code})
    assert view.status_code == 200


@pytest.mark.parametrize("accused", [STATION, COUNTY])
async def test_the_accused_unit_and_all_under_it_find_nothing(client, sign_in, make, jobs, clock, accused):
    made = await make.filed(accused_unit=accused)
    clock.advance(timedelta(days=30))
    await jobs.run_due()
    under = [f"{role}-{unit}" for unit in (STATION, VILLAGE) for role in ("officer", "unit_head")]
    centre = [f"{role}-{COUNTY}" for role in ("dispatcher", "supervisor", "unit_head")] if accused == COUNTY else []
    for username in (*under, *centre):
        assert not any((await sees(client, sign_in, username, made)).values()), username
    assert (await sees(client, sign_in, f"supervisor-{CITY}", made))["detail"]


@pytest.mark.parametrize(("accused", "unit"), [(STATION, STATION), (STATION, VILLAGE), (COUNTY, STATION)])
async def test_a_complaint_is_never_dispatched_to_the_accused_or_below(act, make, accused, unit):
    made = await make.filed(accused_unit=accused)
    reply = await act(f"dispatcher-{CITY}", made, "dispatch", unit=unit)
    assert (reply.status_code, reply.json()["title"]) == (409, "AccusedUnit")


async def test_nothing_about_a_complaint_reaches_the_accused(make, jobs, clock, uow, kernel):
    made = await make.filed(accused_unit=COUNTY)
    for _ in range(12):
        clock.advance(timedelta(days=2))
        await jobs.run_due()
    told = set(await uow.session.scalars(select(Notice.unit).where(Notice.ticket_id == made.id)))
    told |= set(await uow.session.scalars(select(Escalation.unit).where(Escalation.ticket_id == made.id)))
    assert told
    assert told.isdisjoint(kernel.rules.organisation.subtree(COUNTY))


async def test_a_complaint_about_the_top_is_sealed(client, sign_in, make):
    made = await make.filed(accused_unit=CITY)
    assert not any((await sees(client, sign_in, f"unit_head-{CITY}", made)).values())
    assert (await sees(client, sign_in, f"dispatcher-{KEEPER}", made))["detail"]


async def test_what_accuses_the_top_is_handled_by_its_keeper(act, make):
    made = await make.filed(accused_unit=CITY)
    reply = await act(f"dispatcher-{KEEPER}", made, "dispatch", unit=KEEPER)
    assert (reply.status_code, reply.json()["status"], reply.json()["sealed"]) == (200, "dispatched", True)
    assert (
        await act(f"dispatcher-{KEEPER}", await make.filed(accused_unit=CITY), "dispatch", unit=COUNTY)
    ).status_code == 409
