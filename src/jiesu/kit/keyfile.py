"""The file of the key ring: which keys there are, which one encrypts, which one hashes."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from jiesu.kit.ciphers import Algorithm
from jiesu.kit.config import ConfigMistake, convert
from jiesu.kit.crypto import KeyRing, links_secret

__all__ = ["KeyFile", "read_key_file", "write_key_file"]

_Secret = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
_KeyId = Annotated[str, Meta(pattern="^[a-z0-9-]{1,16}$")]


class KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`current` encrypts, `search` hashes; both, and `links`, must be named once there is a second key."""

    current: _KeyId
    keys: dict[_KeyId, _Secret] = msgspec.field(default_factory=dict)
    search: _KeyId | None = None
    links: _Secret | None = None

    def __repr__(self) -> str:
        return f"KeyFile({', '.join(self.keys)}; current {self.current})"

    @classmethod
    def first(cls, secret: str) -> KeyFile:
        """What an installation with a single secret has, written out."""
        return cls("k1", {"k1": secret}, "k1", links_secret(bytes.fromhex(secret)).hex())

    def complete(self) -> KeyFile:
        """With everything named. Only for a file of one key, or one that names all."""
        only = self.keys[self.current]
        return replace(
            self, search=self.search or self.current, links=self.links or links_secret(bytes.fromhex(only)).hex()
        )

    def with_new_key(self) -> KeyFile:
        """One key more, which reads but does not write yet."""
        numbers = [int(key_id[1:]) for key_id in self.keys if key_id[0] == "k" and key_id[1:].isdigit()]
        key_id = f"k{max(numbers, default=0) + 1}"
        return replace(self.complete(), keys=self.keys | {key_id: secrets.token_hex(32)})

    def using(self, key_id: str) -> KeyFile:
        """The same keys, and that one encrypts and hashes from now on."""
        return replace(self.complete(), current=key_id, search=key_id)

    def without(self, key_id: str) -> KeyFile:
        return replace(self, keys={name: key for name, key in self.keys.items() if name != key_id})

    def ring(self, algorithm: Algorithm) -> KeyRing:
        whole = self.complete()
        masters = {key_id: bytes.fromhex(secret) for key_id, secret in self.keys.items()}
        return KeyRing(masters, self.current, whole.search or "", bytes.fromhex(whole.links or ""), algorithm)


def read_key_file(path: Path) -> KeyFile:
    """Raises ConfigMistake for a file that cannot be read, or that leaves open which key does what."""
    try:
        raw = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError) as problem:
        raise ConfigMistake(path, "key_ring", None, f"name a readable JSON key ring ({problem}).") from problem
    file = convert(raw, KeyFile, path)
    for use, named in (("current", file.current), ("search", file.search)):
        if named is not None and named not in file.keys:
            raise ConfigMistake(path, use, named, "name one of the keys in the file.")
    if len(file.keys) > 1 and (file.search is None or file.links is None):
        remedy = "with several keys, name the one whose hashes find people, and give `links` (see docs/operations.md)."
        raise ConfigMistake(path, "search" if file.search is None else "links", None, remedy)
    return file


def write_key_file(path: Path, file: KeyFile) -> None:
    """Whole or not at all; readable by its owner alone."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(file), indent=1))
    draft.replace(path)
