"""接访: planned, booked within the slots, checked in, made tickets, and cancelled with everybody told."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from jiesu.custody.policy import RetentionPolicy
from jiesu.custody.retention import Retention
from jiesu.notifications.models import Message
from jiesu.receptions.models import Booking
from tests.builders.forms import CITY, COUNTY, PHONE, STATION
from tests.web.conftest import Site

CLERK, OTHER = f"intake-{COUNTY}", "intake-VS-150103"
DESK = "/api/v1/desk/receptions"
NEW = {
    "leader": "王志强", "office": "局长", "place": "新城区退役军人服务中心接访室", "day": "2026-11-05", "begins": "09:00", "ends": "10:15",
}  # fmt: skip
NINE, HALF = "2026-11-05T09:00:00+08:00", "2026-11-05T09:30:00+08:00"


async def planned(client, sign_in, who=CLERK, **more) -> dict:
    reply = await client.post(DESK, json=NEW | more, headers=await sign_in(who))
    assert reply.status_code == 201, reply.text
    return reply.json()


async def book(client, ref: str, slot=NINE, phone=PHONE, **more):
    body = {"slot": slot, "name": "张建国", "phone": phone, "matter": "抚恤金停发三个月"} | more
    return await client.post(f"/api/v1/receptions/{ref}/bookings", json=body)


async def test_what_is_planned_is_public_at_once_with_its_slots(client, sign_in):
    made = await planned(client, sign_in, per_slot=2)
    [shown] = (await client.get("/api/v1/receptions")).json()
    assert shown == made
    assert [(slot["at"], slot["left"]) for slot in shown["slots"]] == [(NINE, 2), (HALF, 2)]
    wrong = [{"day": "2026-11-01"}, {"ends": "09:10"}, {"day": "x"}, {"day": "2027-11-01"}, {"leader": ""}]
    replies = [await client.post(DESK, json=NEW | one, headers=await sign_in(CLERK)) for one in wrong]
    assert [reply.json()["title"] for reply in replies] == [*["BadTimes"] * 4, "EmptyText"]
    assert (await client.post(DESK, json=NEW, headers=await sign_in(f"officer-{STATION}"))).status_code == 403


async def test_a_slot_takes_no_more_than_it_holds_and_a_telephone_books_once(client, sign_in, gateway, jobs):
    one = await planned(client, sign_in)
    first = await book(client, one["ref"])
    assert first.status_code == 201
    await jobs.run_due()
    [sms] = gateway.to(PHONE)
    assert first.json()["number"] in sms.text
    assert "11月5日" in sms.text
    taken = [await book(client, one["ref"], phone="13900139000"), await book(client, one["ref"], HALF)]
    assert [reply.json()["title"] for reply in taken] == ["SlotTaken", "BookedAlready"]
    wrong = [
        {"slot": "2026-11-05T10:00:00+08:00"},
        {"slot": "2026-11-05T09:00:00"},
        {"phone": "12"},
        {"name": " "},
        {"matter": "绝密文件的事"},
    ]
    replies = [await book(client, one["ref"], **({"phone": "13900139000"} | each)) for each in wrong]
    assert [reply.json()["title"] for reply in replies] == [
        "NoSuchSlot",
        "NoSuchSlot",
        "BadPhone",
        "EmptyText",
        "ClassifiedMatter",
    ]
    assert (await book(client, "nothing")).status_code == 404


async def test_one_telephone_has_three_bookings_at_most(client, sign_in):
    refs = [(await planned(client, sign_in, day=f"2026-11-{day:02}"))["ref"] for day in (5, 6, 9, 10)]
    replies = [
        await book(client, ref, f"2026-11-{day:02}T09:00:00+08:00")
        for ref, day in zip(refs, (5, 6, 9, 10), strict=True)
    ]
    assert [reply.status_code for reply in replies] == [201, 201, 201, 429]


async def test_who_booked_may_take_it_back_with_number_and_telephone(client, sign_in):
    one = await planned(client, sign_in)
    number = (await book(client, one["ref"])).json()["number"]
    path = "/api/v1/receptions/bookings/cancel"
    for wrong in ({"number": number, "phone": "13900139000"}, {"number": "AAAAAAAA", "phone": PHONE}):
        assert (await client.post(path, json=wrong)).json()["title"] == "NoSuchBooking"
    assert (await client.post(path, json={"number": number.lower(), "phone": PHONE})).status_code == 204
    assert (await client.post(path, json={"number": number, "phone": PHONE})).status_code == 404
    assert (await book(client, one["ref"], phone="13900139000")).status_code == 201


async def test_who_came_gets_a_ticket_with_a_receipt_and_the_follow_up_is_shown(client, sign_in, gateway, jobs):
    one = await planned(client, sign_in)
    number = (await book(client, one["ref"])).json()["number"]
    headers, path = await sign_in(CLERK), f"{DESK}/{one['ref']}/bookings/{number}"
    view = (await client.get(f"{DESK}/{one['ref']}", headers=headers)).json()
    assert [(row["name"], row["phone"], row["state"]) for row in view["bookings"]] == [("张*", "138****8000", "booked")]
    assert (await client.post(f"{path}/attendance", json={"came": True}, headers=headers)).status_code == 204
    keyed = headers | {"Idempotency-Key": "reception-0001-x"}
    body = {"text": "接访记录：抚恤金停发三个月，请核实补发。"}
    made = (await client.post(f"{path}/ticket", json=body, headers=keyed)).json()
    assert (await client.post(f"{path}/ticket", json=body, headers=keyed)).json() == made
    assert (await client.post(f"{path}/ticket", json=body, headers=headers)).json()["title"] == "TicketMadeAlready"
    assert (await client.post(f"{path}/attendance", json={"came": False}, headers=headers)).json()[
        "title"
    ] == "BookingOver"
    ticket = (await client.get(f"/api/v1/desk/tickets/{made['number']}", headers=headers)).json()
    assert (ticket["channel"], ticket["petitioner"]["phone"]) == ("leader_reception", "138****8000")
    await jobs.run_due()
    assert any(made["number"] in sms.text for sms in gateway.to(PHONE))
    row = (await client.get(f"{DESK}/{one['ref']}", headers=headers)).json()["bookings"][0]
    assert (row["state"], row["ticket"], row["ticket_status"]) == ("came", made["number"], ticket["status"])
    [listed] = (await client.get(DESK, headers=headers)).json()
    assert (listed["booked"], listed["came"]) == (1, 1)


async def test_cancelling_tells_those_who_booked_and_nobody_books_any_more(client, sign_in, gateway, jobs):
    one = await planned(client, sign_in)
    await book(client, one["ref"])
    await jobs.run_due()
    headers, path = await sign_in(CLERK), f"{DESK}/{one['ref']}/cancel"
    assert (await client.post(path, json={"reason": ""}, headers=headers)).json()["title"] == "EmptyText"
    assert (await client.post(path, json={"reason": "领导外出开会"}, headers=headers)).json() == {"told": 1}
    assert (await client.post(path, json={"reason": "再次"}, headers=headers)).json()["title"] == "CancelledAlready"
    await jobs.run_due()
    assert "领导外出开会" in gateway.to(PHONE)[-1].text
    assert (await client.get("/api/v1/receptions")).json() == []
    assert (await book(client, one["ref"], HALF)).status_code == 404


async def test_other_units_do_not_see_who_booked_and_superiors_only_read(client, sign_in):
    one = await planned(client, sign_in)
    number = (await book(client, one["ref"])).json()["number"]
    nothing = await client.get(f"{DESK}/nothing", headers=await sign_in(OTHER))
    for who in (OTHER, f"administrator-{CITY}", f"auditor-{CITY}", f"officer-{STATION}"):
        headers = await sign_in(who)
        assert (await client.get(DESK, headers=headers)).json() == []
        assert (await client.get(f"{DESK}/{one['ref']}", headers=headers)).content == nothing.content, who
    leader = await sign_in(f"supervisor-{CITY}")
    assert (await client.get(f"{DESK}/{one['ref']}", headers=leader)).json()["keeps"] is False
    for step, body in (("cancel", {"reason": "x"}), (f"bookings/{number}/attendance", {"came": True})):
        reply = await client.post(f"{DESK}/{one['ref']}/{step}", json=body, headers=leader)
        assert reply.json()["title"] == "NotYourReception"
    trail = (await client.get("/api/v1/audit/security", headers=await sign_in(f"auditor-{CITY}"))).text
    assert all(word in trail for word in ('"planned"', '"opened"', one["ref"]))


async def test_retention_forgets_who_booked(client, sign_in, kernel, clock):
    one = await planned(client, sign_in)
    await book(client, one["ref"])
    clock.advance(timedelta(days=380))
    await Retention(kernel.db, RetentionPolicy("test", personal=12, trail=24), kernel.files, "test").run()
    async with kernel.db.begin() as uow:
        left = [await uow.session.scalar(select(func.count()).select_from(table)) for table in (Booking, Message)]
    assert left == [0, 0]


async def test_the_pages_book_check_in_and_make_a_ticket_without_script(client, sign_in):
    site = Site(client)
    assert "近期还没有接访安排" in (await site.get("/reception")).text
    client.headers.update(await sign_in(CLERK))
    plan = await site.post("/receptions", **NEW, kind="field_visit", slot_minutes="30", per_slot="1")
    place = plan.headers["location"].partition("?")[0]
    ref = place.rpartition("/")[2]
    assert "请改正" in (await site.post("/receptions", **(NEW | {"day": "2020-01-01"}))).text
    assert "下访" in (await site.get("/reception")).text
    assert NINE in (await site.get(f"/reception/{ref}")).text
    assert "请改正" in (await site.post(f"/reception/{ref}", name="张建国", phone="12", slot=NINE)).text
    assert "还没有选" in (await site.post(f"/reception/{ref}", name="张建国", phone=PHONE)).text
    booked = (await site.post(f"/reception/{ref}", name="张建国", phone=PHONE, slot=NINE, matter="抚恤金停发")).text
    assert "预约好了" in booked
    view = (await client.get(f"{DESK}/{ref}")).json()
    number = view["bookings"][0]["number"]
    assert number in booked
    assert PHONE not in (await site.get(place)).text
    assert (await site.post(place, do="came", number=number)).headers["location"].endswith("done=came")
    assert "抚恤金停发</textarea>" in (await site.get(place)).text
    made = await site.post(
        place, do="ticket", number=number, text="接访记录：抚恤金停发，请核实。", key="k-reception-1"
    )
    assert made.headers["location"] == "/receipt?desk=1"
    assert "HH2026" in (await site.get(place)).text
    assert "没有找到这个预约" in (await site.post("/reception/cancel", number=number, phone=PHONE)).text
    assert (await site.post(place, do="cancel", reason="领导外出")).status_code == 303
