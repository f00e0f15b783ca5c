"""What people wrote, in the trail: sealed under the ticket's own key, so that it can be erased and the chain stays whole."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import BigInteger, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, encrypted, key_ring
from jiesu.db.uow import Event, UnitOfWork
from jiesu.kit.ciphers import DataKey
from jiesu.kit.private import private_fields

__all__ = ["ERASED", "TrailKey", "opened", "sealed", "trail_key"]

#: Stands for a text whose key is gone.
ERASED = {"erased": True}
_SEALED = "sealed"


class TrailKey(Base):
    """The key of a ticket's texts, itself under the key ring: rotation touches it and never the trail."""

    __tablename__ = "trail_key"

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    secret: Mapped[str] = mapped_column(encrypted(64))


async def sealed(uow: UnitOfWork, event: Event, data: dict[str, Any]) -> dict[str, Any]:
    """The event's data with every private text sealed. The caller holds the ticket's lock: its first text makes the key."""
    private = {name for name in private_fields(type(event)) if data.get(name) is not None}
    if not private:
        return data
    key, cipher = await _key_to_write(uow, event.ticket_id), key_ring().cipher
    return data | {name: {_SEALED: key.seal(data[name], cipher)} for name in private}


def opened(data: dict[str, Any], key: DataKey | None) -> dict[str, Any]:
    """The data as it was told; `ERASED` in place of what can no longer be read."""
    return {name: _open(value, key) for name, value in data.items()}


def _open(value: Any, key: DataKey | None) -> Any:
    if not isinstance(value, dict) or value.keys() != {_SEALED}:
        return value
    try:
        return ERASED if key is None else key.open(value[_SEALED])
    except InvalidTag:  # its key was erased before this one was made; a changed entry is the chain's to find
        return ERASED


async def trail_key(session: AsyncSession, ticket_id: int) -> DataKey | None:
    """None where nothing was ever sealed, or everything is erased."""
    secret = await session.scalar(select(TrailKey.secret).where(TrailKey.ticket_id == ticket_id))
    return None if secret is None else DataKey(bytes.fromhex(secret))


async def _key_to_write(uow: UnitOfWork, ticket_id: int) -> DataKey:
    known = uow.memory.get(("trail key", ticket_id)) or await trail_key(uow.session, ticket_id)
    if known is None:
        known = DataKey.new()
        uow.add(TrailKey(ticket_id=ticket_id, secret=known.secret.hex()))
    uow.memory["trail key", ticket_id] = known
    return known
