"""一人一档: one person's tickets for whoever may see them, masked, on record, and never what is sealed or accuses the reader."""

from __future__ import annotations

from tests.builders.forms import CITY, COUNTY, PHONE, STATION

OFFICER, OTHER = f"officer-{STATION}", "officer-VS-150103"
DESK = "/api/v1/desk"


async def opened(client, sign_in, made, who=OFFICER):
    return await client.get(f"{DESK}/tickets/{made.number}/person", headers=await sign_in(who))


async def test_the_file_shows_tickets_contacts_and_outcomes_masked(client, make, sign_in):
    old = await make.ticket("closed", title="旧事", channel="visit")
    now = await make.ticket("in_progress", title="新事")
    await make.ticket("dispatched", petitioner={"name": "张建军", "phone": PHONE}, title="弟弟的事")
    reply = await opened(client, sign_in, now)
    file = reply.json()
    assert (file["name"], file["phone"], file["count"], file["open"], file["visits"]) == ("张*", "138****8000", 2, 1, 1)
    assert [row["number"] for row in file["tickets"]] == [now.number, old.number]
    assert (file["tickets"][1]["solved"], file["tickets"][1]["result"]) == ("yes", "已核实并补发三个月抚恤金。")
    assert [(row["number"], row["outcome"]) for row in file["contacts"]] == [(old.number, "reached")]
    assert PHONE not in reply.text


async def test_every_opening_is_in_the_trail(client, make, sign_in):
    made = await make.ticket("in_progress")
    for _ in range(2):
        assert (await opened(client, sign_in, made)).status_code == 200
    page = await client.get(f"/desk/t/{made.number}/person", headers=await sign_in(OFFICER))
    assert "138****8000" in page.text
    ticket = (await client.get(f"{DESK}/tickets/{made.number}", headers=await sign_in(OFFICER))).json()
    assert [line["what"] for line in ticket["history"]].count("打开了一人一档") == 3


async def test_what_accuses_the_reader_or_is_sealed_is_in_no_file(client, make, sign_in):
    mine = await make.ticket("in_progress")
    await make.ticket("in_progress", unit="INST-VETERANS", accused_unit=COUNTY)
    sealed = await make.filed(text="我要举报站里的工作人员收受好处费，替人虚报材料。", nature="report")
    file = (await opened(client, sign_in, mine)).json()
    assert [row["number"] for row in file["tickets"]] == [mine.number]
    city = (await opened(client, sign_in, mine, f"supervisor-{CITY}")).json()
    assert city["count"] == 2
    assert (await opened(client, sign_in, sealed, "officer-CITY-DISCIPLINE")).status_code == 404


async def test_nobody_opens_it_who_may_not_see_the_ticket_or_know_the_person(client, make, sign_in):
    made = await make.ticket("in_progress", confidential=True)
    anonymous = await make.ticket("in_progress", anonymous=True)
    nothing = await client.get(f"{DESK}/tickets/HH20260101-00001-3/person", headers=await sign_in(OTHER))
    hidden = await opened(client, sign_in, made, OTHER)
    assert (hidden.status_code, hidden.content) == (nothing.status_code, nothing.content)
    assert (await opened(client, sign_in, made)).status_code == 200
    assert (await opened(client, sign_in, made, f"supervisor-{CITY}")).json()["title"] == "NobodyKnown"
    assert (await opened(client, sign_in, anonymous)).json()["title"] == "NobodyKnown"


async def test_calls_and_visits_of_the_unit_s_list_are_in_the_file_for_who_reads_the_list(client, make, sign_in):
    made = await make.ticket("in_progress")
    headers = await sign_in(OFFICER)
    listed = {"reason": "general", "ticket": made.number}
    ref = (await client.post(f"{DESK}/contacts", json=listed, headers=headers)).json()["ref"]
    visit = {"way": "visit", "outcome": "reached", "note": "屋顶漏雨"}
    await client.post(f"{DESK}/contacts/{ref}/contact", json=visit, headers=headers)
    file = (await opened(client, sign_in, made)).json()
    assert [(one["way"], one["note"], one["unit"]["code"]) for one in file["calls"]] == [("visit", "屋顶漏雨", STATION)]
    assert file["visits"] == 1
    assert "屋顶漏雨" in (await client.get(f"/desk/t/{made.number}/person", headers=headers)).text
    assert (await opened(client, sign_in, made, f"dispatcher-{CITY}")).json()["calls"] == []
