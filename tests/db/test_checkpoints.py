"""Signed checkpoints: what is cut off, taken away or written anew is found and named, and who signs cannot be feigned."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from jiesu.audit.chain import seal
from jiesu.audit.checkpoints import (
    CHECKPOINT,
    Checkpoint,
    CheckpointCopy,
    CheckpointHead,
    Unsealed,
    promise_checkpoint,
    signer_of,
    take_checkpoint,
)
from jiesu.audit.verify import verify
from jiesu.db.jobs import Job
from jiesu.kit.config import ConfigMistake
from jiesu.kit.signing import make_key_file, read_signer
from jiesu.tickets.events import SYSTEM, NoteAdded
from tests.builders.make import Make
from workers.checkpoints import checkpoint as checkpoint_job
from workers.invariants import check_all


async def take(kernel) -> CheckpointCopy:
    async with kernel.db.begin() as uow:
        return CheckpointCopy.of(await take_checkpoint(uow, signer_of(kernel.settings)))


async def faults(kernel, signer=None, **more) -> list[str]:
    signer = signer or signer_of(kernel.settings)
    async with kernel.db.sessions() as session:
        return [f"{fault.place}: {fault.fault}" async for fault in verify(session, signer, **more)]


def as_owner(kernel, *statements: str) -> None:
    """What somebody does who owns the database: no trigger holds him."""
    url = kernel.settings.owner_database_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("SET jiesu.scope = 'system'")
        for table in ("trail", "security_trail", "checkpoint", "checkpoint_head"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for statement in statements:
            connection.execute(statement)


#: What becomes of `ticket`, whose chain of eight entries is signed; `{id}` is its key.
TAMPERING = {
    "an entry changed": (
        ("UPDATE trail SET data = jsonb_set(data, '{{by,kind}}', '\"system\"') WHERE ticket_id = {id} AND seq = 3",),
        ", entry 3: was changed after it was written",
    ),
    "an entry removed": (
        ("DELETE FROM trail WHERE ticket_id = {id} AND seq = 4",),
        ", entry 4: entry 4 is missing, 5 follows",
    ),
    "two exchanged": (
        (
            "UPDATE trail SET seq = -2 WHERE ticket_id = {id} AND seq = 2",
            "UPDATE trail SET seq = 2 WHERE ticket_id = {id} AND seq = 3",
            "UPDATE trail SET seq = 3 WHERE ticket_id = {id} AND seq = -2",
        ),
        ", entry 2: was changed after it was written",
    ),
    "the end cut off": (
        ("DELETE FROM trail WHERE ticket_id = {id} AND seq > 5",),
        ": the chain was cut off after entry 5; checkpoint 1 signed entry 8",
    ),
    "the whole chain removed": (
        ("DELETE FROM trail WHERE ticket_id = {id}",),
        ": the whole chain is missing; checkpoint 1 signed its entry 8",
    ),
    "the chain and its heads removed": (
        ("DELETE FROM trail WHERE ticket_id = {id}", "DELETE FROM checkpoint_head WHERE ticket_id = {id}"),
        ": the ticket has no chain",
    ),
}


@pytest.mark.parametrize(("statements", "fault"), TAMPERING.values(), ids=TAMPERING.keys())
async def test_whatever_the_owner_does_to_a_signed_chain_is_found_and_named(committed_kernel, statements, fault):
    make = Make(committed_kernel)
    other, made = await make.ticket(), await make.ticket("closed")
    await take(committed_kernel)
    assert await faults(committed_kernel) == []
    as_owner(committed_kernel, *(statement.format(id=made.id) for statement in statements))
    found = await faults(committed_kernel)
    assert f"ticket {made.number}{fault}" in found
    assert not any(other.number in line for line in found)


async def test_a_chain_written_anew_with_good_hashes_is_found(committed_kernel):
    """Somebody who knows how entries are sealed seals the changed ones again."""
    made = await Make(committed_kernel).ticket("closed")
    await take(committed_kernel)
    as_owner(committed_kernel, f"DELETE FROM trail WHERE ticket_id = {made.id} AND seq = 8")
    async with committed_kernel.db.sessions() as session:
        entry = (
            await session.execute(text("SELECT * FROM trail WHERE ticket_id = :id AND seq = 7"), {"id": made.id})
        ).one()
    forged = seal(entry.hash, made.id, 8, entry.at, "TicketClosed", {"by": {"kind": "system"}, "reason": "expired"})
    insert = "INSERT INTO trail (ticket_id, seq, at, kind, data, previous, hash) VALUES ({}, 8, '{}', '{}', '{}', '{}', '{}')"
    data = '{"by": {"kind": "system"}, "reason": "expired"}'
    as_owner(committed_kernel, insert.format(made.id, entry.at, "TicketClosed", data, entry.hash, forged))
    assert await faults(committed_kernel) == [f"ticket {made.number}: entry 8 is another than checkpoint 1 signed"]


CHECKPOINTS = {
    "changed": ("UPDATE checkpoint SET at = at - interval '1 day' WHERE id = 2", "checkpoint 2: was changed after"),
    "removed": ("DELETE FROM checkpoint WHERE id = 2", "checkpoint 2: is missing, 3 follows"),
    "a head changed": (
        "UPDATE checkpoint_head SET seq = seq - 1 WHERE checkpoint_id = 2",
        "checkpoint 2: does not hold",
    ),
    "a head removed": ("DELETE FROM checkpoint_head WHERE checkpoint_id = 2", "checkpoint 2: does not hold the heads"),
    "the newest removed": (
        "DELETE FROM checkpoint WHERE id = 3; DELETE FROM checkpoint_head WHERE checkpoint_id = 3",
        "is in no checkpoint and waits for none",
    ),
    "an entry kept from being signed": ("DELETE FROM trail_unsealed", "entry 1 is in no checkpoint and waits for none"),
}


@pytest.mark.parametrize(("statement", "fault"), CHECKPOINTS.values(), ids=CHECKPOINTS.keys())
async def test_tampering_with_checkpoints_is_found_by_verify_and_doctor(committed_kernel, statement, fault):
    make = Make(committed_kernel)
    for _ in range(3):
        await make.ticket()
        await take(committed_kernel)
    await make.filed()
    as_owner(committed_kernel, statement)
    assert any(fault in line for line in await faults(committed_kernel))
    laws = await check_all(
        committed_kernel.db, committed_kernel.clock.now(), signer=signer_of(committed_kernel.settings)
    )
    assert any("chain of the trail" in law.law or "checkpoint" in law.law for law in laws if law.examples)


async def test_a_copy_kept_elsewhere_shows_that_both_trail_and_checkpoints_were_rolled_back(committed_kernel):
    make = Make(committed_kernel)
    await make.ticket()
    await take(committed_kernel)
    made = await make.ticket()
    copy = await take(committed_kernel)
    assert await faults(committed_kernel, copy=copy) == []
    as_owner(
        committed_kernel, "DELETE FROM checkpoint WHERE id = 2", "DELETE FROM checkpoint_head WHERE checkpoint_id = 2",
        f"DELETE FROM trail WHERE ticket_id = {made.id}",
    )  # fmt: skip
    assert "checkpoint 2: was kept elsewhere and is missing here; the last here is 1" in await faults(
        committed_kernel, copy=copy
    )


async def test_a_rolled_back_security_trail_is_found(committed_kernel, committed_client):
    for name in ("a", "b", "c"):
        await committed_client.post("/api/v1/session", json={"username": name, "password": "wrong"})
    await take(committed_kernel)
    as_owner(committed_kernel, "DELETE FROM security_trail WHERE seq = 3")
    assert await faults(committed_kernel) == [
        "security trail: entry 3, which checkpoint 1 signed, is missing or another"
    ]


async def test_what_another_key_signed_is_not_ours(committed_kernel, tmp_path):
    await take(committed_kernel)
    stranger = read_signer(make_key_file(tmp_path / "other.pem"))
    assert await faults(committed_kernel, stranger) == ["checkpoint 1: is not signed by a key of ours"]


async def test_a_retired_key_still_verifies(committed_kernel, tmp_path):
    await take(committed_kernel)
    new = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "keys.pem").write_text(new.decode() + signer_of(committed_kernel.settings).public_pem())
    signer = read_signer(tmp_path / "keys.pem")
    async with committed_kernel.db.begin() as uow:
        await take_checkpoint(uow, signer)
    assert await faults(committed_kernel, signer) == []


def test_a_file_without_a_key_is_named_with_its_remedy(tmp_path):
    (tmp_path / "x.pem").write_text("nothing")
    with pytest.raises(ConfigMistake, match="openssl genpkey"):
        read_signer(tmp_path / "x.pem")


async def test_only_chains_that_grew_are_signed_again(committed_kernel):
    make = Make(committed_kernel)
    first, _ = await make.ticket(), await make.ticket()
    await take(committed_kernel)
    await make.step(first, "sign", "officer-VS-150102001")
    await take(committed_kernel)
    await take(committed_kernel)
    async with committed_kernel.db.sessions() as session:
        assert (await session.scalars(select(Checkpoint.chains).order_by(Checkpoint.id))).all() == [2, 1, 0]
        assert await session.scalar(select(func.count()).select_from(Unsealed)) == 0
    assert await faults(committed_kernel) == []


async def test_an_entry_that_commits_after_a_checkpoint_was_taken_is_in_the_next(committed_kernel):
    """It drew its number before, and is seen only after: it must not be passed over."""
    make = Make(committed_kernel)
    made = await make.ticket()
    async with committed_kernel.db.begin() as uow:
        await uow.record(NoteAdded(ticket_id=made.id, by=SYSTEM, text="x"))
        await uow.session.flush()
        await take(committed_kernel)
    await take(committed_kernel)
    async with committed_kernel.db.sessions() as session:
        rows = await session.execute(select(CheckpointHead.checkpoint_id, CheckpointHead.seq))
        assert sorted(rows.all()) == [(1, 2), (2, 3)]
    assert await faults(committed_kernel) == []


async def test_checkpoints_taken_at_once_follow_each_other(committed_kernel):
    await Make(committed_kernel).ticket()
    copies = await asyncio.gather(*(take(committed_kernel) for _ in range(5)))
    assert sorted(copy.id for copy in copies) == [1, 2, 3, 4, 5]
    assert await faults(committed_kernel) == []


async def test_verify_goes_on_from_a_checkpoint(committed_kernel):
    """What lies before it is not looked at again; what came after is walked from the head it signed."""
    make = Make(committed_kernel)
    old, made = await make.ticket("closed"), await make.ticket("in_progress")
    await take(committed_kernel)
    await make.step(made, "contact", "officer-VS-150102001")
    await take(committed_kernel)
    await make.step(made, "submit", "officer-VS-150102001")
    assert await faults(committed_kernel, since=1) == await faults(committed_kernel, since=2) == []
    change = "UPDATE trail SET at = at - interval '1 day' WHERE ticket_id = {} AND seq = {}"
    as_owner(committed_kernel, change.format(old.id, 2), change.format(made.id, 4))
    named = f"ticket {made.number}, entry 4: was changed after it was written"
    assert await faults(committed_kernel, since=1) == [named]
    assert await faults(committed_kernel, since=2) == []
    assert len(await faults(committed_kernel)) == 2
    as_owner(committed_kernel, f"DELETE FROM trail WHERE ticket_id = {made.id} AND seq > 3")
    assert any("cut off after entry 3" in line for line in await faults(committed_kernel, since=1))


@pytest.mark.parametrize(
    "statement",
    [
        update(Checkpoint).values(at=func.now()),
        delete(CheckpointHead),
        delete(Checkpoint),
        update(Unsealed).values(seq=1),
    ],
)
async def test_the_application_cannot_change_or_remove_a_checkpoint(kernel, make, statement):
    await make.ticket()
    async with kernel.db.begin() as uow:
        await take_checkpoint(uow, signer_of(kernel.settings))
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
        async with kernel.db.begin() as uow:
            await uow.session.execute(statement)


async def test_the_job_signs_and_promises_the_next_hour(committed_kernel, clock):
    async with committed_kernel.db.begin() as uow:
        await promise_checkpoint(uow)
        await promise_checkpoint(uow)
    clock.advance(timedelta(hours=1))
    await checkpoint_job(committed_kernel, {})
    async with committed_kernel.db.begin() as uow:
        promised = await uow.session.scalars(select(Job.key).where(Job.kind == CHECKPOINT).order_by(Job.run_at))
        assert promised.all() == [f"{CHECKPOINT}:2026-11-02T{hour:02}Z" for hour in (2, 3)]
        assert await uow.session.scalar(select(func.count()).select_from(Checkpoint)) == 1


async def test_doctor_tells_when_nobody_signs_any_more(committed_kernel, clock):
    await take(committed_kernel)
    clock.advance(timedelta(hours=4))
    laws = await check_all(committed_kernel.db, clock.now())
    assert [law.law for law in laws if law.examples] == ["the trail is signed every hour"]
