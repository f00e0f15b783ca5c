"""退单: in its window, once for each unit, twice in all; judged by somebody else within a clock of their own.

The petitioner's clock never moves, and the petitioner reads who refused and why.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.models import Notice
from jiesu.sla.models import ClockState, Deadline
from tests.builders.forms import CITY, COUNTY, STATION
from workers.invariants import check_all

SECOND, THIRD, OTHER = "VS-150102002", "VS-150102003", "VS-150103001"
OFFICER, DESK, CITY_DESK = f"officer-{STATION}", f"dispatcher-{COUNTY}", f"dispatcher-{CITY}"
ABOVE = f"unit_head-{COUNTY}"
WHY = {"reason": "not_our_place", "basis": "户籍和居住地都在第二街道"}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def running(uow):
    """Running deadlines: (clock, target, unit) → due."""

    async def read(made) -> dict[tuple[str, str, str | None], datetime]:
        query = select(Deadline).where(Deadline.ticket_id == made.id, Deadline.state == ClockState.RUNNING)
        rows = await uow.session.scalars(query.execution_options(populate_existing=True))
        return {(str(row.clock), str(row.target), row.unit): row.due_at for row in rows}

    return read


@pytest.fixture
def told(uow):
    """Posts that were told of the ticket's objections, in order."""

    async def read(made) -> list[tuple[str, str]]:
        mine = select(Notice.kind, Notice.unit).where(Notice.ticket_id == made.id, Notice.kind.like("object%"))
        return [tuple(row) for row in await uow.session.execute(mine.order_by(Notice.id))]

    return read


@pytest.fixture(autouse=True)
async def whole(kernel, clock):
    """Whatever a test did, every law holds afterwards."""
    yield
    broken = [finding for finding in await check_all(kernel.db, clock.now(), late=timedelta(days=99)) if finding.count]
    assert broken == []


async def allowed(client, sign_in, username, made) -> set[str]:
    view = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(username))
    return set(view.json()["allowed"])


async def progress(client, made) -> dict:
    return (await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})).json()


async def test_an_objection_waits_for_the_desk_while_the_petitioner_s_clock_runs_on(act, make, running, told):
    made = await make.ticket("dispatched")
    before = await running(made)
    reply = await act(OFFICER, made, "object", **WHY, proposed_unit=SECOND)
    assert (reply.status_code, reply.json()["status"], reply.json()["returns"]) == (200, "objected", 1), reply.text
    [objection] = reply.json()["objections"]
    assert (objection["state"], objection["reason"]) == ("pending", "not_our_place")
    assert objection["proposed_unit"].endswith("退役军人服务站")
    after = await running(made)
    assert after == {key: due for key, due in before.items() if key[0] == "petitioner"} | {
        ("desk", "judge", COUNTY): at(2, 15, 30)
    }
    assert await told(made) == [("objected", COUNTY)]


async def test_an_upheld_objection_goes_to_another_unit_whose_clock_begins_anew(act, make, running, told, clock):
    made = await make.ticket("dispatched")
    petitioners = {key: due for key, due in (await running(made)).items() if key[0] == "petitioner"}
    await act(OFFICER, made, "object", **WHY)
    clock.set(at(2, 11))
    reply = await act(CITY_DESK, made, "dispatch", unit=SECOND)
    assert (reply.status_code, reply.json()["status"], reply.json()["lead_unit"]["code"]) == (200, "dispatched", SECOND)
    assert [each["state"] for each in reply.json()["objections"]] == ["upheld"]
    after = await running(made)
    assert {key: due for key, due in after.items() if key[0] == "petitioner"} == petitioners
    assert after["unit", "resolve", SECOND] == at(9, 17, 30)
    assert not any(clock == "desk" for clock, _, _ in after)
    assert await told(made) == [("objected", COUNTY), ("objection_upheld", STATION)]


@pytest.mark.parametrize("unit", [None, STATION])
async def test_a_refused_objection_binds_the_unit(act, make, running, told, client, sign_in, unit):
    made = await make.ticket("dispatched")
    await act(OFFICER, made, "object", **WHY)
    reply = await act(CITY_DESK, made, "designate", unit=unit, reason="户籍在你街道")
    assert (reply.status_code, reply.json()["status"], reply.json()["designated"]) == (200, "dispatched", True), (
        reply.text
    )
    assert reply.json()["objections"][0]["note"] == "户籍在你街道"
    assert ("unit", "sign", STATION) in await running(made)
    assert await told(made) == [("objected", COUNTY), ("objection_refused", STATION)]
    again = await act(OFFICER, made, "object", **WHY)
    assert (again.status_code, again.json()["title"]) == (409, "DesignatedHere")
    assert "object" not in await allowed(client, sign_in, OFFICER, made)


