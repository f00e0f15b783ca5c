"""What a maker of files is given to work with, and what it says it made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

__all__ = ["Made", "Workshop"]


class Made(msgspec.Struct, frozen=True):
    """The file's name and type."""

    name: str
    media_type: str


@dataclass(frozen=True)
class Workshop:
    """`file` takes the content, `folder` whatever lies about meanwhile; `tell` says how many of how many rows are made."""

    file: IO[bytes]
    folder: Path
    tell: Callable[[int, int], Awaitable[None]]
