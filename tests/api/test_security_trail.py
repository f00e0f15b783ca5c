"""The security trail: everything is in it, auditors read it, nobody changes it."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from jiesu.accounts.roles import Role
from jiesu.audit.security import SecurityEntry, verify
from tests.builders.accounts import NAME, PASSWORD, SESSION
from tests.builders.forms import CITY
from workers.invariants import check_all

URL = "/api/v1/audit/security"


async def faults(kernel) -> list[tuple[int, str]]:
    async with kernel.db.sessions() as session:
        return [fault async for fault in verify(session)]


async def test_sign_ins_failures_and_locks_are_in_it_with_the_address(client, people, sign_in):
    await people.add()
    for _ in range(5):
        await people.try_in(password="wrong")
    headers = await sign_in(f"auditor-{CITY}")
    page = (await client.get(URL, headers=headers)).json()
    kinds = [(row["kind"], row["account"]) for row in page["entries"]]
    assert kinds == [("SignInLocked", NAME), *[("SignInFailed", NAME)] * 5, ("PostGiven", NAME), ("AccountAdded", NAME)]
    locked = page["entries"][0]
    assert (locked["address"], locked["detail"]) == ("127.0.0.1", {"seconds": 30})
    assert [row["detail"]["failures"] for row in page["entries"][1:6]] == [5, 4, 3, 2, 1]
    assert page["entries"][-1]["by"] == "test"
    assert page["next_cursor"] is None


async def test_it_holds_no_secret(client, people, uow):
    await people.add()
    headers = await people.enter()
    await client.post(f"{SESSION}/password", json={"current": PASSWORD, "new": "he-li-de-yu-bu-shui"}, headers=headers)
    everything = str((await uow.session.execute(text("SELECT * FROM security_trail"))).all())
    assert PASSWORD not in everything
    assert "he-li" not in everything
    assert headers["Authorization"].split()[1] not in everything


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
async def test_nobody_but_auditors_reads_it(client, sign_in, role):
    refused = await client.get(URL, headers=await sign_in(f"{role}-{CITY}"))
    assert (refused.status_code, refused.json()["title"]) == (403, "NotAnAuditor")


async def test_it_goes_on_with_its_cursor(client, people, sign_in):
    for number in range(30):
        await people.add(f"person{number:02}", password=None)
    headers = await sign_in(f"auditor-{CITY}")
    first = (await client.get(URL, headers=headers)).json()
    rest = (await client.get(URL, params={"cursor": first["next_cursor"]}, headers=headers)).json()
    assert [row["seq"] for row in first["entries"] + rest["entries"]] == list(range(60, 0, -1))
    assert rest["next_cursor"] is None
    for cursor in ("x", "WzFd1", "Wy0xXQ"):
        assert (await client.get(URL, params={"cursor": cursor}, headers=headers)).status_code == 422


@pytest.mark.parametrize(
    "statement", [update(SecurityEntry).values(kind="x"), delete(SecurityEntry), text("TRUNCATE security_trail")]
)
async def test_the_application_cannot_change_or_remove_an_entry(people, kernel, statement):
    await people.add()
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
        async with kernel.db.begin() as uow:
            await uow.session.execute(statement)
    assert await faults(kernel) == []


def owner(kernel) -> psycopg.Connection:
    return psycopg.connect(kernel.settings.owner_database_url.replace("+psycopg", ""), autocommit=True)


async def test_not_even_the_owner_changes_it_by_accident(committed_kernel, committed_client):
    await committed_client.post(SESSION, json={"username": "nobody", "password": "wrong"})
    with owner(committed_kernel) as connection, pytest.raises(psycopg.Error, match="append-only"):
        connection.execute("UPDATE security_trail SET kind = 'x'")


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        (
            "UPDATE security_trail SET data = jsonb_set(data, '{address}', '\"198.51.100.1\"') WHERE seq = 2",
            "was changed",
        ),
        ("DELETE FROM security_trail WHERE seq = 2", "is missing"),
        ("DELETE FROM security_trail WHERE seq = 1", "is missing"),
    ],
)
async def test_tampering_by_the_owner_is_found_by_verify_and_doctor(committed_kernel, committed_client, sql, fault):
    for name in ("a", "b", "c"):
        await committed_client.post(SESSION, json={"username": name, "password": "wrong"})
    assert await faults(committed_kernel) == []
    with owner(committed_kernel) as connection:
        connection.execute("ALTER TABLE security_trail DISABLE TRIGGER ALL")
        connection.execute(sql)
    assert any(fault in found for _, found in await faults(committed_kernel))
    laws = {finding.law: finding for finding in await check_all(committed_kernel.db, committed_kernel.clock.now())}
    assert laws["the chain of the security trail is whole"].examples


async def test_what_happens_at_once_makes_one_chain(committed_kernel, committed_client):
    bodies = [{"username": f"name{number}", "password": "wrong"} for number in range(12)]
    await asyncio.gather(*(committed_client.post(SESSION, json=body) for body in bodies))
    assert await faults(committed_kernel) == []
    async with committed_kernel.db.begin() as uow:
        assert await uow.session.scalar(text("SELECT max(seq) FROM security_trail")) == 12
