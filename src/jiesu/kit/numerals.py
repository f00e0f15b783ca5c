"""Numbers up to 999 as Chinese texts write them, both ways: articles of laws are numbered so."""

from __future__ import annotations

__all__ = ["number_of", "numeral"]

_DIGITS = "零一二三四五六七八九"


def numeral(number: int) -> str:
    """23 → 二十三, 105 → 一百零五, 12 → 十二."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones or not number else "")


def number_of(text: str) -> int | None:
    """The number that `numeral` writes, or that stands there in digits; None for anything else."""
    if text.isascii() and text.isdigit() and len(text) <= 3:
        return int(text)
    return _BY_TEXT.get(text)


_BY_TEXT = {numeral(number): number for number in range(1000)}
