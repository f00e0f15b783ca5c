"""Tables as files: typed cells under their headings, marked with who took them, when and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from unicodedata import east_asian_width

import msgspec
from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from jiesu.accounts.staff import Staff
from jiesu.db.uow import SecurityEvent, UnitOfWork
from jiesu.desk.names import unit_or_code
from jiesu.errors import Invalid
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_text
from jiesu.rules import Rules
from jiesu.tickets.guard import required

__all__ = [
    "MEDIA", "MOST", "Asked", "Cell", "Columns", "Exported", "Form", "ListTooLong", "Marks", "Table", "TicketsExported", "begin_sheet", "csv_line",
    "finish_sheet", "formats_of", "hand_out", "mark_of", "marks_of", "tenths", "wall", "write_marks", "write_row",
]  # fmt: skip

#: Rows of a list that one answer holds.
MOST = 2000

MARKS = (
    ("导出账号", "Account"), ("岗位单位", "Unit"), ("导出时间", "Taken at"), ("理由", "Reason"), ("条件", "Condition"),
    ("行数", "Rows"), ("说明", "Note"),
)  # fmt: skip
NOTE = (
    "仅限上述理由使用，不得外传。导出已记入安全日志。个人信息已隐去。",
    "For the reason above alone; not to be passed on. The export is on record. Personal data are masked.",
)
A4 = 9
#: Heights in points, of a row and of a line of a heading: Chinese faces are taller than a spreadsheet expects.
ROW, LINE = 17, 18
#: A cell that begins with one of these would be reckoned as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

#: A float is a share from 0 to 1, shown as a percentage; a decimal is any other number, shown with one place.
Cell = str | int | float | Decimal | date | datetime | None
Marks = list[tuple[str, Cell]]
#: Headings and their widths in characters.
Columns = Sequence[tuple[str, int]]


class Form(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


MEDIA = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv; charset=utf-8",
}


class ListTooLong(Invalid):
    zh = "一次最多导出 {most} 行，这里更多。请先按单位、类别或日期缩小范围。"
    en = "At most {most} rows can be exported at once; here are more. Narrow them first."


class Asked(NamedTuple):
    """As what, why, from which address and in which language."""

    form: Form
    reason: str
    address: str | None
    locale: Locale


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
    """One sheet: headings, and rows of as many cells."""

    title: str
    columns: Columns
    rows: Sequence[tuple[Cell, ...]]


async def hand_out(
    uow: UnitOfWork, rules: Rules, staff: Staff, what: str, filters: dict[str, str], condition: str, tables: Sequence[Table], asked: Asked,
    rows: int | None = None,
) -> Exported:  # fmt: skip
    """The tables as a file, on record before it goes out; `rows` by default of the first. Raises EmptyText for the reason."""
    reason = mask_text(required(asked.reason, "reason", "导出理由", 200))  # it stays in the security trail for good
    count = len(tables[0].rows) if rows is None else rows
    record = TicketsExported(
        account=staff.username, address=asked.address, what=what, filters=filters, rows=count, why=reason
    )
    await uow.record(record)
    unit = unit_or_code(rules, staff.unit, asked.locale).name
    marks = marks_of(staff, unit, uow.now, reason, condition, count, asked.locale)
    name = f"jiesu-{what}-{uow.now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}"
    return _as_file(name, tables, marks, asked.form, english=asked.locale == "en")


def wall(moment: datetime | None) -> datetime | None:
    """As a wall clock in Hohhot shows it, which is all a spreadsheet knows."""
    return moment.astimezone(SHANGHAI).replace(tzinfo=None) if moment else None


def tenths(number: float | None, times: int = 1) -> Decimal | None:
    """A number that is no share: hours, or points of a hundred."""
    return None if number is None else Decimal(number) * times


def marks_of(staff: Staff, unit: str, at: datetime, reason: str, condition: str, count: int, locale: Locale) -> Marks:
    """Who took it, when, why and what: a sheet of its own, or the last column of a text."""
    english = locale == "en"
    moment = f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    given: tuple[Cell, ...] = (staff.username, unit, moment, reason, condition, count, NOTE[english])
    return [(words[english], value) for words, value in zip(MARKS, given, strict=True)]


def _as_file(name: str, tables: Sequence[Table], marks: Marks, form: Form, *, english: bool) -> Exported:
    """A workbook with a sheet for each table and one for the marks; a text holds the first table alone."""
    content = _workbook(tables, marks, english) if form is Form.XLSX else _csv(tables[0], marks, english)
    return Exported(f"{name}.{form}", MEDIA[form], content)


def _workbook(tables: Sequence[Table], marks: Marks, english: bool) -> bytes:
    """In memory: what is written row by row to temporary files would lie on the disk in the clear."""
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        formats = formats_of(book)
        for table in tables:
            sheet = book.add_worksheet(table.title)
            begin_sheet(book, sheet, table.columns, marks, _numbers_in(table))
            for number, row in enumerate(table.rows, 1):
                write_row(sheet, number, row, formats)
            finish_sheet(sheet, len(table.rows), len(table.columns))
        write_marks(book, marks, english=english)
    return buffer.getvalue()


def _numbers_in(table: Table) -> frozenset[int]:
    """Columns that hold numbers, which stand at the right."""
    kinds = int | float | Decimal
    return frozenset(place for row in table.rows for place, cell in enumerate(row) if isinstance(cell, kinds))


def formats_of(book: Workbook) -> dict[type, object]:
    """How moments, days and numbers with a point are shown."""
    shown = {datetime: "yyyy-mm-dd hh:mm", date: "yyyy-mm-dd", float: "0.0%", Decimal: "0.0"}
    left = {"align": "left"}  # or a moment touches the text beside it
    return {
        kind: book.add_format({"num_format": form} | (left if issubclass(kind, date) else {}))
        for kind, form in shown.items()
    }


def begin_sheet(
    book: Workbook, sheet: Worksheet, columns: Columns, marks: Marks, right: frozenset[int] = frozenset()
) -> None:
    """Headings that stay in place, and on each printed page who took it, when and why; those of `right` above numbers."""
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    _on_paper(sheet, marks)
    shape = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
    bold, above_numbers = book.add_format(shape), book.add_format(shape | {"align": "right"})
    sheet.set_row(0, LINE * max(-(-_breadth(heading) // width) for heading, width in columns))
    for place, (heading, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, above_numbers if place in right else bold)


def _breadth(text: str) -> int:
    """In the characters that widths are of: a Chinese one takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _on_paper(sheet: Worksheet, marks: Marks) -> None:
    """All columns on one A4 page across."""
    sheet.set_landscape()
    sheet.set_default_row(ROW)
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4)
    sheet.set_header("&C" + " · ".join(str(value).replace("&", "&&")[:60] for _, value in marks[:4]))
    sheet.set_footer("&C&P / &N")


