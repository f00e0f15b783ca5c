"""What intake itself remembers: answers already given to a key, and the day's numbers."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, Moment, encrypted

__all__ = ["IdempotencyKey", "NumberBlock"]


class IdempotencyKey(Base):
    """A receipt already issued under an `Idempotency-Key`; the query code in it is encrypted."""

    __tablename__ = "idempotency_key"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    #: Keyed hash of the request, canonically encoded.
    body_hash: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(24))
    query_code: Mapped[str] = mapped_column(encrypted(32))
    created_at: Mapped[Moment]


class NumberBlock(Base):
    """How many numbers of a day are given out, in blocks, so that intake never queues for one row."""

    __tablename__ = "number_block"

    day: Mapped[date] = mapped_column(primary_key=True)
    given: Mapped[int]
