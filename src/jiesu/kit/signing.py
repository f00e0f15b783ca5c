"""Signatures: the Ed25519 key of an installation, and the retired ones whose signatures still hold."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from jiesu.kit.config import ConfigMistake

__all__ = ["Signer", "make_key_file", "read_signer"]

_BLOCK = re.compile(rb"-----BEGIN (PRIVATE|PUBLIC) KEY-----.+?-----END \1 KEY-----", re.DOTALL)


@dataclass(frozen=True)
class Signer:
    """Signs with one key and knows every public key, by id, that may have signed."""

    key_id: str
    _private: Ed25519PrivateKey = field(repr=False)
    public: Mapping[str, Ed25519PublicKey]

    def sign(self, text: str) -> str:
        """Base64."""
        return base64.b64encode(self._private.sign(text.encode())).decode()

    def verifies(self, key_id: str, signature: str, text: str) -> bool:
        """Whether one of the keys we know made it."""
        if key_id not in self.public:
            return False
        try:
            self.public[key_id].verify(base64.b64decode(signature), text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True

    def public_pem(self) -> str:
        """The present public key, for whoever checks elsewhere."""
        key = self.public[self.key_id]
        return key.public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo).decode()


def read_signer(path: Path) -> Signer:
    """The private key in a PEM file; public keys beside it are retired ones. Raises ConfigMistake."""
    try:
        blocks = [match[0] for match in _BLOCK.finditer(path.read_bytes())]
        keys = [_load(block) for block in blocks]
        private = next(key for key in keys if isinstance(key, Ed25519PrivateKey))
    except (OSError, ValueError, TypeError, StopIteration) as error:
        remedy = "name a PEM file with an Ed25519 private key; make one with: openssl genpkey -algorithm ed25519"
        raise ConfigMistake(path, "signing_key", None, remedy) from error
    public = {_id(key): key for key in map(_public, keys)}
    return Signer(_id(private.public_key()), private, public)


def make_key_file(path: Path) -> Path:
    """A new key unless there is one; of two processes that make it at once, one wins for both."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(
            Ed25519PrivateKey.generate().private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
        )
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path


def _load(block: bytes) -> Ed25519PrivateKey | Ed25519PublicKey:
    private = b"PRIVATE" in block[:30]
    key = s.load_pem_private_key(block, None) if private else s.load_pem_public_key(block)
    if not isinstance(key, Ed25519PrivateKey | Ed25519PublicKey):
        raise TypeError("not an Ed25519 key")
    return key


def _public(key: Ed25519PrivateKey | Ed25519PublicKey) -> Ed25519PublicKey:
    return key.public_key() if isinstance(key, Ed25519PrivateKey) else key


def _id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes(s.Encoding.Raw, s.PublicFormat.Raw)).hexdigest()[:16]
