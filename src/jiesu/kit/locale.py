"""The two languages everything is said in."""

from __future__ import annotations

from typing import Literal

__all__ = ["Locale"]

#: Chinese first, English complete.
Locale = Literal["zh", "en"]
