"""Filing an appeal: what is taken, what is refused and why, and that a refusal leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from jiesu.audit.trail import TrailEntry
from jiesu.db.jobs import Job
from jiesu.notifications.models import Message
from jiesu.petitioners.models import Petitioner
from jiesu.sla.models import Deadline
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Channel
from tests.builders.forms import CLEAR, PHONE, PLACE, PLAIN, appeal

URL = "/api/v1/tickets"
TABLES = (Ticket, Petitioner, Deadline, Job, Message, TrailEntry)


async def rows(uow) -> dict[str, int]:
    return {
        table.__tablename__: await uow.session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES
    }


async def test_a_clear_appeal_is_routed_timed_and_receipted_at_once(client, gateway, jobs, clock):
    reply = await client.post(URL, json=appeal(CLEAR, nature=None))
    receipt = reply.json()
    assert reply.status_code == 201
    assert receipt["status"] == "dispatched"
    assert receipt["unit"]["code"].startswith("VS-150102")
    assert {deadline["clock"] for deadline in receipt["deadlines"]} == {"petitioner", "unit"}
    assert receipt["registered_at"] == "2026-11-02T09:00:00+08:00"
    assert receipt["reasons"]

    await jobs.run_due()
    [sms] = gateway.to(PHONE)
    assert receipt["number"] in sms.text
    assert receipt["query_code"] in sms.text


async def test_an_unclear_appeal_waits_for_the_dispatcher_with_candidates(client, sign_in):
    receipt = (await client.post(URL, json=appeal(PLAIN))).json()
    assert (receipt["status"], receipt["unit"]) == ("registered", None)

    headers = await sign_in("dispatcher-VS-150102")
    queue = (await client.get("/api/v1/desk/tickets?view=to_dispatch", headers=headers)).json()["tickets"]
    assert [row["number"] for row in queue] == [receipt["number"]]
    ticket = (await client.get(f"/api/v1/desk/tickets/{receipt['number']}", headers=headers)).json()
    assert 1 <= len(ticket["candidates"]) <= 3
    assert ticket["routing_reasons"]
    assert "dispatch" in ticket["allowed"]


@pytest.mark.parametrize("channel", Channel)
async def test_every_channel_is_taken(client, channel):
    assert (await client.post(URL, json=appeal(channel=channel))).status_code == 201


async def test_the_least_is_enough(client):
    reply = await client.post(URL, json={"text": "诉求内容"[:4] + "。"})
    assert reply.status_code == 201


async def test_an_anonymous_appeal_keeps_no_person(client, uow):
    reply = await client.post(URL, json=appeal(anonymous=True))
    assert reply.status_code == 201
    assert (await rows(uow))["petitioner"] == 0


async def test_a_person_who_comes_again_is_the_same_person(client, uow):
    for text in (PLAIN, CLEAR):
        await client.post(URL, json=appeal(text))
    assert (await rows(uow))["petitioner"] == 1


async def test_a_shared_telephone_does_not_make_two_people_one(client, uow):
    for name in ("张建国", "李秀英"):
        await client.post(URL, json=appeal(petitioner={"name": name, "phone": PHONE}))
    assert (await rows(uow))["petitioner"] == 2


REFUSED = {
    "text missing": ({"place": PLACE}, "text"),
    "text too short": (appeal("短"), "text"),
    "only spaces": (appeal(" \n\t \u3000 "), "text"),
    "text too long": (appeal("长" * 5001), "text"),
    "text a number": (appeal() | {"text": 5}, "text"),
    "text null": (appeal() | {"text": None}, "text"),
    "NUL in the text": (appeal("诉求\x00内容足够长"), "text"),
    "direction override in the text": (appeal("诉求\u202e内容足够长"), "text"),
    "escape in the title": (appeal(title="标\x1b[31m题"), "title"),
    "title too long": (appeal(title="题" * 101), "title"),
    "unknown field": (appeal(colour="red"), "colour"),
    "unknown field of the person": (appeal(petitioner={"nick": "x"}), "petitioner.nick"),
    "phone too short": (appeal(petitioner={"phone": "12"}), "petitioner.phone"),
    "phone a word": (appeal(petitioner={"phone": "没有电话"}), "petitioner.phone"),
    "phone a number": (appeal(petitioner={"phone": 13800138000}), "petitioner.phone"),
    "phone of elsewhere": (appeal(petitioner={"phone": "+12125550123"}), "petitioner.phone"),
    "wrong check digit": (appeal(petitioner={"id_number": "110105194912310021"}), "petitioner.id_number"),
    "id too short": (appeal(petitioner={"id_number": "123"}), "petitioner.id_number"),
    "name too long": (appeal(petitioner={"name": "张" * 51}), "petitioner.name"),
    "control character in the name": (appeal(petitioner={"name": "张\x07三"}), "petitioner.name"),
    "unknown kind": (appeal(petitioner={"kind": "general"}), "petitioner.kind"),
    "person a list": (appeal(petitioner=[]), "petitioner"),
    "unknown place": (appeal(place="99"), "place"),
    "unknown category": (appeal(category="9999"), "category"),
    "unknown nature": (appeal(nature="anger"), "nature"),
    "unknown channel": (appeal(channel="pigeon"), "channel"),
    "unknown accused unit": (appeal(accused_unit="VS-9"), "accused_unit"),
    "anonymous in words": (appeal(anonymous="yes"), "anonymous"),
}


@pytest.mark.parametrize(("body", "field"), REFUSED.values(), ids=REFUSED.keys())
async def test_a_wrong_field_is_named_with_a_remedy_and_nothing_is_written(client, uow, body, field):
    before = await rows(uow)
    reply = await client.post(URL, json=body)
    problem = reply.json()
    assert reply.status_code in (400, 422), problem
    assert reply.headers["content-type"].startswith("application/problem+json")
    assert problem["field"] == field
    assert problem["detail"]
    assert await rows(uow) == before


@pytest.mark.parametrize(
    "content", ["", '{"text":', "[]", '"text"', "null", "text=abc", '{"text": "诉求内容足够长",}', b"\xff\xfe{}"]
)
async def test_what_is_no_json_object_is_refused(client, uow, content):
    reply = await client.post(URL, content=content, headers={"content-type": "application/json"})
    assert reply.status_code == 400
    assert reply.json()["detail"]
    assert (await rows(uow))["ticket"] == 0


async def test_an_oversize_body_is_refused_unread(client):
    reply = await client.post(URL, json=appeal("长" * 200_000))
    assert (reply.status_code, reply.json()["title"]) == (413, "TooLarge")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("138 0013 8000", PHONE), ("+86-138-0013-8000", PHONE), ("0471-6601234", "04716601234"), ("", None)],
)
async def test_telephones_are_kept_in_one_form(client, uow, given, kept):
    assert (await client.post(URL, json=appeal(petitioner={"name": "张", "phone": given}))).status_code == 201
    assert await uow.session.scalar(select(Petitioner.phone)) == kept


async def test_personal_data_are_encrypted_in_the_row(client, uow):
    person = {"name": "张建国", "phone": PHONE, "id_number": "11010519491231002X"}
    await client.post(URL, json=appeal(petitioner=person))
    raw = str((await uow.session.execute(select(func.row_to_json(Petitioner.__table__.table_valued())))).scalar())
    assert not any(secret in raw for secret in person.values())


async def test_a_refusal_is_told_in_the_readers_language(client):
    for language, word in (("zh-CN", "请写"), ("en", "Write")):
        reply = await client.post(URL, json=appeal("短"), headers={"accept-language": language})
        assert word in reply.json()["detail"]


async def test_numbers_of_a_day_follow_each_other_and_start_anew_at_midnight_in_hohhot(client, clock):
    first = [(await client.post(URL, json=appeal())).json()["number"] for _ in range(2)]
    clock.advance(timedelta(hours=15))  # midnight there, still the 2nd in UTC
    second = (await client.post(URL, json=appeal())).json()["number"]
    assert [number[:16] for number in (*first, second)] == ["HH20261102-00001", "HH20261102-00002", "HH20261103-00001"]
