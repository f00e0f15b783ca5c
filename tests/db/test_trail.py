"""The trail: whole chains, changes found, and a role that can neither change nor remove."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from jiesu.audit.trail import GENESIS, TrailEntry, history, verify
from tests.builders.make import Make


async def faults(kernel) -> list[tuple[int, str]]:
    async with kernel.db.sessions() as session:
        return [(broken.seq, broken.fault) async for broken in verify(session)]


async def test_every_step_is_one_link_of_a_whole_chain(kernel, make, uow):
    made = await make.ticket("closed")
    entries = await history(uow.session, made.id)
    assert [entry.kind for entry in entries] == [
        *("TicketRegistered", "TicketDispatched", "TicketSigned", "PetitionerContacted", "ResultSubmitted"),
        *("ResultApproved", "SurveyAnswered", "TicketClosed"),
    ]
    assert [entry.seq for entry in entries] == list(range(1, 9))
    links = (await uow.session.scalars(select(TrailEntry).where(TrailEntry.ticket_id == made.id))).all()
    assert [link.previous for link in links] == [GENESIS, *(link.hash for link in links[:-1])]
    assert await faults(kernel) == []


async def test_the_trail_holds_no_query_code(make, uow):
    made = await make.ticket("registered")
    assert made.code not in str([entry.data for entry in await history(uow.session, made.id)])


@pytest.mark.parametrize("statement", [update(TrailEntry).values(kind="x"), delete(TrailEntry), text("TRUNCATE trail")])
async def test_the_application_cannot_change_or_remove_an_entry(kernel, make, statement):
    await make.ticket()
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
        async with kernel.db.begin() as uow:
            await uow.session.execute(statement)
    assert await faults(kernel) == []


async def test_not_even_the_owner_changes_it_by_accident(committed_kernel):
    await Make(committed_kernel).ticket()
    with owner(committed_kernel) as connection, pytest.raises(psycopg.Error):
        connection.execute("UPDATE trail SET kind = 'x'")


TAMPERING = {
    "a word changed": (
        "UPDATE trail SET data = jsonb_set(data, '{by,kind}', '\"system\"') WHERE seq = 3",
        "was changed",
    ),
    "a time changed": ("UPDATE trail SET at = at - interval '1 day' WHERE seq = 2", "was changed"),
    "an entry removed": ("DELETE FROM trail WHERE seq = 2", "is missing"),
    "the first removed": ("DELETE FROM trail WHERE seq = 1", "is missing"),
    "two exchanged": (
        "UPDATE trail SET seq = -2 WHERE seq = 2; UPDATE trail SET seq = 2 WHERE seq = 3; UPDATE trail SET seq = 3 WHERE seq = -2",
        "was changed",
    ),
}


@pytest.mark.parametrize(("sql", "fault"), TAMPERING.values(), ids=TAMPERING.keys())
async def test_tampering_by_the_owner_is_found(committed_kernel, sql, fault):
    await Make(committed_kernel).ticket("closed")
    with owner(committed_kernel) as connection:
        connection.execute("ALTER TABLE trail DISABLE TRIGGER ALL")
        connection.execute(sql)
    assert any(fault in found for _, found in await faults(committed_kernel))


def owner(kernel) -> psycopg.Connection:
    """A connection as the owner of the tables."""
    return psycopg.connect(kernel.settings.owner_database_url.replace("+psycopg", ""), autocommit=True)
