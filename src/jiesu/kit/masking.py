"""How personal data looks to somebody with no reason to see the whole."""

from __future__ import annotations

__all__ = ["mask_id_number", "mask_name", "mask_phone"]


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
