"""A petitioner's copy of own data: all of theirs, nothing of others, in full only to who knows the telephone, and recorded."""

from __future__ import annotations

import pytest
from httpx import AsyncClient, Response

from jiesu.audit.trail import history
from tests.builders.forms import CITY, COUNTY, STATION

PERSON = {"name": "欧阳锦绣", "phone": "13987654321", "id_number": "150102195003072514", "kind": "veteran"}
OFFICER = f"officer-{STATION}"


async def copied(client: AsyncClient, made, **body) -> Response:
    return await client.post(f"/api/v1/tickets/{made.number}/copy", params={"code": made.code}, json=body)


async def test_everything_held_about_them_is_in_it(client, make, jobs, gateway, act):
    made = await make.ticket("in_progress", petitioner=PERSON, text="门口的路灯坏了三个月，请帮忙看一看。")
    await make.supplement(made, "路灯编号是十七号")
    assert (await act(OFFICER, made, "reveal", reason="内部原因")).status_code == 200
    for step, by in (("contact", OFFICER), ("submit", OFFICER), ("approve", f"unit_head-{STATION}")):
        await make.step(made, step, by)
    await make.answer(made, contacted=True, solved="yes", satisfied="mostly", reason="快一点就好了")
    await jobs.run_due()

    copy = (await copied(client, made, phone="139 8765 4321")).json()
    assert (copy["whole"], copy["person"]) == (True, PERSON)
    assert copy["progress"]["text"] == "门口的路灯坏了三个月，请帮忙看一看。"
    assert copy["progress"]["result"] == "已核实并补发三个月抚恤金。"
    assert [said["text"] for said in copy["said"]] == ["路灯编号是十七号"]
    assert [told["text"] for told in copy["told"]] == [sms.text for sms in gateway.to(PERSON["phone"])]
    assert [(survey["satisfied"], survey["reason"]) for survey in copy["surveys"]] == [("mostly", "快一点就好了")]
    [look] = copy["looks"]
    assert (look["unit"]["code"], look["role"]) == (STATION, "officer")


async def test_nothing_is_in_it_that_colleagues_wrote_for_each_other(client, make, act):
    made = await make.ticket("under_review", petitioner=PERSON)
    assert (await act(OFFICER, made, "note", text="内部记录甲")).is_success
    assert (await act(OFFICER, made, "reveal", reason="查看理由丙")).is_success
    reply = await copied(client, made, phone=PERSON["phone"])
    names = [line["who"] for line in (await act(OFFICER, made, "note", text="再记一条")).json()["history"]]
    assert len(set(names)) > 2
    hidden = ("内部记录甲", "查看理由丙", "电话说明了办理安排", "已核实并补发三个月抚恤金。", "staff_id")
    for word in (*hidden, *{*names} - {"", "系统", "诉求人"}):
        assert word not in reply.text


async def test_the_code_alone_shows_no_number(client, make):
    made = await make.ticket("registered", petitioner=PERSON)
    copy = (await copied(client, made)).json()
    assert copy["whole"] is False
    assert copy["person"] == {
        "name": "欧*", "phone": "139****4321", "id_number": "150***********2514", "kind": "veteran",
    }  # fmt: skip


async def test_another_telephone_is_refused_and_leaves_no_trace(client, make, kernel):
    made = await make.ticket("registered", petitioner=PERSON)
    for phone, name in (("13800138000", "TelephoneDiffers"), ("12", "BadPhone")):
        reply = await copied(client, made, phone=phone)
        assert (reply.status_code, reply.json()["title"], reply.json()["field"]) == (422, name, "phone")
    anonymous = await make.filed(anonymous=True)
    assert (await copied(client, anonymous, phone="13800138000")).json()["title"] == "TelephoneDiffers"
    assert (await copied(client, anonymous)).json()["person"] is None
    async with kernel.db.begin() as uow:
        kinds = [entry.kind for entry in await history(uow.session, made.id)]
    assert "OwnDataCopied" not in kinds


async def test_each_copy_is_in_the_trail_and_the_petitioner_sees_it_too(client, make, act, sign_in):
    made = await make.ticket("dispatched", petitioner=PERSON)
    await copied(client, made)
    again = (await copied(client, made, phone=PERSON["phone"])).json()
    assert [line["kind"] for line in again["progress"]["timeline"]].count("OwnDataCopied") == 1
    desk = await client.get(f"/api/v1/desk/tickets/{made.number}", headers=await sign_in(f"dispatcher-{CITY}"))
    assert [line["what"] for line in desk.json()["history"]][-2:] == ["取走了本人资料副本"] * 2


@pytest.mark.parametrize("code", ["", "AAAAAAAA"])
async def test_a_wrong_code_opens_no_copy(client, make, code):
    made = await make.ticket("registered")
    reply = await client.post(f"/api/v1/tickets/{made.number}/copy", params={"code": code}, json={})
    assert (reply.status_code, reply.json()["title"]) == (404, "TicketNotFound")


async def test_a_sealed_report_names_no_unit_that_looked(client, make, act):
    made = await make.filed(
        text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report", accused_unit=COUNTY, petitioner=PERSON
    )
    assert (await act("dispatcher-CITY-DISCIPLINE", made, "reveal", reason="核实")).status_code == 200
    copy = (await copied(client, made)).json()
    assert [(look["unit"], look["role"]) for look in copy["looks"]] == [(None, "dispatcher")]
    assert copy["accused_unit"]["code"] == COUNTY
