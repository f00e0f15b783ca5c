"""信访转送: objected to within five working days, with effect only when the sender agrees; not accepted above while pending below."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from jiesu.kit.clock import SHANGHAI
from jiesu.sla.models import ClockState, Deadline
from tests.builders.forms import CITY, COUNTY, STATION
from workers.invariants import check_all

SECOND = "VS-150102002"
OFFICER, HEAD, DESK, CITY_DESK = (
    f"officer-{STATION}",
    f"unit_head-{STATION}",
    f"dispatcher-{COUNTY}",
    f"dispatcher-{CITY}",
)
WHY = {"reason": "not_our_place", "basis": "户籍和居住地都在第二街道"}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def petition(make):
    async def file(state: str = "in_progress", unit: str = STATION, category: str | None = None, **form):
        if category is None:
            return await make.ticket(state, unit=unit, service_class="X", track="PETITION", **form)
        made = await make.ticket("registered", track="PETITION", **form)
        await make.dispatch(made, unit, category=category)
        await make.step(made, "sign", f"officer-{unit}")
        return made

    return file


@pytest.fixture(autouse=True)
async def whole(kernel, clock, jobs):
    yield
    await jobs.run_due()
    broken = [one for one in await check_all(kernel.db, clock.now(), files=kernel.files) if one.count]
    assert broken == []


@pytest.fixture
def running(uow):
    async def read(made) -> dict[tuple[str, str, str | None], datetime]:
        query = select(Deadline).where(Deadline.ticket_id == made.id, Deadline.state == ClockState.RUNNING)
        rows = await uow.session.scalars(query.execution_options(populate_existing=True))
        return {(str(row.clock), str(row.target), row.unit): row.due_at for row in rows}

    return read


async def test_until_the_sender_agrees_the_unit_handles_it_on(petition, act, running):
    made = await petition("dispatched")
    early = await act(OFFICER, made, "object", **WHY)
    assert (early.status_code, early.json()["title"]) == (409, "SignPetitionFirst")
    await act(OFFICER, made, "sign")
    before = await running(made)
    reply = await act(OFFICER, made, "object", **WHY)
    assert (reply.status_code, reply.json()["status"]) == (200, "in_progress"), reply.text
    assert await running(made) == before | {("desk", "judge", COUNTY): at(2, 15, 30)}
    agreed = await act(CITY_DESK, made, "dispatch", unit=SECOND)
    assert (agreed.json()["status"], agreed.json()["lead_unit"]["code"]) == ("dispatched", SECOND)
    assert {key: due for key, due in (await running(made)).items() if key[0] == "petitioner"} == {
        key: due for key, due in before.items() if key[0] == "petitioner"
    }


async def test_the_window_is_five_working_days(petition, act, clock):
    made, late = await petition(), await petition()
    clock.set(at(9, 17, 30))
    assert (await act(OFFICER, made, "object", **WHY)).status_code == 200
    clock.set(at(9, 17, 31))
    reply = await act(OFFICER, late, "object", **WHY)
    assert (reply.status_code, reply.json()["title"]) == (409, "ObjectionWindowClosed")
    assert "11月9日（周一）17:30" in reply.json()["detail"]


async def test_what_was_accepted_is_not_returned_and_acceptance_ends_an_objection(petition, act):
    made, other = await petition(), await petition()
    await act(OFFICER, made, "accept")
    reply = await act(OFFICER, made, "object", **WHY)
    assert (reply.status_code, reply.json()["title"]) == (409, "AcceptedStays")
    await act(OFFICER, other, "object", **WHY)
    accepted = await act(OFFICER, other, "accept")
    assert [each["state"] for each in accepted.json()["objections"]] == ["lapsed"]


async def test_a_sender_who_does_not_agree_binds_the_unit(petition, act):
    made = await petition()
    await act(OFFICER, made, "object", **WHY)
    reply = await act(CITY_DESK, made, "designate", reason="属地管理")
    assert (reply.json()["status"], reply.json()["designated"]) == ("in_progress", True)
    assert (await act(OFFICER, made, "object", **WHY)).json()["title"] == "DesignatedHere"


async def test_more_time_is_granted_by_the_organs_head_who_did_not_ask(petition, act):
    made = await petition()
    await act(OFFICER, made, "accept")
    asked = await act(OFFICER, made, "extend", until="2027-01-20", reason="需要外省回函")
    assert asked.status_code == 200, asked.text
    assert (await act(OFFICER, made, "grant_extension")).status_code == 403
    assert (await act(f"supervisor-{COUNTY}", made, "grant_extension")).status_code == 403
    granted = await act(HEAD, made, "grant_extension")
    assert granted.json()["extensions"][0]["state"] == "granted", granted.text


async def both(petition, category: str | None = "0401"):
    below = await petition(category="0401")
    above = await petition(unit=COUNTY, category=category, text="同一件事，我也向县里反映，请你们一起看一看。")
    return below, above


async def test_what_a_lower_unit_handles_in_time_is_not_accepted_above(petition, act, make, client, sign_in):
    below, above = await both(petition)
    officer = f"officer-{COUNTY}"
    reply = await act(officer, above, "accept")
    assert (reply.status_code, reply.json()["title"]) == (409, "HandledBelow"), reply.text
    assert below.number in reply.json()["detail"]
    view = (await client.get(f"/api/v1/desk/tickets/{above.number}", headers=await sign_in(officer))).json()
    assert view["pending_below"]["number"] == below.number
    assert "accept" not in view["allowed"]
    refused = await act(officer, above, "refuse_acceptance", reason="pending_below")
    assert refused.json()["status"] == "not_accepted", refused.text
    assert refused.json()["reply"].startswith(f"该事项（编号{below.number}）正由")
    assert (await act(OFFICER, below, "accept")).status_code == 200


@pytest.mark.parametrize("how", ["other category", "late", "other person", "ended"])
async def test_other_matters_are_accepted_above(petition, act, make, clock, how):
    below, above = await both(petition, "0402" if how == "other category" else "0401")
    if how == "late":
        clock.set(datetime(2027, 1, 5, 9, tzinfo=SHANGHAI))
    if how == "ended":
        await make.withdraw(below)
    if how == "other person":
        person = {"name": "王五", "phone": "13900139000"}
        above = await petition(unit=COUNTY, category="0401", petitioner=person)
    assert (await act(f"officer-{COUNTY}", above, "refuse_acceptance", reason="pending_below")).json()[
        "title"
    ] == "NothingBelow"
    assert (await act(f"officer-{COUNTY}", above, "accept")).status_code == 200


async def test_nothing_is_told_of_a_petition_that_may_not_be_seen(petition, act):
    """The one below accuses the county: its officers never hear of it."""
    await petition(unit="INST-VETERANS", category="0401", accused_unit=COUNTY)
    above = await petition(unit=CITY, category="0401")
    assert (await act(f"officer-{CITY}", above, "accept")).json()["title"] == "HandledBelow"
    mine = await petition(unit=COUNTY, category="0401")
    assert (await act(f"officer-{COUNTY}", mine, "accept")).status_code == 200
