"""普遍联系: people on a unit's list, who is due, contacts, and the ticket that a visit becomes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from jiesu.custody.policy import RetentionPolicy
from jiesu.custody.retention import Retention
from jiesu.outreach.models import OutreachContact, OutreachPerson
from jiesu.petitioners.models import Petitioner
from tests.builders.forms import CITY, COUNTY, PHONE, STATION
from tests.web.conftest import Site
from workers.invariants import check_all

OFFICER, HEAD, OTHER = f"officer-{STATION}", f"unit_head-{STATION}", "officer-VS-150103"
DESK = "/api/v1/desk"
CONTACTS = f"{DESK}/contacts"
NEW = {"name": "李卫国", "phone": "13900139000", "kind": "veteran", "reason": "hardship"}


async def listed(client, sign_in, who=OFFICER, **more) -> dict:
    reply = await client.post(CONTACTS, json=NEW | more, headers=await sign_in(who))
    assert reply.status_code == 201, reply.text
    return reply.json()


async def contact(client, sign_in, ref: str, who=OFFICER, **more):
    body = {"way": "call", "outcome": "reached", "note": "身体还好，药费有困难", "needs": True} | more
    return await client.post(f"{CONTACTS}/{ref}/contact", json=body, headers=await sign_in(who))


async def due(client, sign_in, who=OFFICER) -> list[str]:
    page = (await client.get(f"{CONTACTS}?which=due", headers=await sign_in(who))).json()
    assert page["due"] == len(page["people"])
    return [row["ref"] for row in page["people"]]


async def test_somebody_is_listed_masked_and_due_by_the_policy(client, sign_in):
    row = await listed(client, sign_in, officer=OFFICER.lower())
    assert (row["name"], row["phone"], row["officer"] is not None) == ("李*", "139****9000", True)
    assert (row["call_due_on"], row["visit_due_on"]) == ("2026-12-02", "2027-05-02")
    mine = (await client.get(f"{CONTACTS}?which=mine", headers=await sign_in(OFFICER))).json()
    assert [one["ref"] for one in mine["people"]] == [row["ref"]]
    again = await client.post(CONTACTS, json=NEW, headers=await sign_in(HEAD))
    assert again.json()["title"] == "OnListAlready"
    wrong = [{"reason": "x"}, {"officer": "officer-vs-150103"}, {"phone": "12"}, {"name": ""}]
    replies = [await client.post(CONTACTS, json=NEW | one, headers=await sign_in(OFFICER)) for one in wrong]
    assert [reply.json()["title"] for reply in replies] == ["UnknownReason", "UnknownOfficer", "BadPhone", "EmptyText"]


async def test_the_duty_post_is_told_once_when_the_interval_is_over(client, sign_in, clock, jobs, kernel):
    row, second = await listed(client, sign_in), await listed(client, sign_in, name="王建军", phone="13700137000")
    clock.advance(timedelta(days=29))
    await jobs.run_due()
    assert await due(client, sign_in) == []
    clock.advance(timedelta(days=1, hours=1))
    await jobs.run_due()
    assert await due(client, sign_in) == [row["ref"], second["ref"]]
    told = (await client.get(f"{DESK}/notices", headers=await sign_in(OFFICER))).json()
    assert [(one["kind"], one["number"], one["link"]) for one in told] == [("outreach_due", None, "/contacts")]
    assert (await client.get(f"{DESK}/notices", headers=await sign_in(OTHER))).json() == []
    clock.advance(timedelta(days=3))
    await jobs.run_due()
    assert len((await client.get(f"{DESK}/notices", headers=await sign_in(OFFICER))).json()) == 1
    assert (await client.post(f"{DESK}/notices/read", headers=await sign_in(OFFICER))).json() == {"read": 1}
    assert [one for one in await check_all(kernel.db, clock.now()) if one.count and "list" in one.law] == []


async def test_who_was_reached_is_due_again_and_an_attempt_moves_nothing(client, sign_in, clock, jobs):
    row = await listed(client, sign_in)
    clock.advance(timedelta(days=31))
    await jobs.run_due()
    assert (await contact(client, sign_in, row["ref"], outcome="no_answer", needs=False)).json() == {"contact": 1}
    assert await due(client, sign_in) == [row["ref"]]
    assert (await contact(client, sign_in, row["ref"], way="visit")).json() == {"contact": 2}
    assert await due(client, sign_in) == []
    view = (await client.get(f"{CONTACTS}/{row['ref']}", headers=await sign_in(OFFICER))).json()
    assert (view["person"]["call_due_on"], view["person"]["visit_due_on"]) == ("2027-01-03", "2027-06-03")
    assert [(one["position"], one["way"], one["needs"]) for one in view["contacts"]] == [
        (2, "visit", True),
        (1, "call", False),
    ]
    assert len(await jobs.pending(kind="outreach.due")) == 2


async def test_a_visit_becomes_a_ticket_of_the_same_person(client, sign_in, gateway, jobs):
    row = await listed(client, sign_in)
    path = f"{CONTACTS}/{row['ref']}/ticket"
    body = {"text": "走访发现房屋漏雨，希望帮助修缮。"}
    headers = await sign_in(OFFICER)
    assert (await client.post(path, json=body, headers=headers)).json()["title"] == "NoSuchContact"
    await contact(client, sign_in, row["ref"], way="visit")
    keyed = headers | {"Idempotency-Key": "visit-0001-again"}
    made = (await client.post(path, json=body, headers=keyed)).json()
    assert (await client.post(path, json=body, headers=keyed)).json() == made
    assert (await client.post(path, json=body, headers=headers)).json()["title"] == "TicketMadeAlready"
    follow = await client.get(f"/api/v1/tickets/{made['number']}", params={"code": made["query_code"]})
    assert follow.status_code == 200
    await jobs.run_due()
    assert any(made["number"] in sms.text for sms in gateway.to("13900139000"))
    view = (await client.get(f"{CONTACTS}/{row['ref']}", headers=await sign_in(f"supervisor-{CITY}"))).json()
    assert view["contacts"][0]["ticket"] == made["number"]
    assert [one["number"] for one in view["file"]["tickets"]] == [made["number"]]


async def test_a_petitioner_is_listed_out_of_a_ticket_unless_hidden(client, make, sign_in):
    made, secret = await make.ticket("in_progress"), await make.ticket("in_progress", anonymous=True)
    row = (
        await client.post(CONTACTS, json={"reason": "general", "ticket": made.number}, headers=await sign_in(OFFICER))
    ).json()
    assert (row["name"], row["phone"]) == ("张*", "138****8000")
    for who, ticket, title in ((OFFICER, secret, "NobodyThere"), (OTHER, made, "TicketNotFound")):
        body = {"reason": "general", "ticket": ticket.number}
        assert (await client.post(CONTACTS, json=body, headers=await sign_in(who))).json()["title"] == title


async def test_other_units_see_nothing_superiors_read_and_only_the_unit_writes(client, sign_in):
    row = await listed(client, sign_in)
    ref = row["ref"]
    unknown = await client.get(f"{CONTACTS}/nobody", headers=await sign_in(OTHER))
    for who in (OTHER, f"intake-{STATION}", f"administrator-{CITY}", f"auditor-{CITY}"):
        headers = await sign_in(who)
        page = await client.get(CONTACTS, headers=headers)
        assert (page.json()["people"], page.json()["all"]) == ([], 0), who
        hidden = await client.get(f"{CONTACTS}/{ref}", headers=headers)
        assert (hidden.status_code, hidden.content) == (404, unknown.content)
        assert (await contact(client, sign_in, ref, who)).status_code == 404
    for who in (f"supervisor-{CITY}", f"unit_head-{COUNTY}"):
        assert (await client.get(CONTACTS, headers=await sign_in(who))).json()["all"] == 1
        assert (await contact(client, sign_in, ref, who)).json()["title"] == "NotYourList"
    assert (await client.post(CONTACTS, json=NEW, headers=await sign_in(f"supervisor-{CITY}"))).status_code == 403


async def test_looking_is_on_record_and_the_whole_wants_a_reason(client, sign_in):
    row = await listed(client, sign_in)
    headers = await sign_in(OFFICER)
    assert PHONE not in (await client.get(f"{CONTACTS}/{row['ref']}", headers=headers)).text
    assert (await client.post(f"{CONTACTS}/{row['ref']}/reveal", json={}, headers=headers)).status_code == 400
    whole = (await client.post(f"{CONTACTS}/{row['ref']}/reveal", json={"reason": "to_call"}, headers=headers)).json()
    assert (whole["name"], whole["phone"]) == ("李卫国", "13900139000")
    trail = (await client.get("/api/v1/audit/security", headers=await sign_in(f"auditor-{CITY}"))).text
    assert all(word in trail for word in ('"listed"', '"opened"', '"revealed"', row["ref"]))
    assert "李卫国" not in trail


async def test_whoever_is_taken_off_is_due_no_more_and_may_come_back(client, sign_in, jobs):
    row = await listed(client, sign_in)
    headers = await sign_in(OFFICER)
    change = {"reason": "elderly", "officer": HEAD.lower()}
    assert (await client.post(f"{CONTACTS}/{row['ref']}/change", json=change, headers=headers)).json()["reason"][
        "code"
    ] == "elderly"
    assert (await client.post(f"{CONTACTS}/{row['ref']}/end", headers=headers)).status_code == 204
    assert (await client.get(f"{CONTACTS}/{row['ref']}", headers=headers)).status_code == 404
    assert await jobs.pending(kind="outreach.due") == []
    assert (await listed(client, sign_in))["ref"] != row["ref"]


async def test_retention_forgets_old_contacts_and_who_left_the_list_long_ago(client, sign_in, kernel, clock):
    kept, gone = await listed(client, sign_in), await listed(client, sign_in, name="王建军", phone="13700137000")
    for ref in (kept["ref"], gone["ref"]):
        await contact(client, sign_in, ref)
    await client.post(f"{CONTACTS}/{gone['ref']}/end", headers=await sign_in(OFFICER))
    clock.advance(timedelta(days=366))
    await Retention(kernel.db, RetentionPolicy("test", personal=12, trail=24), kernel.files, "test").run()
    async with kernel.db.begin() as uow:
        people, contacts, petitioners = [
            await uow.session.scalar(select(func.count()).select_from(table))
            for table in (OutreachPerson, OutreachContact, Petitioner)
        ]
    assert (people, contacts, petitioners) == (1, 0, 1)


async def test_the_pages_list_record_and_make_a_ticket_without_script(client, sign_in):
    site = Site(client)
    client.headers.update(await sign_in(OFFICER))
    assert "名单上还没有人" in (await site.get("/contacts")).text
    added = await site.post("/contacts", name="李卫国", phone="13900139000", reason="hardship", officer="")
    place = added.headers["location"].partition("?")[0]
    assert "李*" in (await site.get("/contacts")).text
    assert "请改正" in (await site.post("/contacts", name="李", phone="12", reason="hardship")).text
    noted = await site.post(place, do="contact", way="visit", outcome="reached", note="房屋漏雨，希望修缮", needs="on")
    assert noted.headers["location"].endswith("done=needs#ticket")
    page = (await site.get(f"{place}?done=needs")).text
    assert "房屋漏雨，希望修缮</textarea>" in page
    assert "13900139000" not in page
    assert "13900139000" in (await site.post(place, do="reveal", why="to_call")).text
    made = await site.post(place, do="ticket", text="走访发现房屋漏雨，希望帮助修缮。", key="k-contact-1")
    assert made.headers["location"] == "/receipt?desk=1"
    assert "HH2026" in (await site.get("/receipt?desk=1")).text
    assert "已登记成诉求" in (await site.get(place)).text or "HH2026" in (await site.get(place)).text
    assert (await site.post(place, do="end")).headers["location"] == "/contacts?which=all&done=unlisted"
