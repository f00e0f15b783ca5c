"""挂账: asked for with a plan and an end, decided one level up; no clock stops, no date moves, and it ends by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.models import Message, Notice
from jiesu.sla.models import Deadline
from tests.builders.forms import CITY, COUNTY, STATION
from workers.invariants import check_all

OFFICER, HEAD, ABOVE = f"officer-{STATION}", f"unit_head-{STATION}", f"unit_head-{COUNTY}"
PLAN = {"plan": "等省厅批复后补发，每月核对一次。"}
UNTIL = PLAN | {"until": "2026-12-21"}


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
async def whole(kernel, clock):
    yield
    broken = [found for found in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if found.count]
    assert broken == []


@pytest.fixture
def clocks(uow):
    async def read(made) -> list[tuple[str, str, datetime]]:
        rows = await uow.session.scalars(
            select(Deadline).where(Deadline.ticket_id == made.id).order_by(Deadline.id).execution_options(populate_existing=True)
        )  # fmt: skip
        return [(str(row.target), str(row.state), row.due_at) for row in rows]

    return read


@pytest.fixture
def notices(uow):
    async def read(made) -> list[tuple[str, str]]:
        mine = select(Notice.kind, Notice.unit).where(Notice.ticket_id == made.id, Notice.kind.like("listing%"))
        return [tuple(row) for row in await uow.session.execute(mine.order_by(Notice.id))]

    return read


async def allowed(client, sign_in, username, made) -> set[str]:
    view = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(username))
    return set(view.json()["allowed"])


async def test_a_listing_changes_the_status_and_no_clock(act, make, clocks, notices, uow, client, sign_in):
    made = await make.ticket("in_progress")
    before = await clocks(made)
    asked = await act(OFFICER, made, "list", **UNTIL)
    assert (asked.status_code, asked.json()["status"]) == (200, "in_progress"), asked.text
    assert "list" not in await allowed(client, sign_in, OFFICER, made)
    granted = await act(ABOVE, made, "grant_listing", note="同意")
    assert (granted.json()["status"], granted.json()["status_text"]) == ("listed", "挂账办理"), granted.text
    [listing] = granted.json()["listings"]
    assert (listing["state"], listing["until"]) == ("granted", "2026-12-21T17:30:00+08:00")
    assert listing["reviews"] == ["2026-12-02"]
    assert await clocks(made) == before
    assert await notices(made) == [("listing_asked", COUNTY), ("listing_granted", STATION)]
    said = (await uow.session.scalars(select(Message.text).where(Message.ticket_id == made.id))).all()[-1]
    assert "挂账办理至12月21日（周一）" in said
    assert PLAN["plan"] in said
    assert {"unlist", "inform", "contact", "note"} <= await allowed(client, sign_in, OFFICER, made)
    assert (await act(OFFICER, made, "submit", result="x")).status_code == 409


async def test_it_is_reviewed_on_its_days_and_ends_on_its_date(act, make, jobs, clock, notices):
    made = await make.ticket("in_progress", service_class="P4")
    await act(OFFICER, made, "list", **UNTIL, reviews=["2026-11-20", "2026-12-10"])
    await act(ABOVE, made, "grant_listing")
    clock.set(at(11, 20, 9))
    await jobs.run_due()
    assert (await notices(made))[2:] == [("listing_review", STATION), ("listing_review", COUNTY)]
    clock.set(at(12, 21, 17, 30))
    await jobs.run_due()
    assert (await make.load(made)).status == "in_progress"
    assert (await notices(made))[-1] == ("listing_ended", STATION)
    assert sum(kind == "listing_review" for kind, _ in await notices(made)) == 4


async def test_it_ends_with_its_event_and_the_date_then_does_nothing(act, make, jobs, clock, notices):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "list", **UNTIL, event="省厅批复")
    await act(ABOVE, made, "grant_listing")
    reply = await act(OFFICER, made, "unlist", reason="批复已到")
    assert (reply.json()["status"], reply.json()["listings"][0]["state"]) == ("in_progress", "ended")
    told = len(await notices(made))
    clock.set(at(12, 21, 18))
    await jobs.run_due()
    assert len(await notices(made)) == told


async def test_an_event_alone_is_an_end(act, make):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "list", **PLAN, event="省厅批复")
    reply = await act(ABOVE, made, "grant_listing")
    assert (reply.json()["status"], reply.json()["listings"][0]["until"]) == ("listed", None)
    assert len(reply.json()["listings"][0]["reviews"]) == 12


async def test_the_ladder_climbs_for_a_listed_ticket_as_for_any_other(act, make, jobs, clock, uow):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "list", **UNTIL)
    await act(ABOVE, made, "grant_listing")
    clock.set(at(11, 9, 17, 31))
    await jobs.run_due()
    told = select(Notice.unit).where(Notice.ticket_id == made.id, Notice.kind == "supervision")
    assert COUNTY in set(await uow.session.scalars(told))
    assert (await make.load(made)).status == "listed"


async def test_it_is_decided_one_level_up_and_never_by_who_asked(act, make, client, sign_in):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "list", **UNTIL)
    for username in (OFFICER, HEAD, f"dispatcher-{COUNTY}"):
        assert (await act(username, made, "grant_listing")).status_code == 403, username
        assert "grant_listing" not in await allowed(client, sign_in, username, made)
    refused = await act(ABOVE, made, "refuse_listing", reason="可以先办一半")
    assert (refused.json()["status"], refused.json()["listings"][0]["note"]) == ("in_progress", "可以先办一半")
    assert (await act(OFFICER, made, "list", **UNTIL)).status_code == 200
    assert (await act(f"supervisor-{CITY}", made, "grant_listing")).status_code == 200


@pytest.mark.parametrize("end", ["approve", "withdraw"])
async def test_nothing_asked_for_or_in_force_outlives_the_work(act, make, end):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "list", **UNTIL)
    if end == "approve":
        for step in ("contact", "submit"):
            await make.step(made, step, OFFICER)
        reply = await act(HEAD, made, "approve")
        assert [each["state"] for each in reply.json()["listings"]] == ["refused"]
    else:
        await act(ABOVE, made, "grant_listing")
        await make.withdraw(made)
        assert (await make.load(made)).status == "withdrawn"


async def test_a_date_that_has_passed_is_not_granted(act, make, clock):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "list", **PLAN, until="2026-11-04")
    clock.set(at(11, 5, 9))
    reply = await act(ABOVE, made, "grant_listing")
    assert (reply.status_code, reply.json()["title"]) == (409, "ListingOver")


@pytest.mark.parametrize(
    ("body", "field", "title"),
    [({}, "plan", "EmptyText"), (PLAN, "until", "NoEnd"), (PLAN | {"until": "2026-11-01"}, "until", "ListedTooLong"),
     (PLAN | {"until": "2028-11-01"}, "until", "ListedTooLong"), (PLAN | {"until": "soon"}, "until", "BadUntil"),
     (PLAN | {"until": "2026-12-20"}, "until", "UntilRestDay"),
     (UNTIL | {"reviews": ["2026-12-25"]}, "reviews", "BadReview"), (UNTIL | {"reviews": ["x"]}, "reviews", "BadReview")],
)  # fmt: skip
async def test_a_listing_that_cannot_be_names_the_field(act, make, body, field, title):
    reply = await act(OFFICER, await make.ticket("in_progress"), "list", **body)
    assert (reply.status_code, reply.json()["field"], reply.json()["title"]) == (422, field, title)


async def test_the_petitioner_reads_the_plan_and_until_when(act, make, client):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "list", **UNTIL)
    await act(ABOVE, made, "grant_listing", note="内部意见")
    page = await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})
    line = page.json()["timeline"][-1]
    assert line["what"] == "这件事一时办不完，上级同意按方案继续办，预计到12月21日（周一）17:30"
    assert line["detail"] == PLAN["plan"]
    assert "内部意见" not in page.text
