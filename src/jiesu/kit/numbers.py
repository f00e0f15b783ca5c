"""Numbers that people read out on the telephone: ticket numbers with a check digit and query codes."""

from __future__ import annotations

import re
import secrets
from datetime import date

__all__ = ["format_number", "normalise_number", "query_code"]

#: Letters and digits that nobody confuses by ear or eye: no 0/O, 1/I/L, 2/Z, 5/S, 8/B.
ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"
CODE_LENGTH = 8
_NUMBER = re.compile(r"HH(\d{8})-?(\d{5,7})-?(\d)")


def _check_digit(digits: str) -> int:
    """ISO/IEC 7064 MOD 11,10: finds every single wrong digit and nearly every swap of neighbours."""
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (11 - product) % 10


def format_number(day: date, sequence: int) -> str:
    """`HH20261123-00042-7`: the local day, the day's sequence and a check digit."""
    body = f"{day:%Y%m%d}{sequence:05d}"
    return f"HH{body[:8]}-{body[8:]}-{_check_digit(body)}"


def normalise_number(text: str) -> str | None:
    """The number as stored, however it was typed; None when it is none or its check digit is wrong."""
    match = _NUMBER.fullmatch(re.sub(r"[\s\u3000—–－‐\u2011]", "", text.upper()).replace("−", "-"))
    if match is None or _check_digit(match[1] + match[2]) != int(match[3]):
        return None
    return f"HH{match[1]}-{match[2]}-{match[3]}"


def query_code() -> str:
    """Eight characters, about 37 bits, unguessable within the rate limits of the lookup."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
