"""How an earlier system's sheet becomes appeals: which column is which field, and what its values mean here."""

from __future__ import annotations

from pathlib import Path

import msgspec

from jiesu.kit.config import ConfigMistake, convert, read_toml

__all__ = ["FIELDS", "Mapping", "load_mapping"]

NEEDED = ("number", "registered_at", "text")
#: Fields that a column may be.
FIELDS = (
    *NEEDED, "title", "name", "phone", "id_number", "kind", "category", "place", "nature", "anonymous", "confidential", "ended_at", "outcome",
    "result", "unit",
)  # fmt: skip
LONGEST_SYSTEM = 32


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of `config/import/`; `skip` says by heading which values leave a row out."""

    system: str
    columns: dict[str, str]
    sheet: str | None = None
    encoding: str | None = None
    header: int = 1
    time: str = "%Y-%m-%d %H:%M"
    tell: bool = False
    values: dict[str, dict[str, str]] = {}
    skip: dict[str, list[str]] = {}

    def meant(self, field: str, cell: str) -> str:
        """What a cell means here; a value that the file does not name stays as it is."""
        return self.values.get(field, {}).get(cell, cell)


def load_mapping(path: Path) -> Mapping:
    """Raises ConfigMistake."""
    mapping = convert(read_toml(path), Mapping, path)
    for field in NEEDED:
        if field not in mapping.columns:
            raise ConfigMistake(path, f"columns.{field}", None, "say which heading it stands under.")
    for place, fields in (("columns", mapping.columns), ("values", mapping.values)):
        for field in fields:
            if field not in FIELDS:
                raise ConfigMistake(path, f"{place}.{field}", None, f"there is no such field; use {', '.join(FIELDS)}.")
    if not 1 <= len(mapping.system) <= LONGEST_SYSTEM:
        raise ConfigMistake(path, "system", mapping.system, f"give a name of at most {LONGEST_SYSTEM} characters.")
    if mapping.header < 1:
        raise ConfigMistake(path, "header", mapping.header, "rows are counted from 1.")
    return mapping
