"""Long tables, row by row: typed cells, frozen heading, filter, watermark; nothing that a spreadsheet would reckon."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

from python_calamine import load_workbook

from jiesu.desk.board.sheets import Form
from jiesu.desk.board.streams import long_table


def wall(minute: int) -> datetime:
    """As a wall clock shows it: a sheet knows no zones."""
    return datetime(2026, 11, 2, 9, minute, tzinfo=UTC).replace(tzinfo=None)


COLUMNS = (("工单编号", 22), ("诉求", 40), ("登记时间", 17), ("重办次数", 9))
MARKS = [
    ("导出账号", "supervisor-vs-1501"),
    ("岗位单位", "市中心"),
    ("导出时间", "2026-11-02 09:00:00"),
    ("理由", "=1+1"),
    ("件数", 3),
]
ROWS = [(f"HH20261102-{n:05}-4", "=HYPERLINK(1)", wall(n % 60), n) for n in range(5000)]


def made(form: Form, tmp_path) -> bytes:
    file = io.BytesIO()
    table = long_table(form, file, tmp_path, "工单", COLUMNS, MARKS, english=False)
    for start in range(0, len(ROWS), 1000):
        table.add(ROWS[start : start + 1000])
    table.close(MARKS)
    return file.getvalue()


def test_a_workbook_has_typed_cells_a_frozen_heading_a_filter_and_a_watermark(tmp_path):
    content = made(Form.XLSX, tmp_path)
    book = load_workbook(io.BytesIO(content))
    heading, *rows = book.get_sheet_by_name("工单").to_python()
    assert heading == [name for name, _ in COLUMNS]
    assert len(rows) == len(ROWS)
    assert rows[61] == ["HH20261102-00061-4", "=HYPERLINK(1)", wall(1), 61.0]
    assert dict(book.get_sheet_by_name("导出记录").to_python())["导出账号"] == "supervisor-vs-1501"
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in sheet
    assert '<autoFilter ref="A1:D5001"/>' in sheet
    assert "<f>" not in sheet
    assert list(tmp_path.iterdir()) == []


def test_each_line_of_a_text_says_who_took_it_and_none_is_a_formula(tmp_path):
    content = made(Form.CSV, tmp_path)
    assert content.startswith(b"\xef\xbb\xbf")
    heading, first, *rest = content.decode("utf-8-sig").splitlines()
    assert heading == "工单编号,诉求,登记时间,重办次数,导出水印"
    assert (
        first
        == "HH20261102-00000-4,'=HYPERLINK(1),2026-11-02 09:00,0,supervisor-vs-1501 · 市中心 · 2026-11-02 09:00:00 · =1+1"
    )
    assert len(rest) == len(ROWS) - 1