def write_row(sheet: Worksheet, number: int, row: tuple[Cell, ...], formats: dict[type, object]) -> None:
    """One row of typed cells."""
    for place, cell in enumerate(row):
        _write(sheet, number, place, cell, formats.get(type(cell)))


def finish_sheet(sheet: Worksheet, rows: int, columns: int) -> None:
    """A filter over all of it."""
    sheet.autofilter(0, 0, max(1, rows), columns - 1)


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, form: object = None) -> None:
    if isinstance(cell, date):  # which a datetime is too
        sheet.write_datetime(row, column, cell, form)
    elif isinstance(cell, int | float | Decimal):
        sheet.write_number(row, column, cell, form)
    elif cell is not None:
        sheet.write_string(row, column, cell, form)


def write_marks(book: Workbook, marks: Marks, *, english: bool) -> None:
    """Who, when, why and what, on a sheet of their own."""
    sheet = book.add_worksheet("Watermark" if english else "导出记录")
    _on_paper(sheet, marks)
    left = book.add_format({"align": "left", "text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 80)
    for row, (name, value) in enumerate(marks):
        sheet.write_string(row, 0, name, left)
        _write(sheet, row, 1, value, left)


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
        if isinstance(cell, date):
            yield f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else f"{cell:%Y-%m-%d}"
        elif isinstance(cell, float | Decimal):
            yield f"{cell:.1%}" if isinstance(cell, float) else f"{cell:.1f}"
        else:
            yield _harmless("" if cell is None else str(cell))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
