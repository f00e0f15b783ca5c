"""转为信访、转为接诉即办: other limits from the same registration, told with the reason; and a petition chosen at the counter."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.models import Message
from jiesu.sla.models import ClockState, Deadline
from jiesu.tickets.models import Ticket
from tests.builders.forms import CITY, COUNTY, PHONE, PLACE, PLAIN, STATION
from workers.invariants import check_all

OFFICER, DESK = f"officer-{STATION}", f"dispatcher-{COUNTY}"


def at(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
async def whole(kernel, clock, jobs):
    yield
    await jobs.run_due()
    broken = [one for one in await check_all(kernel.db, clock.now(), files=kernel.files) if one.count]
    assert broken == []


@pytest.fixture
def running(uow):
    async def read(made) -> dict[tuple[str, str], datetime]:
        query = select(Deadline).where(Deadline.ticket_id == made.id, Deadline.state == ClockState.RUNNING)
        rows = await uow.session.scalars(query.execution_options(populate_existing=True))
        return {(str(row.clock), str(row.target)): row.due_at for row in rows}

    return read


@pytest.fixture
def told(uow):
    async def read(made) -> str:
        newest = select(Message).where(Message.ticket_id == made.id).order_by(Message.id.desc()).limit(1)
        return (await uow.session.scalars(newest)).one().text

    return read


async def test_to_a_petition_and_back_from_the_same_registration(make, act, running, told, clock, client):
    made = await make.ticket("in_progress")
    before, registered = await running(made), (await make.load(made)).registered_at
    clock.set(at(11, 4, 9))
    reply = await act(DESK, made, "convert", track="PETITION", reason="本人要求书面答复")
    assert (reply.status_code, reply.json()["track"], reply.json()["class"]) == (200, "PETITION", "X"), reply.text
    after = await running(made)
    assert after["petitioner", "notice"] == at(11, 17, 17, 30)
    assert after["petitioner", "opinion"] == at(1, 4, 17, 30, year=2027)
    assert (
        "改按信访程序办理：原定11月9日（周一）17:30前答复，现为1月4日（周一）17:30前答复。原因：本人要求书面答复"
        in await told(made)
    )
    assert "accept" in (await act(OFFICER, made, "note", text="x")).json()["allowed"]
    view = (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()
    assert "书面的受理告知书" in next(line for line in view["timeline"] if line["kind"] == "TicketConverted")["what"]
    back = await act(DESK, made, "convert", track="SERVICE", reason="只是咨询进度", **{"class": "P2"})
    assert (back.json()["track"], back.json()["class"]) == ("SERVICE", "P2"), back.text
    assert (await running(made))["petitioner", "resolve"] == before["petitioner", "resolve"]
    assert (await make.load(made)).registered_at == registered


async def test_the_catalogue_says_the_class_on_the_service_track(make, act):
    made = await make.ticket("registered", track="PETITION")
    await make.dispatch(made, STATION, category="0101")
    assert (await act(DESK, made, "convert", track="SERVICE", reason="x")).json()["class"] == "P3"


@pytest.mark.parametrize(("track", "title"), [("SERVICE", "OnThatTrack"), ("PETITION", None)])
async def test_a_track_it_is_on_is_refused(make, act, track, title):
    reply = await act(DESK, await make.ticket("dispatched"), "convert", track=track, reason="x")
    assert reply.json().get("title") == title if title else reply.status_code == 200


async def test_what_was_accepted_stays_a_petition(make, act):
    made = await make.ticket("in_progress", service_class="X", track="PETITION")
    await act(OFFICER, made, "accept")
    reply = await act(DESK, made, "convert", track="SERVICE", reason="x")
    assert (reply.status_code, reply.json()["title"]) == (409, "AcceptedAlready")


async def test_reports_stay_where_they_are(make, act):
    made = await make.filed(text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report")
    reply = await act("dispatcher-CITY-DISCIPLINE", made, "convert", track="SERVICE", reason="x")
    assert (reply.status_code, reply.json()["title"]) == (409, "StaysWhereItIs")


async def test_a_reason_is_asked_for_and_who_handles_it_does_not_choose(make, act):
    made = await make.ticket("in_progress")
    assert (await act(DESK, made, "convert", track="PETITION")).json()["field"] == "reason"
    assert (await act(OFFICER, made, "convert", track="PETITION", reason="x")).status_code == 403
    assert (await act(f"dispatcher-{CITY}", made, "convert", track="PETITION", reason="x")).status_code == 200


async def test_a_petition_is_chosen_at_the_counter(client, sign_in, uow):
    client.headers.update(await sign_in(f"intake-{COUNTY}"))
    page = await client.get("/desk/new")
    assert "按信访程序办" in page.text
    fields = {
        "_csrf_token": client.cookies["csrftoken"],
        "channel": "visit",
        "text": PLAIN,
        "place": PLACE,
        "do": "file",
        "key": "k9",
    }
    reply = await client.post("/desk/new", data=fields | {"petitioner.phone": PHONE, "track": "PETITION"})
    assert reply.status_code == 303, reply.text
    ticket = (await uow.session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1))).one()
    assert (ticket.track, ticket.service_class, ticket.is_petition) == ("PETITION", "X", True)
