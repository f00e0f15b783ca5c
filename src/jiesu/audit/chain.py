"""The links of a trail: each entry sealed onto the one before by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

__all__ = ["GENESIS", "Link", "Walk", "seal"]

#: What the first entry of every chain follows.
GENESIS = "0" * 64


class Link(Protocol):
    """An entry as it is stored."""

    seq: Any
    at: Any
    kind: Any
    data: Any
    previous: Any
    hash: Any


def seal(previous: str, chain: int, seq: int, at: datetime, kind: str, data: dict[str, Any]) -> str:
    """SHA-256 over the previous hash and the entry in canonical JSON; `chain` says whose it is."""
    body = msgspec.json.encode([previous, chain, seq, at.astimezone(UTC).isoformat(), kind, data], order="sorted")
    return hashlib.sha256(body).hexdigest()


@dataclass
class Walk:
    """Along one chain from its beginning, or from an entry known to be good."""

    chain: int
    seq: int = 0
    previous: str = GENESIS

    def faults(self, entry: Link) -> Iterator[str]:
        """What is wrong with the next entry: changed, not following, or one missing before it."""
        self.seq += 1
        if entry.seq != self.seq:
            yield f"entry {self.seq} is missing, {entry.seq} follows"
            self.seq = entry.seq
        elif entry.previous != self.previous:
            yield "does not follow the entry before it"
        if entry.hash != seal(entry.previous, self.chain, entry.seq, entry.at, entry.kind, entry.data):
            yield "was changed after it was written"
        self.previous = entry.hash
