"""Long tables as files, written row by row: what they take of memory does not grow with them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Protocol

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from jiesu.desk.board.sheets import (
    Cell,
    Columns,
    Form,
    Marks,
    begin_sheet,
    csv_line,
    finish_sheet,
    formats_of,
    mark_of,
    write_marks,
    write_row,
)

__all__ = ["LongTable", "long_table"]


class LongTable(Protocol):
    """`add` rows in their order, then `close`."""

    def add(self, rows: Sequence[tuple[Cell, ...]]) -> None: ...

    def close(self, marks: Marks) -> None: ...


def long_table(
    form: Form, file: IO[bytes], folder: Path, title: str, columns: Columns, marks: Marks, *, english: bool
) -> LongTable:
    """A workbook keeps its rows in `folder` until it is closed; a text goes into the file at once."""
    if form is Form.CSV:
        return _Text(file, columns, marks, english)
    return _Book(file, folder, title, columns, marks, english)


class _Book:
    def __init__(
        self, file: IO[bytes], folder: Path, title: str, columns: Columns, marks: Marks, english: bool
    ) -> None:
        options = {
            "constant_memory": True, "tmpdir": str(folder), "strings_to_formulas": False, "strings_to_urls": False,
            "use_zip64": True,
        }  # fmt: skip
        self._book, self._english, self._columns, self._rows = Workbook(file, options), english, columns, 0
        self._formats, self._sheet = formats_of(self._book), self._book.add_worksheet(title)
        begin_sheet(self._book, self._sheet, columns, marks)

    def add(self, rows: Sequence[tuple[Cell, ...]]) -> None:
        for row in rows:
            self._rows += 1
            write_row(self._sheet, self._rows, row, self._formats)

    def close(self, marks: Marks) -> None:
        finish_sheet(self._sheet, self._rows, len(self._columns))
        write_marks(self._book, marks, english=self._english)
        self._book.close()


class _Text:
    def __init__(self, file: IO[bytes], columns: Columns, marks: Marks, english: bool) -> None:
        self._file, self._mark = file, mark_of(marks)
        self._put([[*(heading for heading, _ in columns), "watermark" if english else "导出水印"]], b"\xef\xbb\xbf")

    def add(self, rows: Sequence[tuple[Cell, ...]]) -> None:
        self._put([csv_line(row, self._mark) for row in rows])

    def _put(self, lines: Sequence[Sequence[str]], before: bytes = b"") -> None:
        buffer = io.StringIO()
        csv.writer(buffer).writerows(lines)
        self._file.write(before + buffer.getvalue().encode())

    def close(self, marks: Marks) -> None:
        """Every line has said it."""
