"""回访覆盖: of the surveys that ended in a month, how many were answered, and why the others were not. Silence is no answer."""

from __future__ import annotations

import msgspec

__all__ = ["Coverage"]


class Coverage(msgspec.Struct, frozen=True):
    """Surveys by how they ended: answered, not reached by telephone, refused, without a word, and those never sent (anonymous)."""

    answered: int = 0
    unreachable: int = 0
    refused: int = 0
    silent: int = 0
    not_sent: int = 0
