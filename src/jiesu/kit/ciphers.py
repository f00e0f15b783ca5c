"""The two authenticated ciphers for personal data, AES-256-GCM and SM4-GCM, and sealed texts that say which they used."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["AES", "SM4", "Algorithm", "DataKey", "Sealing", "derive", "sealing"]

Algorithm = Literal["aes-256-gcm", "sm4-gcm"]
#: How sealed texts name their cipher.
AES, SM4 = "aes", "sm4"
#: GCM nonce and tag, in bytes (NIST SP 800-38D, GB/T 36624).
NONCE, TAG = 12, 16


def derive(secret: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose: one leaking tells nothing about another."""
    return hmac.digest(secret, purpose.encode(), "sha256")


class Sealing(Protocol):
    """Nonce, ciphertext and tag in one; `bound` must be the same on both sides."""

    def seal(self, plain: bytes, bound: bytes) -> bytes: ...

    def open(self, sealed: bytes, bound: bytes) -> bytes:
        """Raises `cryptography.exceptions.InvalidTag` when anything was changed."""


class _Aes:
    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(derive(secret, "column"))

    def seal(self, plain: bytes, bound: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, bound)

    def open(self, sealed: bytes, bound: bytes) -> bytes:
        return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], bound)


class _Sm4:
    """GB/T 32907. A key has 128 bits."""

    def __init__(self, secret: bytes) -> None:
        self._algorithm = algorithms.SM4(derive(secret, "column sm4")[:16])

    def seal(self, plain: bytes, bound: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        cipher = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(bound)
        return nonce + cipher.update(plain) + cipher.finalize() + cipher.tag

    def open(self, sealed: bytes, bound: bytes) -> bytes:
        nonce, body, tag = sealed[:NONCE], sealed[NONCE:-TAG], sealed[-TAG:]
        cipher: Any = Cipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        cipher.authenticate_additional_data(bound)
        opened: bytes = cipher.update(body) + cipher.finalize()
        return opened


_MAKERS: Mapping[str, Callable[[bytes], Sealing]] = {AES: _Aes, SM4: _Sm4}


def sealing(cipher: str, secret: bytes) -> Sealing:
    """Raises KeyError for a cipher we do not have."""
    return _MAKERS[cipher](secret)


@dataclass(frozen=True)
class DataKey:
    """The key of one ticket's texts: whoever forgets it has erased them, wherever their copies lie."""

    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> DataKey:
        return cls(secrets.token_bytes(32))

    def seal(self, text: str, cipher: str) -> str:
        """`cipher:base64`."""
        sealed = sealing(cipher, self.secret).seal(text.encode(), b"")
        return f"{cipher}:{base64.b64encode(sealed).decode()}"

    def open(self, sealed: str) -> str:
        """The text again. Raises InvalidTag."""
        cipher, _, body = sealed.partition(":")
        return sealing(cipher, self.secret).open(base64.b64decode(body), b"").decode()
