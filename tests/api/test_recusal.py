"""Recusal and the accused officer: who has an interest sees the ticket from no post, and the work goes on without them."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from jiesu.accounts.models import Account, StaffRow
from jiesu.tickets.words import Status
from tests.api.test_sealed import REPORT, sees
from tests.builders.forms import CITY, COUNTY, STATION

HEAD, OFFICER = f"unit_head-{STATION}", f"officer-{STATION}"
BECAUSE = {"reason": "诉求人是我的亲戚"}


async def notices(client, sign_in, username) -> list[str]:
    reply = await client.get("/api/v1/desk/notices", headers=await sign_in(username))
    return [notice["kind"] for notice in reply.json()]


async def test_whoever_recuses_themselves_finds_the_ticket_nowhere_and_a_colleague_goes_on(act, client, sign_in, make):
    made = await make.ticket("in_progress")
    reply = await act(OFFICER, made, "recuse", **BECAUSE)
    assert reply.status_code == 200, reply.text
    assert not any((await sees(client, sign_in, OFFICER, made)).values())
    assert (await act(OFFICER, made, "contact", outcome="reached", note="x")).status_code == 404
    assert "recused" in await notices(client, sign_in, HEAD)
    assert (await act(HEAD, made, "contact", outcome="reached", note="联系了")).status_code == 200


async def test_a_recusal_is_told_in_the_history_and_without_a_name_to_the_petitioner(act, client, make):
    made = await make.ticket("in_progress")
    view = (await act(OFFICER, made, "recuse", **BECAUSE)).json()
    line = view["history"][-1]
    assert "回避" in line["what"]
    assert line["detail"] == BECAUSE["reason"]
    progress = await client.get(f"/api/v1/tickets/{made.number}", params={"code": made.code})
    assert "已回避" in progress.text
    assert BECAUSE["reason"] not in progress.text


async def test_the_unit_head_orders_an_officers_recusal_and_the_officer_nobodys(act, client, sign_in, make):
    made = await make.ticket("in_progress")
    refused = await act(OFFICER, made, "recuse", username=HEAD, **BECAUSE)
    assert refused.status_code == 403
    assert (await act(HEAD, made, "recuse", username=OFFICER, **BECAUSE)).status_code == 200
    assert not any((await sees(client, sign_in, OFFICER, made)).values())
    unknown = await act(HEAD, made, "recuse", username="niemand", **BECAUSE)
    assert (unknown.status_code, unknown.json()["field"]) == (404, "username")


async def test_the_unit_above_is_told_when_nobody_is_left(act, client, sign_in, make):
    made = await make.ticket("in_progress")
    await act(OFFICER, made, "recuse", **BECAUSE)
    await act(HEAD, made, "recuse", **BECAUSE)
    assert "nobody_left" in await notices(client, sign_in, f"supervisor-{COUNTY}")


async def test_the_last_keeper_of_a_sealed_report_cannot_leave_it_to_nobody(act, make):
    made = await make.filed(text=REPORT, nature="report")
    keepers = [f"{role}-CITY-DISCIPLINE" for role in ("dispatcher", "officer", "unit_head")]
    replies = [await act(keeper, made, "recuse", **BECAUSE) for keeper in keepers]
    assert [reply.status_code for reply in replies] == [200, 200, 409]
    assert replies[-1].json()["title"] == "LastKeeper"
    assert (await act(keepers[-1], made, "note", text="继续办理")).status_code == 200


@pytest.mark.parametrize("written", ["{name}", " {first} {rest} "])
async def test_an_officer_complained_about_never_learns_of_it_whoever_handles_it(
    client, sign_in, make, act, staff, written
):
    person = await staff("officer", STATION)
    named = written.format(name=person.name, first=person.name[0], rest=person.name[1:])
    made = await make.filed(accused_officer=named)
    assert (await make.load(made)).status is Status.REGISTERED  # a person dispatches it
    assert (await act(f"dispatcher-{CITY}", made, "dispatch", unit=STATION, category="0401")).status_code == 200
    assert not any((await sees(client, sign_in, person.username, made)).values())
    assert not await notices(client, sign_in, person.username)
    seen = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(f"dispatcher-{CITY}"))
    assert seen.json()["accused_officer"].replace(" ", "") == person.name


async def test_no_unit_gets_a_ticket_that_nobody_there_may_handle(act, make, staff):
    head = await staff("unit_head", STATION)
    made = await make.filed(accused_officer=head.name)
    dispatcher = f"dispatcher-{CITY}"
    assert (await act(dispatcher, made, "recuse", username=OFFICER, **BECAUSE)).status_code == 200
    refused = await act(dispatcher, made, "dispatch", unit=STATION, category="0401")
    assert (refused.status_code, refused.json()["title"], refused.json()["field"]) == (409, "NobodyThere", "unit")
    assert (await act(dispatcher, made, "dispatch", unit=COUNTY, category="0401")).status_code == 200


async def test_a_report_about_every_keeper_is_kept_by_the_top_and_lost_to_nobody(client, sign_in, make, kernel):
    async with kernel.db.begin() as uow:
        keepers = select(StaffRow.account_id).where(StaffRow.unit == "CITY-DISCIPLINE")
        await uow.session.execute(update(Account).where(Account.id.in_(keepers)).values(name="钱一鸣"))
    made = await make.filed(text=REPORT, nature="report", accused_officer="钱一鸣")
    assert not any((await sees(client, sign_in, "officer-CITY-DISCIPLINE", made)).values())
    assert (await sees(client, sign_in, f"dispatcher-{CITY}", made))["detail"]
