"""The same key gives the same receipt, also when both requests are under way at once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from jiesu.tickets.models import Ticket
from tests.builders.forms import CLEAR, PLAIN, appeal

URL = "/api/v1/tickets"


async def test_the_same_key_and_body_give_the_same_receipt(client, uow):
    replies = [await client.post(URL, json=appeal(CLEAR), headers={"Idempotency-Key": "a1"}) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [201, 201]
    first, second = (reply.json() for reply in replies)
    assert first == second
    assert await uow.session.scalar(select(func.count()).select_from(Ticket)) == 1


async def test_a_key_used_for_another_body_is_a_conflict(client):
    await client.post(URL, json=appeal(CLEAR), headers={"Idempotency-Key": "a1"})
    reply = await client.post(URL, json=appeal(PLAIN), headers={"Idempotency-Key": "a1"})
    assert (reply.status_code, reply.json()["title"]) == (409, "KeyReused")


async def test_a_refused_appeal_does_not_use_up_its_key(client):
    refused = await client.post(URL, json=appeal("短"), headers={"Idempotency-Key": "a1"})
    taken = await client.post(URL, json=appeal(CLEAR), headers={"Idempotency-Key": "a1"})
    assert (refused.status_code, taken.status_code) == (422, 201)


@pytest.mark.parametrize("key", ["k" * 129, "a\tb"])
async def test_a_key_that_cannot_be_kept_is_refused(client, key):
    reply = await client.post(URL, json=appeal(), headers={"Idempotency-Key": key})
    assert (reply.status_code, reply.json()["title"]) == (422, "BadIdempotencyKey")


async def test_duplicates_sent_at_once_file_one_ticket(committed_client, committed_kernel):
    sends = [committed_client.post(URL, json=appeal(CLEAR), headers={"Idempotency-Key": "lost"}) for _ in range(8)]
    replies = await asyncio.gather(*sends)
    assert {reply.status_code for reply in replies} == {201}
    assert len({(reply.json()["number"], reply.json()["query_code"]) for reply in replies}) == 1
    async with committed_kernel.db.begin() as uow:
        assert await uow.session.scalar(select(func.count()).select_from(Ticket)) == 1


async def test_filings_at_once_all_get_numbers_of_their_own(committed_client):
    replies = await asyncio.gather(*(committed_client.post(URL, json=appeal()) for _ in range(30)))
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["number"] for reply in replies}) == 30
