"""The folder of the kept files: each encrypted under a key of its own, which stands, itself encrypted, in its row."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["FileDamaged", "FileStore", "Kept"]

CHUNK = 64 * 1024
TAG = 16
#: Bound to every chunk, so that a file cut short at a chunk's end is found out.
MORE, LAST = b"more", b"last"


class FileDamaged(Exception):
    """What lies there is not what was written."""


@dataclass(frozen=True)
class Kept:
    """Where a file lies in the store, its key in hex, and its length in plain."""

    place: str
    key: str = field(repr=False)
    size: int


class FileStore:
    """Files of one installation. All processes share the folder; the database's rows say which files count.

    A file without a row is harmless: a request that failed left it. A row without its file is found by `jiesu doctor`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        #: One check at a time in a process: a decoded picture takes 48 MB.
        self.turn = asyncio.Lock()

    def write(self, content: IO[bytes]) -> Kept:
        """Encrypt the content into a new file, safe on disk when this returns."""
        place, key = secrets.token_hex(16), secrets.token_bytes(32)
        path = self._path(place)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        try:
            size = _encrypt(content, draft, AESGCM(key))
            draft.rename(path)
        finally:
            draft.unlink(missing_ok=True)
        _sync(path.parent)
        return Kept(place, key.hex(), size)

    def read(self, kept: Kept) -> Iterator[bytes]:
        """The content in pieces. Raises FileNotFoundError, and FileDamaged for what was changed or cut short."""
        cipher, left, number = AESGCM(bytes.fromhex(kept.key)), kept.size, 0
        with self._path(kept.place).open("rb") as file:
            while True:
                length = min(CHUNK, left)
                left -= length
                try:
                    yield cipher.decrypt(_nonce(number), file.read(length + TAG), LAST if left == 0 else MORE)
                except InvalidTag as error:
                    raise FileDamaged(kept.place) from error
                number += 1
                if left == 0:
                    return

    def there(self, place: str) -> bool:
        """Whether the file is in the store."""
        return self._path(place).is_file()

    def remove(self, place: str) -> None:
        """Take a file away whose row was never written, or is gone."""
        self._path(place).unlink(missing_ok=True)

    def _path(self, place: str) -> Path:
        return self._folder / place[:2] / place


def _encrypt(content: IO[bytes], path: Path, cipher: AESGCM) -> int:
    """Chunk by chunk; the number of a chunk is its nonce, which repeats under no key. Returns the plain length."""
    size = number = 0
    with open(path, "xb", opener=_private) as file:
        chunk = content.read(CHUNK)
        while True:
            following = content.read(CHUNK)
            file.write(cipher.encrypt(_nonce(number), chunk, MORE if following else LAST))
            size, number = size + len(chunk), number + 1
            if not following:
                break
            chunk = following
        file.flush()
        os.fsync(file.fileno())
    return size


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _sync(folder: Path) -> None:
    """Make the new name itself safe."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
