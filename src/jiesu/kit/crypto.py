"""Secrets: the key ring that encrypts columns, the keyed hash that finds them again, and unguessable tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["KeyRing", "UnknownKey", "fingerprint", "token"]

#: AES-GCM nonce, in bytes (NIST SP 800-38D).
NONCE = 12


class UnknownKey(Exception):
    """A value was encrypted with a key that the ring no longer holds."""


def token(entropy: int = 20) -> str:
    """An unguessable URL-safe token of `entropy` random bytes."""
    return secrets.token_urlsafe(entropy)


def fingerprint(value: str) -> str:
    """SHA-256 in hex: for values that are themselves unguessable, such as tokens."""
    return hashlib.sha256(value.encode()).hexdigest()


def _derive(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, purpose.encode(), "sha256")


@dataclass(frozen=True)
class KeyRing:
    """Master secrets by id; the current one encrypts, all of them decrypt.

    Every purpose (columns, search, survey links) has its own key derived from the master secret, so that one leaking tells
    nothing about another.
    """

    secrets: Mapping[str, bytes] = field(repr=False)
    current: str

    @classmethod
    def single(cls, secret: bytes, key_id: str = "k1") -> KeyRing:
        """A ring of one key."""
        return cls({key_id: secret}, key_id)

    @cached_property
    def _ciphers(self) -> Mapping[str, AESGCM]:
        return {key_id: AESGCM(_derive(secret, "column")) for key_id, secret in self.secrets.items()}

    @cached_property
    def _search_key(self) -> bytes:
        oldest = min(self.secrets)
        return _derive(self.secrets[oldest], "search")

    def encrypt(self, plain: str) -> str:
        """`key id:base64(nonce + ciphertext + tag)`."""
        nonce = secrets.token_bytes(NONCE)
        sealed = self._ciphers[self.current].encrypt(nonce, plain.encode(), self.current.encode())
        return f"{self.current}:{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, sealed: str) -> str:
        """The text again. Raises UnknownKey; `cryptography.exceptions.InvalidTag` when it was changed."""
        key_id, _, body = sealed.partition(":")
        if key_id not in self._ciphers:
            raise UnknownKey(key_id)
        raw = base64.b64decode(body)
        return self._ciphers[key_id].decrypt(raw[:NONCE], raw[NONCE:], key_id.encode()).decode()

    def search_hash(self, value: str) -> str:
        """Keyed hash (HMAC-SHA-256, hex) under which a phone or an ID number is found again."""
        return hmac.new(self._search_key, value.encode(), hashlib.sha256).hexdigest()

    def link_token(self, purpose: str, *parts: object) -> str:
        """A token that can be made again from what it stands for, but not guessed: for links that are sent twice."""
        digest = hmac.digest(self._search_key, "|".join([purpose, *map(str, parts)]).encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
