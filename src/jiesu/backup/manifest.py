"""What a backup says of itself, sealed with the key it was made with: its pieces, and the keys its data need."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

from jiesu.backup.refusals import BackupDamaged, KeysMissing
from jiesu.kit.ciphers import derive
from jiesu.kit.crypto import KeyRing

__all__ = [
    "DATABASE",
    "FILES",
    "LINKS",
    "MANIFEST",
    "Manifest",
    "Measured",
    "Piece",
    "key_checks",
    "read_manifest",
    "write_manifest",
]

DATABASE, FILES, MANIFEST, SEAL = "database.sealed", "files", "manifest.json", "manifest.seal"
#: Under this name the secret of links and codes stands among the keys.
LINKS = "links"


class Piece(msgspec.Struct, frozen=True):
    """A file of the backup."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`key` and `cipher` open the database; `keys` names every key that its values need, each with a mark that tells it
    from another of the same name; `files` are attachments, encrypted as they lie in the store."""

    format: int = 1
    made_at: datetime
    release: str
    revision: str
    postgres: int
    key: str
    cipher: str
    keys: dict[str, str]
    tickets: int
    database: Piece
    files: list[Piece]
    #: Attachments that were erased by policy while the backup ran.
    erased: int = 0


class Measured:
    """A file that is written, with its length and hash."""

    def __init__(self, name: str, sink: IO[bytes]) -> None:
        self._name, self._sink, self._hash, self._size = name, sink, hashlib.sha256(), 0

    def write(self, data: bytes, /) -> None:
        self._sink.write(data)
        self._hash.update(data)
        self._size += len(data)

    @property
    def piece(self) -> Piece:
        return Piece(self._name, self._size, self._hash.hexdigest())


def key_checks(ring: KeyRing) -> dict[str, str]:
    """A mark of every key in the ring; it tells nothing of the key."""
    masters = {**ring.secrets, LINKS: ring.links}
    return {name: derive(secret, "backup check").hex()[:32] for name, secret in masters.items()}


def write_manifest(folder: Path, manifest: Manifest, ring: KeyRing) -> None:
    """The manifest and its seal."""
    body = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    (folder / MANIFEST).write_bytes(body)
    (folder / SEAL).write_text(_seal(ring.secrets[manifest.key], body), encoding="ascii")


def read_manifest(folder: Path, ring: KeyRing) -> Manifest:
    """Checked against its seal and the ring. Raises BackupDamaged, KeysMissing."""
    try:
        body, seal = (folder / MANIFEST).read_bytes(), (folder / SEAL).read_text(encoding="ascii")
        manifest = msgspec.json.decode(body, type=Manifest)
    except (OSError, ValueError) as error:
        raise BackupDamaged("path", what=f"{folder} has no manifest that can be read ({error})") from error
    _expect_keys(manifest, ring)
    if not hmac.compare_digest(seal, _seal(ring.secrets[manifest.key], body)):
        raise BackupDamaged("path", what=f"{MANIFEST} does not match its seal")
    return manifest


def _expect_keys(manifest: Manifest, ring: KeyRing) -> None:
    ours = key_checks(ring)
    needed = manifest.keys.items()
    if missing := [name for name, mark in needed if ours.get(name) != mark]:
        raise KeysMissing("key_ring", keys=", ".join(sorted(missing)))
    if manifest.key not in ring.secrets:
        raise KeysMissing("key_ring", keys=manifest.key)


def _seal(secret: bytes, body: bytes) -> str:
    return hmac.new(derive(secret, "backup manifest"), body, "sha256").hexdigest()
