"""What can keep `jiesu up` from starting, in words for the person at the terminal."""

from __future__ import annotations

__all__ = ["AlreadyRunning", "CannotStart", "Stopped"]


class CannotStart(Exception):
    """Something that must run does not; `zh` and `en` say what and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en


class AlreadyRunning(CannotStart):
    """Another process uses the same data directory."""


class Stopped(Exception):
    """The person asked to stop while we were still starting."""