async def test_after_two_objections_the_third_unit_is_designated(act, make, client, sign_in):
    made = await make.ticket("dispatched")
    await act(OFFICER, made, "object", **WHY)
    assert (await act(CITY_DESK, made, "dispatch", unit=STATION)).json()["title"] == "AlreadyObjected"
    await act(CITY_DESK, made, "dispatch", unit=SECOND)
    await act(f"officer-{SECOND}", made, "object", reason="这是第三街道的事")
    refused = await act(CITY_DESK, made, "dispatch", unit=THIRD)
    assert (refused.status_code, refused.json()["title"]) == (409, "MustDesignate")
    assert {"designate", "dispatch"} & await allowed(client, sign_in, CITY_DESK, made) == {"designate"}
    reply = await act(CITY_DESK, made, "designate", unit=THIRD)
    assert (reply.json()["status"], reply.json()["lead_unit"]["code"]) == ("dispatched", THIRD)
    third = await act(f"officer-{THIRD}", made, "object", **WHY)
    assert third.json()["title"] == "DesignatedHere"
    view = reply.json()
    assert [each["reason"] for each in view["objections"]] == ["not_our_place", "other"]
    assert view["objections"][1]["basis"] == "这是第三街道的事"
    assert view["returns"] == 2


async def test_the_window_closes_a_working_day_after_dispatch(act, make, clock, client, sign_in):
    made, late = await make.ticket("dispatched"), await make.ticket("dispatched")
    clock.set(at(3, 17, 30))
    assert (await act(OFFICER, made, "object", **WHY)).status_code == 200
    clock.advance(timedelta(seconds=1))
    assert "object" not in await allowed(client, sign_in, OFFICER, late)
    reply = await act(OFFICER, late, "object", **WHY)
    assert (reply.status_code, reply.json()["title"]) == (409, "ObjectionWindowClosed")
    assert "11月3日（周二）17:30" in reply.json()["detail"]


async def test_what_was_signed_for_is_not_returned(act, make):
    made = await make.ticket("in_progress")
    reply = await act(OFFICER, made, "object", **WHY)
    assert (reply.status_code, reply.json()["title"]) == (409, "SignedAlready")
    assert (await act(CITY_DESK, made, "dispatch", unit=SECOND)).json()["title"] == "NothingToJudge"


async def test_nothing_is_listed_before_the_desk_has_judged(act, make, client, sign_in):
    made = await make.ticket("in_progress", service_class="P1")
    listing = {"plan": "等省厅批复后补发。", "until": "2026-12-21"}
    assert (await act(OFFICER, made, "list", **listing)).status_code == 200
    assert (await act(OFFICER, made, "object", **WHY)).status_code == 200
    refused = await act(ABOVE, made, "grant_listing")
    assert (refused.status_code, refused.json()["title"]) == (409, "ObjectionWaits"), refused.text
    assert not {"list", "grant_listing"} & await allowed(client, sign_in, ABOVE, made)
    assert (await act(DESK, made, "designate", reason="属地在你站")).status_code == 200
    assert (await act(ABOVE, made, "grant_listing")).json()["status"] == "listed"


@pytest.mark.parametrize("service_class", ["P0", "P1"])
async def test_an_urgent_ticket_is_handled_on_while_the_objection_is_judged(act, make, running, service_class):
    made = await make.ticket("dispatched", service_class=service_class)
    refused = await act(OFFICER, made, "object", **WHY)
    assert (refused.status_code, refused.json()["title"]) == (409, "SignFirst")
    await act(OFFICER, made, "sign")
    before = await running(made)
    reply = await act(OFFICER, made, "object", **WHY)
    assert reply.json()["status"] == "in_progress", reply.text
    assert await running(made) == before | {("desk", "judge", COUNTY): at(2, 9, 30)}
    kept = await act(CITY_DESK, made, "designate", reason="户籍在你街道")
    assert (kept.json()["status"], kept.json()["designated"]) == ("in_progress", True)
    assert await running(made) == before


async def test_an_urgent_ticket_moves_on_when_the_objection_is_upheld(act, make):
    made = await make.ticket("in_progress", service_class="P1")
    await act(OFFICER, made, "object", **WHY)
    reply = await act(CITY_DESK, made, "dispatch", unit=SECOND)
    assert (reply.json()["status"], reply.json()["lead_unit"]["code"]) == ("dispatched", SECOND)


async def test_an_objection_to_what_is_finished_meanwhile_lapses(act, make, running):
    made = await make.ticket("in_progress", service_class="P1")
    await act(OFFICER, made, "object", **WHY)
    for step in ("contact", "submit"):
        await make.step(made, step, OFFICER)
    reply = await act(f"unit_head-{STATION}", made, "approve")
    assert [each["state"] for each in reply.json()["objections"]] == ["lapsed"]
    assert await running(made) == {}


