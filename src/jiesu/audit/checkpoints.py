"""Checkpoints: every hour all chain heads that changed are written down and signed, each checkpoint sealed onto the last."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import BigInteger, Index, Integer, String, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.audit.chain import GENESIS
from jiesu.audit.security import SecurityEntry
from jiesu.db import jobs
from jiesu.db.base import Base, BigId, Moment
from jiesu.db.uow import UnitOfWork
from jiesu.kit.signing import Signer, make_key_file, read_signer
from jiesu.settings import Settings

__all__ = [
    "CHECKPOINT",
    "Checkpoint",
    "CheckpointCopy",
    "CheckpointHead",
    "Unsealed",
    "digest_of_heads",
    "promise_checkpoint",
    "seal_of",
    "signer_of",
    "take_checkpoint",
]

#: Job kind: sign what was added to the trail.
CHECKPOINT = "audit.checkpoint"
EVERY = timedelta(hours=1)
#: Advisory lock under which checkpoints follow each other.
LOCK = 0x6A69657376


class Checkpoint(Base):
    """A signed statement: at that moment these were the heads. The application may insert and read, nothing else."""

    __tablename__ = "checkpoint"

    #: From 1 without gaps.
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    previous: Mapped[str] = mapped_column(String(64))
    #: How many tickets' chains grew since the last, and SHA-256 over their heads in the order of their keys.
    chains: Mapped[int]
    heads: Mapped[str] = mapped_column(String(64))
    security_seq: Mapped[int]
    security_hash: Mapped[str] = mapped_column(String(64))
    #: Which key signed.
    key_id: Mapped[str] = mapped_column(String(16))
    hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(96))


class CheckpointHead(Base):
    """The last entry of a chain as a checkpoint found it. Only chains that grew are in a checkpoint."""

    __tablename__ = "checkpoint_head"
    __table_args__ = (Index("ix_checkpoint_head_ticket", "ticket_id", "seq"),)

    checkpoint_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]


class Unsealed(Base):
    """An entry that no checkpoint covers yet, written by a trigger of the trail.

    A number that grows would not do to find what is new: transactions commit in another order than they draw numbers.
    """

    __tablename__ = "trail_unsealed"

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int]
    hash: Mapped[str]


def signer_of(settings: Settings) -> Signer | None:
    """The key that `signing_key` names; a demo makes its own; else None, and nothing is signed. Raises ConfigMistake."""
    if settings.signing_key is not None:
        return read_signer(settings.signing_key)
    return read_signer(make_key_file(settings.data_dir / "signing-key.pem")) if settings.demo else None


async def promise_checkpoint(uow: UnitOfWork) -> None:
    """Have one taken at the next full hour. Repeatable."""
    hour = uow.now.replace(minute=0, second=0, microsecond=0) + EVERY
    await jobs.schedule(uow, jobs.Promise(CHECKPOINT, hour, f"{CHECKPOINT}:{hour:%Y-%m-%dT%H}Z", {}))


async def take_checkpoint(uow: UnitOfWork, signer: Signer) -> Checkpoint:
    """Sign every head that changed since the last; cost grows with these alone. One at a time: waits for another."""
    await uow.session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    await uow.session.execute(text("SET LOCAL statement_timeout = 0"))  # the first one covers all that there is
    last = await uow.session.scalar(select(Checkpoint).order_by(Checkpoint.id.desc()).limit(1))
    number = last.id + 1 if last else 1
    await uow.session.execute(_GATHER, {"number": number})
    chains, heads = await digest_of_heads(uow.session, number)
    newest = select(SecurityEntry.seq, SecurityEntry.hash).order_by(SecurityEntry.seq.desc()).limit(1)
    security = (await uow.session.execute(newest)).first()
    checkpoint = Checkpoint(
        id=number,
        at=uow.now,
        previous=last.hash if last else GENESIS,
        chains=chains,
        heads=heads,
        security_seq=security.seq if security else 0,
        security_hash=security.hash if security else GENESIS,
        key_id=signer.key_id,
    )
    checkpoint.hash = seal_of(checkpoint)
    checkpoint.signature = signer.sign(checkpoint.hash)
    uow.add(checkpoint)
    return checkpoint


def seal_of(c: Checkpoint) -> str:
    """SHA-256 over everything a checkpoint says, the one before it included."""
    at = c.at.astimezone(UTC).isoformat()
    body = [c.id, at, c.previous, c.chains, c.heads, c.security_seq, c.security_hash, c.key_id]
    return hashlib.sha256(msgspec.json.encode(body)).hexdigest()


async def digest_of_heads(session: AsyncSession, number: int) -> tuple[int, str]:
    """How many heads the checkpoint holds, and their SHA-256. Memory stays flat."""
    digest, count = hashlib.sha256(), 0
    async for ticket_id, seq, head in _heads(session, number):
        digest.update(f"{ticket_id} {seq} {head}\n".encode())
        count += 1
    return count, digest.hexdigest()


async def _heads(session: AsyncSession, number: int) -> AsyncIterator[tuple[int, int, str]]:
    query = select(CheckpointHead.ticket_id, CheckpointHead.seq, CheckpointHead.hash)
    query = query.where(CheckpointHead.checkpoint_id == number).order_by(CheckpointHead.ticket_id)
    async for row in await session.stream(query.execution_options(yield_per=1000)):
        yield row[0], row[1], row[2]


#: What is committed meanwhile is not seen, so it stays for the next.
_GATHER = text("""
    WITH taken AS (DELETE FROM trail_unsealed RETURNING ticket_id, seq, hash)
    INSERT INTO checkpoint_head (checkpoint_id, ticket_id, seq, hash)
    SELECT DISTINCT ON (ticket_id) :number, ticket_id, seq, hash FROM taken ORDER BY ticket_id, seq DESC
""")


class CheckpointCopy(msgspec.Struct, frozen=True):
    """What is kept elsewhere, so that the newest checkpoints cannot be taken away unseen."""

    id: int
    at: datetime
    hash: str
    key_id: str
    signature: str

    @classmethod
    def of(cls, c: Checkpoint) -> CheckpointCopy:
        return cls(c.id, c.at, c.hash, c.key_id, c.signature)
