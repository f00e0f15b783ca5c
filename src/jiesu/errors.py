"""The tree of business errors: each is a sentence, none knows HTTP."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

__all__ = ["Conflict", "DomainError", "Forbidden", "Invalid", "Kind", "Missing", "TooMany"]


class Kind(StrEnum):
    """What sort of failure it is; `web/problems.py` alone turns it into a status."""

    MISSING = "missing"
    CONFLICT = "conflict"
    FORBIDDEN = "forbidden"
    INVALID = "invalid"
    TOO_MANY = "too_many"


class DomainError(Exception):
    """A refusal by the rules of the field.

    `zh` and `en` are templates filled with `params`; both say what is wrong and what to do. `field` names the input at fault,
    dotted as in the request body. Such errors are never retried.
    """

    kind: Kind = Kind.INVALID
    zh: str = "操作无法完成。"
    en: str = "This cannot be done."

    def __init__(self, field: str | None = None, /, **params: Any) -> None:
        self.field = field
        self.params = params
        super().__init__(self.say("en"))

    @property
    def code(self) -> str:
        """Stable name for machines: the class name."""
        return type(self).__name__

    def say(self, locale: str) -> str:
        """The sentence in the reader's language (`zh` or `en`)."""
        return (self.en if locale.startswith("en") else self.zh).format_map(self.params)


class Missing(DomainError):
    """What was named does not exist, or may not be seen by the asker: the two look the same on purpose."""

    kind = Kind.MISSING
    zh = "没有找到。请核对编号后再试。"
    en = "Not found. Check the number and try again."


class Conflict(DomainError):
    """The state of things forbids the step now."""

    kind = Kind.CONFLICT


class Forbidden(DomainError):
    """The person may not do this."""

    kind = Kind.FORBIDDEN
    zh = "您没有办理此项操作的权限。请联系本单位负责人。"
    en = "You may not do this. Ask the head of your unit."


class Invalid(DomainError):
    """The input is wrong."""

    kind = Kind.INVALID


class TooMany(DomainError):
    """Too often: what must be waited is `seconds`, which the templates may name as `wait_zh` and `wait_en`."""

    kind = Kind.TOO_MANY
    zh = "操作太频繁。请{wait_zh}后再试。"
    en = "Too many requests. Try again in {wait_en}."

    def __init__(self, field: str | None = None, /, *, seconds: int, **params: Any) -> None:
        self.seconds = seconds
        minutes = -(-seconds // 60)
        short = seconds < 60
        wait_zh = f"{seconds}秒" if short else f"{minutes}分钟"
        wait_en = f"{seconds} seconds" if short else "1 minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(field, wait_zh=wait_zh, wait_en=wait_en, **params)
