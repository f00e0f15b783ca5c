"""What intake itself remembers: answers already given to a key, and the day's numbers."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.db.base import Base, BigId, Moment, encrypted, hash_of

__all__ = ["IdempotencyKey", "NumberBlock", "PetitionerAccess", "WrongCode"]


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


class WrongCode(Base):
    """A query code, or a survey link, that was wrong. Number and address are keyed hashes."""

    __tablename__ = "wrong_code"
    __table_args__ = (
        Index("ix_wrong_code_target", "target_hash", "at"),
        Index("ix_wrong_code_address", "address_hash", "at"),
    )

    id: Mapped[BigId]
    #: The ticket number that was tried, known or not; None for a survey link.
    target_hash: Mapped[str | None] = mapped_column(String(64))
    #: None where the address tells nobody apart.
    address_hash: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[Moment] = mapped_column(index=True)


class PetitionerAccess(Base):
    """A code that was asked for a telephone, and the visit that it opened. It is gone a day later."""

    __tablename__ = "petitioner_access"
    __table_args__ = (
        Index("ix_petitioner_access_phone", "phone_hash", "asked_at"),
        Index("ix_petitioner_access_address", "address_hash", "asked_at"),
    )

    id: Mapped[BigId]
    phone: Mapped[str] = mapped_column(encrypted(32))
    phone_hash: Mapped[str] = mapped_column(String(64), info=hash_of("phone"))
    #: None where the address tells nobody apart.
    address_hash: Mapped[str | None] = mapped_column(String(64))
    #: SHA-256 of what the asking browser holds: nobody else can use up its tries.
    handle_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: Keyed hash of the code.
    code_hash: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[Moment] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: SHA-256 of the token of the visit; null until the right code was given.
    visit_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    until: Mapped[Moment | None]
