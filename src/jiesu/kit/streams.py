"""Long streams sealed piece by piece: what was changed, moved or cut short is found out."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import IO, Protocol

from cryptography.exceptions import InvalidTag

from jiesu.kit.ciphers import NONCE, TAG, derive, sealing

__all__ = ["StreamDamaged", "open_stream", "seal_stream"]

#: What a sealed stream begins with; sixteen bytes that make its key its own follow.
MAGIC = b"jiesu sealed 1\n"
SALT = 16
CHUNK = 1024 * 1024
#: Bound to each piece with its number, so that none can be left out at the end.
MORE, LAST = b"more", b"last"


class StreamDamaged(Exception):
    """What lies there is not what was sealed, or not under this key."""


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


def seal_stream(source: IO[bytes], sink: Sink, secret: bytes, cipher: str) -> None:
    """Read the source to its end. `secret` is any master; the stream's own key is derived from it."""
    salt = secrets.token_bytes(SALT)
    seal = sealing(cipher, _own_key(secret, salt)).seal
    sink.write(MAGIC + salt)
    number, piece = 0, source.read(CHUNK)
    while True:
        following = source.read(CHUNK)
        sink.write(seal(piece, _bound(number, last=not following)))
        if not following:
            return
        number, piece = number + 1, following


def open_stream(source: IO[bytes], secret: bytes, cipher: str) -> Iterator[bytes]:
    """The plain pieces. Raises StreamDamaged, at the latest after the last of them."""
    if source.read(len(MAGIC)) != MAGIC:
        raise StreamDamaged("this is no sealed stream")
    unseal = sealing(cipher, _own_key(secret, source.read(SALT))).open
    length = NONCE + CHUNK + TAG
    number, piece = 0, source.read(length)
    while True:
        following = source.read(length)
        try:
            yield unseal(piece, _bound(number, last=not following))
        except (InvalidTag, ValueError) as error:
            raise StreamDamaged(f"piece {number} cannot be opened") from error
        if not following:
            return
        number, piece = number + 1, following


def _own_key(secret: bytes, salt: bytes) -> bytes:
    return derive(derive(secret, "backup"), salt.hex())


def _bound(number: int, *, last: bool) -> bytes:
    return number.to_bytes(8, "big") + (LAST if last else MORE)
