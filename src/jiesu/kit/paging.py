"""Keyset cursors: where a list goes on, in one opaque string."""

from __future__ import annotations

import base64
from typing import Any, TypeVar

import msgspec

from jiesu.errors import Invalid

__all__ = ["BadCursor", "decode_cursor", "encode_cursor"]


T = TypeVar("T")


class BadCursor(Invalid):
    zh = "翻页标记无效。请从第一页重新开始。"
    en = "The cursor is not valid. Start again from the first page."


def encode_cursor(*keys: Any) -> str:
    """The sort keys of the last row shown."""
    return base64.urlsafe_b64encode(msgspec.json.encode(keys)).decode().rstrip("=")


def decode_cursor(cursor: str, shape: type[T]) -> T:
    """The sort keys again. Raises BadCursor."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=shape)
    except (ValueError, msgspec.MsgspecError) as error:
        raise BadCursor("cursor") from error
