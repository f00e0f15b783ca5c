"""Reading configuration files so that every mistake names its file, key, value and remedy."""

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

__all__ = ["ConfigMistake", "convert", "read_toml"]

T = TypeVar("T")


class ConfigMistake(Exception):
    """A setting is wrong; says where it stands, what it is and what to do about it."""

    def __init__(self, file: str | Path, key: str, value: object, remedy: str) -> None:
        super().__init__(file, key, value, remedy)
        self.file = str(file)
        self.key = key
        self.value = value
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        shown = "" if self.value is None else f" is {self.value!r}"
        return f"{place}{shown}: {self.remedy}"


def read_toml(path: Path) -> dict[str, Any]:
    """The file's content as plain dicts and lists. Raises ConfigMistake when it is missing, not UTF-8 or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ConfigMistake(
            path, "", None, f"the file cannot be read ({problem.strerror}); put it in place."
        ) from problem
    except UnicodeDecodeError as problem:
        raise ConfigMistake(
            path, f"byte {problem.start}", None, "this is not UTF-8; save the file as UTF-8."
        ) from problem
    except tomllib.TOMLDecodeError as problem:
        raise ConfigMistake(path, "", None, f"this is not valid TOML: {problem}.") from problem


def convert(raw: object, into: type[T], file: str | Path, key: str = "") -> T:
    """`raw` checked against a msgspec type; `key` is where it stands in the file.

    Raises ConfigMistake pointing at the offending value inside `raw`.
    """
    try:
        return msgspec.convert(raw, into)
    except msgspec.ValidationError as problem:
        wrong, _, path = str(problem).partition(" - at `$")
        inner = path.rstrip("`").lstrip(".")
        where = ".".join(part for part in (key, inner) if part).replace(".[", "[")
        raise ConfigMistake(file, where, _value_at(raw, inner), f"{wrong}.") from problem


def _value_at(raw: object, path: str) -> object:
    """What stands at a msgspec path like `a.b[2].c`; None where the path has an unknown step or ends in a table."""
    for step in re.findall(r"\w+|\[\.\.\.\]", path):
        if isinstance(raw, dict) and step in raw:
            raw = raw[step]
        elif isinstance(raw, list) and step.isdigit():
            raw = raw[int(step)]
        else:
            return None
    return None if isinstance(raw, (dict, list)) else raw
