"""Secrets: the key ring that encrypts columns, the keyed hash that finds them again, and unguessable tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from jiesu.kit.ciphers import AES, SM4, Algorithm, Sealing, derive, sealing

__all__ = ["CIPHERS", "KeyRing", "UnknownKey", "fingerprint", "links_secret", "looks_sealed", "token"]

#: Key, cipher and base64 of at least nonce and tag.
_SEALED = re.compile(r"[a-z0-9-]{1,16}:(?:(?:aes|sm4):)?[A-Za-z0-9+/]{38,}={0,2}")
CIPHERS: Mapping[Algorithm, str] = {"aes-256-gcm": AES, "sm4-gcm": SM4}


class UnknownKey(Exception):
    """A value was encrypted with a key that the ring no longer holds."""


def token(entropy: int = 20) -> str:
    """An unguessable URL-safe token of `entropy` random bytes."""
    return secrets.token_urlsafe(entropy)


def fingerprint(value: str) -> str:
    """SHA-256 in hex: for values that are themselves unguessable, such as tokens."""
    return hashlib.sha256(value.encode()).hexdigest()


@dataclass(frozen=True)
class KeyRing:
    """Master secrets by id; the current one encrypts, all of them decrypt.

    Every purpose (columns, search, links) has its own key derived from a master secret. `search` names the master whose
    hashes are written; people are looked for by the hashes of all. `links` is a secret apart: query codes and survey
    links are on paper and in telephones, so they outlive every master.
    """

    secrets: Mapping[str, bytes] = field(repr=False)
    current: str
    search: str
    links: bytes = field(repr=False)
    algorithm: Algorithm = "aes-256-gcm"

    @classmethod
    def single(cls, secret: bytes, key_id: str = "k1", algorithm: Algorithm = "aes-256-gcm") -> KeyRing:
        """A ring of one key."""
        return cls({key_id: secret}, key_id, key_id, links_secret(secret), algorithm)

    @property
    def cipher(self) -> str:
        """What new values are encrypted with, as they name it."""
        return CIPHERS[self.algorithm]

    @property
    def mark(self) -> str:
        """What values written now begin with."""
        return f"{self.current}:{self.cipher}:"

    @cached_property
    def _sealings(self) -> Mapping[tuple[str, str], Sealing]:
        return {(k, cipher): sealing(cipher, secret) for k, secret in self.secrets.items() for cipher in (AES, SM4)}

    @cached_property
    def _search_keys(self) -> Mapping[str, bytes]:
        return {key_id: derive(secret, "search") for key_id, secret in self.secrets.items()}

    def encrypt(self, plain: str) -> str:
        """`key id:cipher:base64(nonce + ciphertext + tag)`; key and cipher are bound to it."""
        mark = self.mark
        sealed = self._sealings[self.current, self.cipher].seal(plain.encode(), mark.encode())
        return mark + base64.b64encode(sealed).decode()

    def decrypt(self, sealed: str) -> str:
        """The text again. Raises UnknownKey; `cryptography.exceptions.InvalidTag` when it was changed."""
        key_id, cipher, body, bound = _parts(sealed)
        if (key_id, cipher) not in self._sealings:
            raise UnknownKey(key_id)
        return self._sealings[key_id, cipher].open(base64.b64decode(body), bound.encode()).decode()

    def search_hash(self, value: str) -> str:
        """Keyed hash (HMAC-SHA-256, hex) that is written beside a phone or an ID number."""
        return _keyed(self._search_keys[self.search], value)

    def search_hashes(self, value: str) -> list[str]:
        """Every hash under which the value may stand: more than one only while keys rotate."""
        return [_keyed(key, value) for key in self._search_keys.values()]

    def code_hash(self, value: str) -> str:
        """Keyed hash of what nobody can tell us again: query codes, recovery codes, names that failed to sign in."""
        return _keyed(self.links, value)

    def link_token(self, purpose: str, *parts: object) -> str:
        """A token that can be made again from what it stands for, but not guessed: for links that are sent twice."""
        digest = hmac.digest(self.links, "|".join([purpose, *map(str, parts)]).encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def looks_sealed(value: str) -> bool:
    """Whether this has the shape of an encrypted value, whoever holds its key, and not that of a text."""
    return _SEALED.fullmatch(value) is not None


def links_secret(master: bytes) -> bytes:
    """The secret of links and codes that an installation began with, before it had a second key."""
    return derive(master, "search")


def _keyed(key: bytes, value: str) -> str:
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def _parts(value: str) -> tuple[str, str, str, str]:
    """Key, cipher, body, and what was bound to them. The first values named no cipher: `key id:body`, AES."""
    key_id, _, rest = value.partition(":")
    cipher, named, body = rest.partition(":")
    return (key_id, cipher, body, f"{key_id}:{cipher}:") if named else (key_id, AES, rest, key_id)
