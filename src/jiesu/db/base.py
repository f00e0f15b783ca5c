"""What every table shares: naming, keys, moments, closed vocabularies and the encrypted column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from advanced_alchemy.types import EncryptedString
from advanced_alchemy.types.encrypted_string import EncryptionBackend
from sqlalchemy import BigInteger, DateTime, Enum, Identity, MetaData
from sqlalchemy.orm import DeclarativeBase, mapped_column

from jiesu.kit.crypto import KeyRing, UnknownKey, looks_sealed

__all__ = ["Base", "BigId", "Moment", "encrypted", "hash_of", "install_keys", "key_ring", "vocabulary"]

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
_look_again: Callable[[], KeyRing] | None = None


def install_keys(ring: KeyRing, look_again: Callable[[], KeyRing] | None = None) -> None:
    """Give encrypted columns their keys, before the first query. `look_again` is asked for a key that is not in the ring."""
    global _ring, _look_again
    _ring, _look_again = ring, look_again


class _RingBackend(EncryptionBackend):
    """advanced-alchemy's encryption hook on our key ring."""

    def mount_vault(self, key: str | bytes) -> None:
        """The ring is asked at each call, so there is nothing to mount."""

    def init_engine(self, key: str | bytes) -> None:
        """The ring is asked at each call, so there is nothing to prepare."""

    def encrypt(self, value: Any) -> str:
        return key_ring().encrypt(str(value))

    def decrypt(self, value: Any) -> str:
        try:
            return key_ring().decrypt(value)
        except UnknownKey:
            if _look_again is None:
                raise
            return _look_again().decrypt(value)


class _LateBackend(_RingBackend):
    """For columns that once held plain text: rows from then are read as they are, until keys are rotated."""

    def decrypt(self, value: Any) -> str:
        return super().decrypt(value) if looks_sealed(value) else str(value)


def key_ring() -> KeyRing:
    """The keys given to `install_keys`. Raises RuntimeError before that."""
    if _ring is None:
        raise RuntimeError("No key ring: call install_keys() before the first query.")
    return _ring


def encrypted(length: int, *, once_plain: bool = False) -> EncryptedString:
    """A text column encrypted at rest; `length` bounds the plain text. `once_plain`: it held plain text before."""
    return EncryptedString(key="ring", backend=_LateBackend if once_plain else _RingBackend, length=length)


def hash_of(column: str) -> dict[str, str]:
    """`info` of a column with the search hash of another one: it is made anew when the search key is another."""
    return {"hash_of": column}
