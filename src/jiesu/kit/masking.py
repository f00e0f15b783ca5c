"""How personal data looks to somebody with no reason to see the whole."""

from __future__ import annotations

import re

__all__ = ["mask_id_number", "mask_name", "mask_phone", "mask_text"]

#: A mobile number, and a resident ID number, standing alone.
_PHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86)?(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])(\d{3})\d{11}(\d{3}[\dXx])(?![0-9A-Za-z])")
#: What the database adds to an error below the first line: it quotes the row.
_QUOTED_ROW = re.compile(r"^(DETAIL|CONTEXT):.*?(?=^\[|^[A-Z]+:|\Z)", re.DOTALL | re.MULTILINE)


def mask_phone(phone: str | None) -> str | None:
    """`138****1234`; a short number keeps its last two digits."""
    if not phone:
        return None
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"****{phone[-2:]}"


def mask_name(name: str | None) -> str | None:
    """`张*`: the family name and one star, whatever the length."""
    return f"{name[:1]}*" if name else None


def mask_id_number(number: str | None, *, inside: bool) -> str | None:
    """First six and last four for staff, first three and last four outside."""
    if not number:
        return None
    head = 6 if inside else 3
    return number[:head] + "*" * (len(number) - head - 4) + number[-4:]


def mask_text(text: str) -> str:
    """A text that may quote what people gave us, fit for a log: no telephone, no ID number, no row of a table."""
    text = _QUOTED_ROW.sub(r"\1: …\n", text)
    return _PHONE.sub(r"\1****\2", _ID_NUMBER.sub(r"\1***********\2", text))
