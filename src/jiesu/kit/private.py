"""What people wrote in their own words: the mark on a field, and finding the fields so marked."""

from __future__ import annotations

from functools import cache
from typing import Annotated

import msgspec
from msgspec import Meta, inspect

__all__ = ["Private", "private_fields"]

#: A text of an event that may name people or their troubles: it stands in the trail only under the ticket's own key.
Private = Annotated[str, Meta(extra={"private": True})]


@cache
def private_fields(event: type[msgspec.Struct]) -> frozenset[str]:
    """The fields marked `Private` or `Private | None`."""
    info = inspect.type_info(event)
    fields = info.fields if isinstance(info, inspect.StructType) else ()
    return frozenset(field.name for field in fields if _private(field.type))


def _private(kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.UnionType):
        return any(map(_private, kind.types))
    return isinstance(kind, inspect.Metadata) and bool((kind.extra or {}).get("private"))
