"""Tables as files: typed cells under their headings, marked with who took them, when and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec
from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from jiesu.accounts.staff import Staff
from jiesu.db.uow import SecurityEvent
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale

__all__ = [
    "MEDIA", "Cell", "Exported", "Form", "Marks", "Table", "TicketsExported", "as_file", "begin_sheet", "csv_line", "finish_sheet",
    "formats_of", "mark_of", "marks_of", "write_marks", "write_row",
]  # fmt: skip

MARKS = (
    ("导出账号", "Account"), ("岗位单位", "Unit"), ("导出时间", "Taken at"), ("理由", "Reason"), ("条件", "Condition"),
    ("件数", "Tickets"), ("说明", "Note"),
)  # fmt: skip
NOTE = (
    "仅限上述理由使用，不得外传。导出已记入安全日志。个人信息已隐去。",
    "For the reason above alone; not to be passed on. The export is on record. Personal data are masked.",
)
#: A cell that begins with one of these would be reckoned as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

#: A float is a share from 0 to 1.
Cell = str | int | float | datetime | None
Marks = list[tuple[str, Cell]]


class Form(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


MEDIA = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv; charset=utf-8",
}


class TicketsExported(SecurityEvent, frozen=True, kw_only=True):
    """`filters` is the cut as addresses carry it, `why` what the person gave as the reason."""

    what: str
    filters: dict[str, str]
    rows: int
    why: str


class Exported(msgspec.Struct, frozen=True):
    name: str
    media: str
    content: bytes


class Table(msgspec.Struct, frozen=True):
    """One sheet: headings with their width in characters, and rows of as many cells."""

    title: str
    columns: tuple[tuple[str, int], ...]
    rows: Sequence[tuple[Cell, ...]]


def marks_of(staff: Staff, unit: str, at: datetime, reason: str, condition: str, count: int, locale: Locale) -> Marks:
    """Who took it, when, why and what: a sheet of its own, or the last column of a text."""
    english = locale == "en"
    moment = f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    given: tuple[Cell, ...] = (staff.username, unit, moment, reason, condition, count, NOTE[english])
    return [(words[english], value) for words, value in zip(MARKS, given, strict=True)]


def as_file(name: str, tables: Sequence[Table], marks: Marks, form: Form, locale: Locale) -> Exported:
    """A workbook with a sheet for each table and one for the marks; a text holds the first table alone."""
    english = locale == "en"
    content = _workbook(tables, marks, english) if form is Form.XLSX else _csv(tables[0], marks, english)
    return Exported(f"{name}.{form}", MEDIA[form], content)


def _workbook(tables: Sequence[Table], marks: Marks, english: bool) -> bytes:
    """In memory: what is written row by row to temporary files would lie on the disk in the clear."""
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, formats = book.add_format({"bold": True, "bottom": 1}), formats_of(book)
        for table in tables:
            sheet = book.add_worksheet(table.title)
            begin_sheet(sheet, table.columns, marks, bold)
            for number, row in enumerate(table.rows, 1):
                write_row(sheet, number, row, formats)
            finish_sheet(sheet, len(table.rows), len(table.columns))
        write_marks(book.add_worksheet("Watermark" if english else "导出记录"), marks)
    return buffer.getvalue()


def formats_of(book: Workbook) -> dict[type, object]:
    """How moments and shares are shown."""
    return {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        float: book.add_format({"num_format": "0.0%"}),
    }


def begin_sheet(sheet: Worksheet, columns: Sequence[tuple[str, int]], marks: Marks, bold: object) -> None:
    """Headings that stay in place, and on each printed page who took it, when and why."""
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_header("&C" + " · ".join(str(value).replace("&", "&&")[:60] for _, value in marks[:4]))
    for place, (heading, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, bold)


def write_row(sheet: Worksheet, number: int, row: tuple[Cell, ...], formats: dict[type, object]) -> None:
    """One row of typed cells."""
    for place, cell in enumerate(row):
        _write(sheet, number, place, cell, formats.get(type(cell)))


def finish_sheet(sheet: Worksheet, rows: int, columns: int) -> None:
    """A filter over all of it."""
    sheet.autofilter(0, 0, max(1, rows), columns - 1)


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, form: object = None) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, form)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell, form)
    elif cell is not None:
        sheet.write_string(row, column, cell)


def write_marks(sheet: Worksheet, marks: Marks) -> None:
    """Who, when, why and what."""
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 80)
    for row, (name, value) in enumerate(marks):
        sheet.write_string(row, 0, name)
        _write(sheet, row, 1, value)


def _csv(table: Table, marks: Marks, english: bool) -> bytes:
    """With a byte order mark, so that spreadsheets read the Chinese; the marks stand in the last column of every line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    mark = mark_of(marks)
    writer.writerow([*(heading for heading, _ in table.columns), "watermark" if english else "导出水印"])
    writer.writerows(csv_line(row, mark) for row in table.rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def mark_of(marks: Marks) -> str:
    """Who took it, when and why, in one cell."""
    return _harmless(" · ".join(str(value) for _, value in marks[:4]))


def csv_line(row: tuple[Cell, ...], mark: str) -> list[str]:
    """Texts that no spreadsheet reckons as formulas, with the mark at the end."""
    return [*_texts(row), mark]


def _texts(row: tuple[Cell, ...]) -> Iterator[str]:
    for cell in row:
        if isinstance(cell, datetime):
            yield f"{cell:%Y-%m-%d %H:%M}"
        else:
            yield f"{cell:.1%}" if isinstance(cell, float) else _harmless("" if cell is None else str(cell))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
