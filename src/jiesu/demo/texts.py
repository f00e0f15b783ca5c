"""Invented complaint texts for the demonstration, and filling in their place, month and amount."""

from collections.abc import Mapping
from pathlib import Path
from random import Random

import msgspec

from jiesu.kit.config import ConfigMistake, convert, read_toml
from jiesu.routing.catalogue import NATURES

__all__ = ["CHANNELS", "PETITIONERS", "ComplaintText", "load_texts"]

CHANNELS = ("web", "phone", "visit", "letter", "reception", "system")
PETITIONERS = ("veteran", "disabled", "martyr_family", "service_family", "retired_cadre", "other")


class ComplaintText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text with what a careful dispatcher would make of it; not `clear` means even they would have to think."""

    category: str
    nature: str
    title: str
    channels: tuple[str, ...]
    petitioner: str
    text: str
    clear: bool = True

    def filled(self, random: Random, place_name: str) -> str:
        """The text with `{place}`, `{month}` and `{amount}` (yuan) filled in, decided by the state of `random`."""
        values = {
            "place": place_name,
            "month": f"{random.randint(1, 12)}月",
            "amount": str(random.randrange(300, 30_000, 50)),
        }
        return self.text.format_map(values)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    text: list[ComplaintText]


def load_texts(path: Path, categories: Mapping[str, object]) -> list[ComplaintText]:
    """Every text in the file's order. Raises ConfigMistake, also for a category that is not in `categories`."""
    texts = convert(read_toml(path), _File, path).text
    for number, text in enumerate(texts):
        _one_of(path, f"text[{number}].category", text.category, categories)
        _one_of(path, f"text[{number}].nature", text.nature, NATURES)
        _one_of(path, f"text[{number}].petitioner", text.petitioner, PETITIONERS)
        for channel in text.channels:
            _one_of(path, f"text[{number}].channels", channel, CHANNELS)
        try:
            text.filled(Random(0), "")  # noqa: S311 - no secret
        except (KeyError, ValueError, IndexError) as problem:
            raise ConfigMistake(
                path,
                f"text[{number}].text",
                None,
                f"only {{place}}, {{month}} and {{amount}} may stand in braces: {problem}.",
            ) from problem
    return texts


def _one_of(path: Path, key: str, value: str, allowed: tuple[str, ...] | Mapping[str, object]) -> None:
    if value not in allowed:
        raise ConfigMistake(path, key, value, f"it is one of {', '.join(allowed)}.")