async def test_an_objection_to_what_is_withdrawn_lapses(act, make, client):
    made = await make.ticket("dispatched")
    await act(OFFICER, made, "object", **WHY)
    await make.withdraw(made)
    assert (await progress(client, made))["status"] == "withdrawn"


async def test_nobody_judges_their_own_objection_nor_one_from_below_the_judge(act, make, client, sign_in):
    """The county's own ticket is judged by the city; a station's by its county's desk, or above."""
    county = await make.ticket("dispatched", unit=COUNTY)
    await act(f"officer-{COUNTY}", county, "object", **WHY)
    reply = await act(DESK, county, "designate", reason="户籍在你街道")
    assert (reply.status_code, reply.json()["title"]) == (403, "NotYours")
    assert not {"designate", "dispatch"} & await allowed(client, sign_in, DESK, county)
    assert (await act(CITY_DESK, county, "designate", reason="户籍在你街道")).status_code == 200


async def test_a_dispute_between_counties_goes_to_their_common_superior(act, make, told):
    made = await make.ticket("dispatched")
    await act(OFFICER, made, "object", **WHY)
    await act(CITY_DESK, made, "dispatch", unit=OTHER)
    await act(f"officer-{OTHER}", made, "object", **WHY)
    assert [unit for kind, unit in await told(made) if kind == "objected"] == [COUNTY, CITY]
    reply = await act("dispatcher-VS-150103", made, "designate", reason="户籍在你街道")
    assert (reply.status_code, reply.json()["title"]) == (403, "NotYours")


async def test_the_petitioner_reads_who_refused_why_and_that_the_date_stands(act, make, client):
    made = await make.ticket("dispatched")
    before = await progress(client, made)
    await act(OFFICER, made, "object", **WHY)
    during = await progress(client, made)
    line = during["timeline"][-1]
    assert "没有接收，理由是不属于本辖区" in line["what"]
    assert "答复期限不变" in line["what"]
    assert line["detail"] == WHY["basis"]
    assert all(each["clock"] in ("petitioner", "unit") for each in during["deadlines"])
    promise = [each["due_at"] for each in before["deadlines"] if each["clock"] == "petitioner"]
    assert [each["due_at"] for each in during["deadlines"] if each["clock"] == "petitioner"] == promise
    await act(CITY_DESK, made, "designate", reason="内部意见")
    after = await progress(client, made)
    assert "核定仍由" in after["timeline"][-2]["what"]
    assert "内部意见" not in str(after)


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "reason"), ({"reason": "not_our_duty"}, "basis"), ({"reason": "x", "proposed_unit": "VS-9"}, "proposed_unit"),
     ({"reason": "字" * 501}, "reason")],
)  # fmt: skip
async def test_an_objection_that_says_too_little_names_the_field(act, make, body, field):
    reply = await act(OFFICER, await make.ticket("dispatched"), "object", **body)
    assert (reply.status_code, reply.json()["field"]) == (422, field)


async def test_a_sealed_report_is_not_returned(act, make):
    made = await make.filed(text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report")
    reply = await act("officer-CITY-DISCIPLINE", made, "object", **WHY)
    assert (reply.status_code, reply.json()["title"]) == (409, "SealedStays")


async def test_a_desk_that_does_not_judge_in_time_is_told_to_its_superior(act, make, jobs, clock, uow):
    made = await make.ticket("dispatched")
    await act(OFFICER, made, "object", **WHY)
    clock.set(at(2, 15, 31))
    await jobs.run_due()
    told = select(Notice.unit).where(Notice.ticket_id == made.id, Notice.kind == "supervision")
    assert set(await uow.session.scalars(told)) == {CITY}


async def test_the_desk_finds_what_it_must_judge_in_a_tab(act, make, client, sign_in):
    made = await make.ticket("dispatched")
    await act(OFFICER, made, "object", **WHY)
    for username, expected in ((CITY_DESK, [made.number]), ("dispatcher-VS-150103", [])):
        headers = await sign_in(username)
        page = (await client.get("/api/v1/desk/tickets?view=objected", headers=headers)).json()
        assert [row["number"] for row in page["tickets"]] == expected
    await act(CITY_DESK, made, "designate", reason="户籍在你街道")
    page = (await client.get("/api/v1/desk/tickets?view=objected", headers=await sign_in(CITY_DESK))).json()
    assert page["tickets"] == []


async def test_who_refuses_an_objection_says_why(act, make):
    made = await make.ticket("objected")
    refused = await act(CITY_DESK, made, "designate")
    assert (refused.status_code, refused.json()["field"]) == (422, "reason")
    assert (await make.load(made)).status == "objected"
