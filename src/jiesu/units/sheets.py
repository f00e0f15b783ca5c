"""Places and units as they stand in CSV files, every row with its line."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from jiesu.kit.config import ConfigMistake
from jiesu.units.organisation import Place, Unit

__all__ = ["Sheet", "places_in", "read_places", "read_units", "units_in"]

T = TypeVar("T")
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet(Generic[T]):
    """A file's rows with the line each stands on (1 is the file's first), for mistakes that can be found again."""

    file: str
    rows: tuple[tuple[int, T], ...]

    @property
    def items(self) -> tuple[T, ...]:
        """The rows alone."""
        return tuple(item for _, item in self.rows)

    def mistake(self, line: int, column: str, value: object, remedy: str) -> ConfigMistake:
        """A mistake in one cell."""
        return ConfigMistake(self.file, f"row {line}, column {column}", value, remedy)


def read_places(path: Path) -> Sheet[Place]:
    """Places from a CSV file; see `places_in`. Raises ConfigMistake."""
    return places_in(_content(path), str(path))


def read_units(path: Path) -> Sheet[Unit]:
    """Units from a CSV file; see `units_in`. Raises ConfigMistake."""
    return units_in(_content(path), str(path))


def places_in(content: bytes, name: str) -> Sheet[Place]:
    """Places from CSV (UTF-8, a byte order mark and `#` lines are skipped); mistakes call the file by `name`.

    Raises ConfigMistake when it is no such table.
    """
    return _read(content, name, ("code", "name", "level", "parent", "kind"), _place)


def units_in(content: bytes, name: str) -> Sheet[Unit]:
    """Units from CSV like `places_in`; `functions` are separated by spaces, an empty parent or phone is None."""
    columns = ("code", "name", "name_en", "kind", "tier", "place", "parent", "functions", "phone")
    return _read(content, name, columns, _unit)


def _read(content: bytes, path: str, columns: tuple[str, ...], build: Callable[[Row], T]) -> Sheet[T]:
    lines = list(_lines(content, path))
    numbers = [number for number, _ in lines]
    table = csv.reader((line for _, line in lines), strict=True)
    try:
        header = next(table, [])
        for column in columns:
            if column not in header:
                raise ConfigMistake(
                    path,
                    "header",
                    ",".join(header),
                    f"the column {column!r} is missing; the columns are {','.join(columns)}.",
                )
        rows = []
        for cells in table:
            line = numbers[table.line_num - 1]
            if len(cells) != len(header):
                raise ConfigMistake(
                    path,
                    f"row {line}",
                    ",".join(cells),
                    f"{len(cells)} cells under {len(header)} columns; give one each.",
                )
            rows.append((line, build({name: cell.strip() for name, cell in zip(header, cells, strict=True)})))
    except csv.Error as problem:
        raise ConfigMistake(
            path, f"row {numbers[max(table.line_num, 1) - 1]}", None, f"this is not valid CSV: {problem}."
        ) from problem
    return Sheet(path, tuple(rows))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise ConfigMistake(
            path, "", None, f"the file cannot be read ({problem.strerror}); put it in place."
        ) from problem


def _lines(content: bytes, path: str) -> Iterator[tuple[int, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ConfigMistake(
            path, f"byte {problem.start}", None, "this is not UTF-8; save the file as UTF-8."
        ) from problem
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def _place(row: Row) -> Place:
    return Place(row["code"], row["name"], row["level"], row["parent"] or None, row["kind"])


def _unit(row: Row) -> Unit:
    return Unit(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        kind=row["kind"],
        tier=row["tier"],
        place=row["place"],
        parent=row["parent"] or None,
        functions=frozenset(row["functions"].split()),
        phone=row["phone"] or None,
    )
