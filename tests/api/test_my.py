"""One's own tickets by telephone: the code reaches only its owner, opens only theirs, and tells nobody else anything."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, insert, select

from jiesu.intake.guesses import MANY
from jiesu.intake.models import PetitionerAccess, WrongCode
from tests.builders.forms import PHONE

STRANGER = "13912345678"
HERE = "203.0.113.7"


async def ask(client, phone: str = PHONE):
    return await client.post("/api/v1/my/code", json={"phone": phone})


async def show(client, handle: str, code: str):
    return await client.post("/api/v1/my/session", json={"handle": handle, "code": code})


@pytest.fixture
def sent(gateway, jobs):
    """The newest code that a telephone was sent; None where there is none."""

    async def newest(phone: str = PHONE) -> str | None:
        await jobs.run_due()
        codes = [found[1] for sms in gateway.to(phone) if (found := re.search(r"验证码(\d{6})，", sms.text))]
        return codes[-1] if codes else None

    return newest


@pytest.fixture
def enter(client, sent):
    """Headers of a visit by telephone."""

    async def enter(phone: str = PHONE) -> dict[str, str]:
        handle = (await ask(client, phone)).json()["handle"]
        opened = await show(client, handle, await sent(phone))
        assert opened.status_code == 200, opened.text
        return {"authorization": f"Bearer {opened.json()['token']}"}

    return enter


async def test_everything_filed_with_the_telephone_is_listed_and_opens_without_the_query_code(client, make, enter):
    first, second = await make.ticket("in_progress"), await make.ticket("awaiting_survey")
    visit = await enter()
    listed = (await client.get("/api/v1/my/tickets", headers=visit)).json()
    assert [line["number"] for line in listed] == [second.number, first.number]
    assert [line["status"] for line in listed] == ["awaiting_survey", "in_progress"]
    assert listed[0]["survey"] is True
    assert listed[1]["next"]["text"]
    progress = await client.get(f"/api/v1/my/tickets/{first.number}", headers=visit)
    assert progress.json()["number"] == first.number


async def test_what_is_anonymous_or_anothers_is_neither_listed_nor_opened(client, make, enter):
    mine = await make.ticket()
    hidden = [await make.ticket(anonymous=True), await make.ticket(petitioner={"phone": STRANGER})]
    visit = await enter()
    listed = (await client.get("/api/v1/my/tickets", headers=visit)).json()
    assert [line["number"] for line in listed] == [mine.number]
    nothing = await client.get("/api/v1/my/tickets/HH20260101-00001-2", headers=visit)
    for made in hidden:
        reply = await client.get(f"/api/v1/my/tickets/{made.number}", headers=visit)
        assert (reply.status_code, reply.content) == (404, nothing.content)


async def test_an_unknown_telephone_gets_the_same_answer_and_no_message(client, make, gateway, jobs):
    await make.ticket()
    known, unknown = await ask(client), await ask(client, STRANGER)
    assert (known.status_code, known.json().keys()) == (unknown.status_code, unknown.json().keys())
    assert len(known.json()["handle"]) == len(unknown.json()["handle"])
    await jobs.run_due()
    assert gateway.to(STRANGER) == []
    wrong = [await show(client, reply.json()["handle"], "wrong") for reply in (known, unknown)]
    assert wrong[0].status_code == wrong[1].status_code == 422
    assert wrong[0].content == wrong[1].content == (await show(client, "made-up", "000000")).content


async def test_the_code_is_kept_nowhere_and_used_once(client, make, sent, kernel):
    await make.ticket()
    handle = (await ask(client)).json()["handle"]
    code = await sent()
    async with kernel.db.begin() as uow:
        row = (await uow.session.execute(select(PetitionerAccess.__table__))).mappings().one()
    assert not any(code in str(value) or handle in str(value) for value in row.values() if isinstance(value, str))
    assert (await show(client, handle, f" {code[:3]} {code[3:]} ")).status_code == 200
    assert (await show(client, handle, code)).status_code == 422


async def test_after_five_wrong_tries_the_right_code_is_worth_nothing(client, make, sent):
    await make.ticket()
    handle = (await ask(client)).json()["handle"]
    code = await sent()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert [(await show(client, handle, wrong)).status_code for _ in range(5)] == [422] * 5
    assert (await show(client, handle, code)).status_code == 422


async def test_a_stranger_cannot_use_up_the_tries_of_the_petitioner(client, make, sent, clock):
    await make.ticket()
    mine = (await ask(client)).json()["handle"]
    code = await sent()
    clock.advance(timedelta(seconds=30))
    strangers = (await ask(client)).json()["handle"]
    for _ in range(6):
        await show(client, strangers, "000000")
    assert (await show(client, mine, code)).status_code == 200


async def test_a_code_lasts_ten_minutes_and_a_visit_thirty(client, make, sent, enter, clock):
    await make.ticket()
    handle = (await ask(client)).json()["handle"]
    code = await sent()
    clock.advance(timedelta(minutes=10))
    assert (await show(client, handle, code)).status_code == 422
    clock.advance(timedelta(minutes=30))
    visit = await enter()
    clock.advance(timedelta(minutes=29))
    assert (await client.get("/api/v1/my/tickets", headers=visit)).status_code == 200
    clock.advance(timedelta(minutes=1))
    assert (await client.get("/api/v1/my/tickets", headers=visit)).status_code == 401


async def test_leaving_ends_the_visit(client, make, enter):
    await make.ticket()
    visit = await enter()
    assert (await client.delete("/api/v1/my/session", headers=visit)).status_code == 204
    assert (await client.get("/api/v1/my/tickets", headers=visit)).status_code == 401


async def test_a_visit_is_no_sign_in_and_a_sign_in_no_visit(client, make, enter, sign_in):
    await make.ticket()
    assert (await client.get("/api/v1/desk/tickets", headers=await enter())).status_code == 401
    staff = await sign_in("dispatcher-VS-1501")
    assert (await client.get("/api/v1/my/tickets", headers=staff)).status_code == 401


async def test_codes_for_a_telephone_are_sent_ever_more_rarely_and_a_used_one_is_forgotten(client, make, enter, clock):
    await make.ticket()
    await enter()
    for seconds in (0, 30, 60, 120):
        clock.advance(timedelta(seconds=seconds))
        assert (await ask(client)).status_code == 202
        refused = await ask(client)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) == max(30, seconds * 2)
    clock.advance(timedelta(minutes=30))
    assert (await ask(client)).status_code == 202


async def test_an_address_that_asks_for_many_telephones_or_tries_many_codes_is_slowed(client, make):
    await make.ticket()
    browser = AsyncClient(transport=ASGITransport(client._transport.app, client=(HERE, 1)), base_url=client.base_url)
    asked = [(await ask(browser, f"139123456{n:02d}")).status_code for n in range(21)]
    assert asked == [202] * 20 + [429]
    tried = [(await show(browser, "made-up", "000000")).status_code for _ in range(21)]
    assert tried == [422] * 20 + [429]
    assert (await ask(client)).status_code == 202


async def test_while_codes_are_asked_for_everywhere_an_address_has_three(client, kernel):
    async with kernel.db.begin() as uow:
        row = {"phone": PHONE, "phone_hash": "-", "code_hash": "-", "asked_at": uow.now}
        await uow.session.execute(insert(PetitionerAccess), [row | {"handle_hash": f"{n}"} for n in range(MANY)])
    browser = AsyncClient(transport=ASGITransport(client._transport.app, client=(HERE, 1)), base_url=client.base_url)
    assert [(await ask(browser, f"139123456{n:02d}")).status_code for n in range(4)] == [202] * 3 + [429]


async def test_a_code_that_would_come_too_late_is_not_sent(client, make, gateway, jobs, clock):
    await make.ticket()
    await ask(client)
    clock.advance(timedelta(minutes=11))
    await jobs.run_due()
    assert not any("验证码" in sms.text for sms in gateway.to(PHONE))


async def test_a_gateway_out_of_order_delays_the_code_and_loses_nothing(client, make, gateway, jobs, sent, clock):
    await make.ticket()
    await jobs.run_due()
    handle = (await ask(client)).json()["handle"]
    gateway.refusals = 1
    assert await sent() is None
    clock.advance(timedelta(seconds=6))
    assert (await show(client, handle, await sent())).status_code == 200


async def test_what_is_a_day_old_is_removed(client, make, kernel, clock):
    await ask(client)
    clock.advance(timedelta(hours=25))
    await ask(client, STRANGER)
    async with kernel.db.begin() as uow:
        assert await uow.session.scalar(select(func.count()).select_from(PetitionerAccess)) == 1
        assert await uow.session.scalar(select(func.count()).select_from(WrongCode)) == 0


async def test_a_telephone_that_is_none_is_refused_by_name(client):
    reply = await ask(client, "12")
    assert (reply.status_code, reply.json()["field"]) == (422, "phone")
