"""The taxonomy of appeals: what each category is called, who is responsible, which class and track it has."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from jiesu.kit.config import ConfigMistake, convert, read_toml

__all__ = ["CLASSES", "PETITION", "SERVICE", "Category", "load_categories"]

SERVICE = "SERVICE"
PETITION = "PETITION"
#: The classes an ordinary category may have; X is the petition class.
CLASSES = ("P0", "P1", "P2", "P3", "P4", "C", "X")


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A category of the taxonomy; a first-level one has a two-digit code and no parent.

    `sealed`: neither content nor reporter may reach anybody but the discipline queue (law, Art. 30, 46).
    """

    code: str
    parent: str | None
    name_zh: str
    name_en: str
    function: str
    service_class: str
    track: str
    sealed: bool


class _Sub(msgspec.Struct, forbid_unknown_fields=True):
    zh: str
    en: str
    function: str | None = None
    class_: str | None = msgspec.field(name="class", default=None)
    sealed: bool | None = None


class _First(msgspec.Struct, forbid_unknown_fields=True):
    zh: str
    en: str
    function: str
    sub: dict[str, _Sub]
    class_: str = msgspec.field(name="class")
    sealed: bool = False


def load_categories(path: Path) -> Mapping[str, Category]:
    """Both levels by code, each first level before its second. Raises ConfigMistake."""
    categories: dict[str, Category] = {}
    for code, first in convert(read_toml(path), dict[str, _First], path).items():
        _two_more_digits(path, code, "")
        categories[code] = _category(path, code, None, _Sub(first.zh, first.en), first)
        for sub_code, sub in first.sub.items():
            _two_more_digits(path, sub_code, code)
            categories[sub_code] = _category(path, sub_code, code, sub, first)
    return categories


def _category(path: Path, code: str, parent: str | None, own: _Sub, first: _First) -> Category:
    service_class = own.class_ or first.class_
    if service_class not in CLASSES:
        raise ConfigMistake(path, f"{code}.class", service_class, f"a class is one of {', '.join(CLASSES)}.")
    return Category(
        code=code,
        parent=parent,
        name_zh=own.zh,
        name_en=own.en,
        function=own.function or first.function,
        service_class=service_class,
        track=PETITION if service_class == "X" else SERVICE,
        sealed=first.sealed if own.sealed is None else own.sealed,
    )


def _two_more_digits(path: Path, code: str, prefix: str) -> None:
    if len(code) != len(prefix) + 2 or not code.startswith(prefix) or not code.isdigit():
        raise ConfigMistake(path, code, None, f"a code here is {prefix or 'nothing'} followed by two digits.")
