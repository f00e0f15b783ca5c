"""Verifying: both trails link by link, and against the signed checkpoints, so that what was cut off or taken away is found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.audit import security, trail
from jiesu.audit.chain import GENESIS
from jiesu.audit.checkpoints import Checkpoint, CheckpointCopy, digest_of_heads, seal_of
from jiesu.audit.security import SecurityEntry
from jiesu.kit.signing import Signer

__all__ = ["Fault", "last_checkpoint", "verify"]


class Fault(NamedTuple):
    """What is not as it was written: where, and what is wrong there."""

    place: str
    fault: str


async def verify(
    session: AsyncSession, signer: Signer | None, *, since: int = 0, copy: CheckpointCopy | None = None
) -> AsyncIterator[Fault]:
    """Every fault there is; memory stays flat however long the trails are.

    With `since` only what came after that checkpoint: chains are taken up where it left them. `copy` is a checkpoint that
    was kept elsewhere. Without a signer signatures are not looked at.
    """
    await session.execute(text("SET LOCAL statement_timeout = 0"))
    async for fault in _checkpoints(session, signer, since, copy):
        yield fault
    async for broken in trail.verify(session, since=since):
        yield Fault(f"{await _named(session, broken.ticket_id)}, entry {broken.seq}", broken.fault)
    async for fault in _against_heads(session, since):
        yield fault
    async for seq, wrong in security.verify(session, since=await _security_at(session, since)):
        yield Fault(f"security trail, entry {seq}", wrong)
    async for fault in _security_against(session, since):
        yield fault
    if since == 0:
        async for fault in _never_sealed(session):
            yield fault


async def last_checkpoint(session: AsyncSession) -> Checkpoint | None:
    """The newest one."""
    return await session.scalar(select(Checkpoint).order_by(Checkpoint.id.desc()).limit(1))


async def _checkpoints(
    session: AsyncSession, signer: Signer | None, since: int, copy: CheckpointCopy | None
) -> AsyncIterator[Fault]:
    """Each follows the one before, is signed by a key of ours, and holds the heads that it signed."""
    before = await session.get(Checkpoint, since) if since else None
    if since and before is None:
        yield Fault(f"checkpoint {since}", "is missing")
    number, previous = since, before.hash if before else GENESIS
    while row := await session.scalar(
        select(Checkpoint).where(Checkpoint.id > number).order_by(Checkpoint.id).limit(1)
    ):
        if row.id != number + 1:
            yield Fault(f"checkpoint {number + 1}", f"is missing, {row.id} follows")
        elif row.previous != previous and (before is not None or since == 0):
            yield Fault(f"checkpoint {row.id}", "does not follow the one before it")
        for wrong in await _wrong(session, signer, row):
            yield Fault(f"checkpoint {row.id}", wrong)
        if copy is not None and copy.id == row.id and copy.hash != row.hash:
            yield Fault(f"checkpoint {row.id}", "is not the one that was kept elsewhere")
        number, previous = row.id, row.hash
        session.expunge(row)
    if copy is not None and copy.id > number:
        yield Fault(f"checkpoint {copy.id}", f"was kept elsewhere and is missing here; the last here is {number}")


async def _wrong(session: AsyncSession, signer: Signer | None, row: Checkpoint) -> list[str]:
    wrong = []
    if row.hash != seal_of(row):
        wrong.append("was changed after it was written")
    if signer is not None and not signer.verifies(row.key_id, row.signature, row.hash):
        wrong.append("is not signed by a key of ours")
    if (row.chains, row.heads) != await digest_of_heads(session, row.id):
        wrong.append("does not hold the heads that it signed")
    return wrong


#: Heads that checkpoints signed and what waits for the next one.
_MARKS = """(SELECT ticket_id, seq, hash, checkpoint_id FROM checkpoint_head WHERE checkpoint_id > :since
             UNION ALL SELECT ticket_id, seq, hash, NULL FROM trail_unsealed)"""
_AGAINST = text(f"""
    SELECT DISTINCT ON (m.ticket_id) m.ticket_id, m.seq, m.checkpoint_id,
           (SELECT max(seq) FROM trail WHERE ticket_id = m.ticket_id) AS last
    FROM {_MARKS} m LEFT JOIN trail t ON t.ticket_id = m.ticket_id AND t.seq = m.seq
    WHERE t.hash IS DISTINCT FROM m.hash ORDER BY m.ticket_id, m.seq DESC
""")  # noqa: S608 - no value from outside
_NEVER = text(f"""
    SELECT t.ticket_id, t.last FROM (SELECT ticket_id, max(seq) AS last FROM trail GROUP BY ticket_id) t
    LEFT JOIN (SELECT ticket_id, max(seq) AS seq FROM {_MARKS} m GROUP BY ticket_id) m USING (ticket_id)
    WHERE t.last > coalesce(m.seq, 0) ORDER BY t.ticket_id
""")  # noqa: S608 - no value from outside
_WITHOUT = text("SELECT id FROM ticket t WHERE NOT EXISTS (SELECT FROM trail WHERE ticket_id = t.id) ORDER BY id")


async def _against_heads(session: AsyncSession, since: int) -> AsyncIterator[Fault]:
    rows = (await session.stream(_AGAINST, {"since": since})).yield_per(1000)
    async for ticket_id, seq, checkpoint, last in rows:
        known = f"checkpoint {checkpoint} signed" if checkpoint else "there was"
        if last is None:
            wrong = f"the whole chain is missing; {known} its entry {seq}"
        elif last < seq:
            wrong = f"the chain was cut off after entry {last}; {known} entry {seq}"
        else:
            wrong = f"entry {seq} is another than {known}"
        yield Fault(await _named(session, ticket_id), wrong)


async def _never_sealed(session: AsyncSession) -> AsyncIterator[Fault]:
    """What came in behind the trigger's back, or lost its checkpoint; and tickets whose chain went without a trace."""
    async for ticket_id, last in (await session.stream(_NEVER, {"since": 0})).yield_per(1000):
        yield Fault(await _named(session, ticket_id), f"entry {last} is in no checkpoint and waits for none")
    async for (ticket_id,) in (await session.stream(_WITHOUT)).yield_per(1000):
        yield Fault(await _named(session, ticket_id), "the ticket has no chain")


async def _security_at(session: AsyncSession, since: int) -> tuple[int, str]:
    row = await session.get(Checkpoint, since) if since else None
    return (row.security_seq, row.security_hash) if row else (0, GENESIS)


async def _security_against(session: AsyncSession, since: int) -> AsyncIterator[Fault]:
    query = select(Checkpoint.id, Checkpoint.security_seq).outerjoin(
        SecurityEntry, SecurityEntry.seq == Checkpoint.security_seq
    )
    query = query.where(
        Checkpoint.id > since,
        Checkpoint.security_seq > 0,
        SecurityEntry.hash.is_distinct_from(Checkpoint.security_hash),
    )
    async for number, seq in await session.stream(query.order_by(Checkpoint.id.desc()).limit(1)):
        yield Fault("security trail", f"entry {seq}, which checkpoint {number} signed, is missing or another")


async def _named(session: AsyncSession, ticket_id: int) -> str:
    """By its number, as long as the ticket is there."""
    number = await session.scalar(text("SELECT number FROM ticket WHERE id = :id"), {"id": ticket_id})
    return f"ticket {number or ticket_id}"
