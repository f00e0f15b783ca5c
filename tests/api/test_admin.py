"""Dead letters through the API: administrators alone, and no petition content even for them."""

from __future__ import annotations

import pytest

from jiesu.accounts.roles import Role
from tests.builders.forms import CITY, PHONE
from workers.actor import perform

LETTERS = "/api/v1/admin/dead-letters"


@pytest.fixture
async def letter(make, jobs, kernel, gateway) -> int:
    """A receipt that the gateway never took."""
    await make.ticket("registered")
    gateway.refusals = 1000
    [job] = await jobs.pending(kind="message.send")
    for _ in range(8):
        await perform(kernel, "message.send", [job.id])
    [dead] = await jobs.dead()
    return dead.id


async def test_the_administrator_sees_what_failed_and_why_but_nothing_of_the_petition(client, sign_in, letter):
    headers = await sign_in(f"administrator-{CITY}")
    page = (await client.get(LETTERS, headers=headers)).json()
    [row] = page["letters"]
    assert set(row) == {"id", "kind", "key", "priority", "tries", "error", "died_at"}
    assert (row["id"], row["kind"], row["tries"], page["next_cursor"]) == (letter, "message.send", 8, None)
    assert "GatewayRefused" in row["error"]
    assert PHONE not in str(page)
    assert (await client.get("/api/v1/desk/tickets", headers=headers)).json().get("tickets", []) == []


async def test_a_letter_is_sent_again_and_its_message_arrives(client, sign_in, letter, jobs, gateway):
    gateway.refusals = 0
    headers = await sign_in(f"administrator-{CITY}")
    assert (await client.post(f"{LETTERS}/{letter}/retry", headers=headers)).status_code == 204
    await jobs.run_due()
    assert [sms.to for sms in gateway.sent] == [PHONE]
    again = await client.post(f"{LETTERS}/{letter}/retry", headers=headers)
    assert (again.status_code, again.json()["title"]) == (404, "DeadLetterGone")
    await jobs.run_due()
    assert len(gateway.sent) == 1


async def test_a_letter_is_dropped_once(client, sign_in, letter, jobs):
    headers = await sign_in(f"administrator-{CITY}")
    replies = [await client.post(f"{LETTERS}/{letter}/discard", headers=headers) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [204, 404]
    assert await jobs.dead() == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_nobody_but_administrators_looks_after_dead_letters(client, sign_in, letter, jobs, role):
    headers = await sign_in(f"{role}-{CITY}")
    replies = [
        await client.get(LETTERS, headers=headers),
        await client.post(f"{LETTERS}/{letter}/retry", headers=headers),
        await client.post(f"{LETTERS}/{letter}/discard", headers=headers),
    ]
    assert [(reply.status_code, reply.json()["title"]) for reply in replies] == [(403, "NotAnAdministrator")] * 3
    assert len(await jobs.dead()) == 1


async def test_who_is_not_signed_in_is_asked_to(client):
    assert (await client.get(LETTERS)).status_code == 401


@pytest.mark.parametrize("name", ["x", "-1", "99999999999999999999999", "%00"])
async def test_what_names_no_letter_is_not_found(client, sign_in, name):
    reply = await client.post(f"{LETTERS}/{name}/retry", headers=await sign_in(f"administrator-{CITY}"))
    assert reply.status_code == 404


async def test_a_cursor_that_is_none_is_refused(client, sign_in):
    reply = await client.get(LETTERS, params={"cursor": "x"}, headers=await sign_in(f"administrator-{CITY}"))
    assert (reply.status_code, reply.json()["title"]) == (422, "BadCursor")
