"""Reading the rows of a workbook or of CSV as texts and moments, each with the number it has in the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from jiesu.errors import Invalid
from jiesu.intake.import_mapping import Mapping

__all__ = ["Cell", "Row", "read_rows"]

#: A text, or a moment that the workbook knows as one.
Cell = str | datetime
#: Row number in the file, and cells by heading.
Row = tuple[int, dict[str, Cell]]
MOST_ROWS = 20_000


class FileUnread(Invalid):
    zh = "文件读不了：{why}。请另存为 .xlsx 或 .csv 再导入。"
    en = "The file cannot be read: {why}. Save it as .xlsx or .csv and try again."


class HeadingMissing(Invalid):
    zh = "第{row}行没有这些列标题：{missing}。表里有：{found}。请改映射文件的 [columns] 或 header。"
    en = "Row {row} has no headings {missing}; there are {found}. Correct [columns] or header in the mapping file."


class TooManyRows(Invalid):
    zh = "一次最多导入 {most} 行，这个文件有 {count} 行。请分成几个文件。"
    en = "At most {most} rows are imported at once; this file has {count}. Divide it."


def read_rows(file: Path, mapping: Mapping) -> list[Row]:
    """The rows below the headings, empty ones left out. Raises FileUnread, HeadingMissing, TooManyRows."""
    try:
        lines = list(_csv(file, mapping.encoding) if file.suffix.lower() == ".csv" else _workbook(file, mapping.sheet))
    except (OSError, CalamineError, UnicodeDecodeError, LookupError, csv.Error, ValueError) as error:
        raise FileUnread(None, why=str(error)[:200]) from error
    top = lines[mapping.header - 1] if len(lines) >= mapping.header else []
    headings = [str(cell).strip() for cell in top]
    missing = [name for name in (*mapping.columns.values(), *mapping.skip) if name not in headings]
    if missing:
        found = "、".join(filter(None, headings))
        raise HeadingMissing(None, row=mapping.header, missing="、".join(missing), found=found)
    rows = [
        (number, dict(zip(headings, line, strict=False)))
        for number, line in enumerate(lines, 1)
        if number > mapping.header and any(cell != "" for cell in line)
    ]
    if len(rows) > MOST_ROWS:
        raise TooManyRows(None, most=MOST_ROWS, count=len(rows))
    return rows


def _csv(file: Path, encoding: str | None) -> Iterator[Sequence[Cell]]:
    """What older Chinese programs save is GB18030, and is hardly ever valid UTF-8."""
    content = file.read_bytes()
    if encoding is not None:
        text = content.decode(encoding)
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("gb18030")
    for line in csv.reader(io.StringIO(text, newline="")):
        yield [cell.strip() for cell in line]


def _workbook(file: Path, sheet: str | None) -> Iterator[Sequence[Cell]]:
    book = CalamineWorkbook.from_path(file)
    found = book.get_sheet_by_index(0) if sheet is None else book.get_sheet_by_name(sheet)
    for line in found.to_python(skip_empty_area=False):
        yield [_cell(value) for value in line]


def _cell(value: object) -> Cell:
    """Whole numbers as they are read: a telephone typed as a number has no decimals."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
