"""What every table shares: naming, keys, moments, closed vocabularies and the encrypted column."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from advanced_alchemy.types import EncryptedString
from advanced_alchemy.types.encrypted_string import EncryptionBackend
from sqlalchemy import BigInteger, DateTime, Enum, Identity, MetaData
from sqlalchemy.orm import DeclarativeBase, mapped_column

from jiesu.kit.crypto import KeyRing

__all__ = ["Base", "BigId", "Moment", "encrypted", "install_keys", "vocabulary"]

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: Identity keys stay inside; people see ticket numbers and unit codes.
BigId = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
#: Always aware, always UTC in Python.
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMING)


def vocabulary(words: type[StrEnum]) -> Enum:
    """A closed vocabulary: text with a CHECK in the table, an enum in Python."""
    return Enum(
        words,
        name=words.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda enum: [word.value for word in enum],
    )


_ring: KeyRing | None = None


def install_keys(ring: KeyRing) -> None:
    """Give encrypted columns their keys: once a process, before the first query."""
    global _ring
    _ring = ring


class _RingBackend(EncryptionBackend):
    """advanced-alchemy's encryption hook on our key ring."""

    def mount_vault(self, key: str | bytes) -> None:
        """The ring is asked at each call, so there is nothing to mount."""

    def init_engine(self, key: str | bytes) -> None:
        """The ring is asked at each call, so there is nothing to prepare."""

    def encrypt(self, value: Any) -> str:
        return _keys().encrypt(str(value))

    def decrypt(self, value: Any) -> str:
        return _keys().decrypt(value)


def _keys() -> KeyRing:
    if _ring is None:
        raise RuntimeError("No key ring: call install_keys() before the first query.")
    return _ring


def encrypted(length: int) -> EncryptedString:
    """A text column encrypted at rest; `length` bounds the plain text."""
    return EncryptedString(key="ring", backend=_RingBackend, length=length)
