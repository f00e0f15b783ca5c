"""Short messages: one to each person about each thing, however often the gateway or the worker fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from jiesu.notifications.models import DemoMessage, Message
from tests.builders.forms import PHONE, STATION
from workers.actor import FIRST_WAIT, perform


async def test_a_message_is_sent_once_and_noted(make, jobs, gateway, uow, clock):
    await make.ticket("registered")
    await jobs.run_due()
    assert [sms.to for sms in gateway.sent] == [PHONE]
    assert await uow.session.scalar(select(Message.sent_at)) == clock.now()
    assert await jobs.run_due() == 0


async def test_a_gateway_that_fails_once_gets_the_same_message_again(make, jobs, gateway, clock):
    await make.ticket("registered")
    gateway.refusals = 1
    await jobs.run_due()
    assert (gateway.sent, len(await jobs.pending(kind="message.send"))) == ([], 1)
    clock.advance(FIRST_WAIT)
    await jobs.run_due()
    assert (len(gateway.sent), gateway.calls) == (1, 2)


async def test_a_worker_that_dies_after_sending_sends_under_the_same_key(make, jobs, gateway, uow, kernel):
    await make.ticket("registered")
    [job] = await jobs.pending(kind="message.send")
    message = await uow.session.scalar(select(Message))
    await kernel.gateway.send(key=message.key, phone=message.recipient, text=message.text)  # and dies
    await perform(kernel, "message.send", [job.id])
    assert (gateway.calls, len(gateway.sent)) == (2, 1)
    assert await jobs.pending(kind="message.send") == []


async def test_a_gateway_that_stays_away_ends_as_a_dead_letter_and_not_as_silence(make, jobs, gateway, clock):
    await make.ticket("registered")
    gateway.refusals = 1000
    for _ in range(10):
        await jobs.run_due()
        clock.advance(timedelta(hours=2))
    [letter] = await jobs.dead()
    assert (letter.kind, gateway.sent) == ("message.send", [])
    assert "GatewayRefused" in letter.error


async def test_the_next_message_is_not_held_up_by_a_refused_one(make, jobs, gateway):
    for _ in range(3):
        await make.ticket("registered")
    gateway.refusals = 1
    await jobs.run_due()
    assert len(gateway.sent) == 2


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("registered", ["编号"]),
        ("need_info", ["编号", "请补充退役证照片"]),
        ("answered", ["编号", "带上退役证"]),
        ("diverted", ["编号", "承办法院"]),
        ("dispatched", ["编号", "已派给"]),
        ("awaiting_survey", ["编号", "已派给", "/s/"]),
        ("rework", ["编号", "已派给", "/s/", "重新办理"]),
        ("closed", ["编号", "已派给", "/s/"]),
    ],
)
async def test_the_petitioner_is_told_every_turn(make, jobs, gateway, state, words):
    await make.ticket(state)
    await jobs.run_due()
    assert len(gateway.sent) == len(words)
    assert all(word in sms.text for word, sms in zip(words, gateway.sent, strict=True))


async def test_without_a_telephone_nothing_is_sent_and_nothing_fails(make, jobs, gateway):
    await make.ticket("rework", petitioner={"name": "张建国"})
    await jobs.run_due()
    assert (gateway.calls, await jobs.dead()) == (0, [])


async def test_the_reminder_goes_out_once_and_not_to_those_who_answered(make, jobs, gateway, clock):
    silent, quick = await make.ticket("awaiting_survey"), await make.ticket("closed")
    clock.advance(timedelta(hours=48))
    await jobs.run_due()
    clock.advance(timedelta(hours=48))
    await jobs.run_due()
    reminders = [sms.text for sms in gateway.sent if "提醒" in sms.text]
    assert len(reminders) == 1
    assert silent.number in reminders[0]
    assert quick.number not in reminders[0]


async def test_a_survey_nobody_answers_closes_the_ticket_as_silence(make, jobs, clock, kernel):
    made = await make.ticket("awaiting_survey")
    clock.advance(timedelta(days=7) - timedelta(seconds=1))
    await jobs.run_due()
    assert (await make.load(made)).status == "awaiting_survey"
    clock.advance(timedelta(seconds=1))
    await jobs.run_due()
    assert (await make.load(made)).status == "closed"


async def test_the_demo_gateway_keeps_what_it_was_given_once(make, jobs, kernel, client, uow):
    from jiesu.notifications.gateway import DemoGateway

    kernel.gateway = DemoGateway(kernel.db)
    made = await make.ticket("registered")
    await jobs.run_due()
    key = await uow.session.scalar(select(DemoMessage.key))
    await kernel.gateway.send(key=key, phone=PHONE, text="again")
    messages = (await client.get("/api/v1/demo/messages", params={"to": PHONE})).json()
    assert [made.number in message["text"] for message in messages] == [True]
    assert (await client.get("/api/v1/demo/messages", params={"to": "13900139000"})).json() == []


async def test_demo_users_are_listed_with_their_posts(client):
    users = (await client.get("/api/v1/demo/users")).json()
    assert {"username": f"officer-{STATION.lower()}", "role": "officer"}.items() <= next(
        user for user in users if user["unit"]["code"] == STATION
    ).items()
