"""The tickets behind a figure as a file: typed cells in Chinese columns, marked with who took it, when and why."""

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
from jiesu.db.uow import SecurityEvent, UnitOfWork
from jiesu.desk.board.cuts import Cut
from jiesu.desk.board.listing import count_of, cut_query
from jiesu.desk.names import category_named, unit_named
from jiesu.desk.rows import NOT_SHOWN
from jiesu.errors import Invalid
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_text
from jiesu.rules import Rules
from jiesu.tickets.guard import required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import say_status

__all__ = ["MEDIA", "MOST", "ExportTooLarge", "Exported", "Form", "TicketsExported", "export_cut"]

#: Of a larger export the work is too much for one answer.
MOST = 5000
#: Heading in Chinese and English, width in characters.
COLUMNS = (
    ("工单编号", "Ticket", 22), ("诉求", "Appeal", 40), ("状态", "Status", 12), ("类别", "Category", 18), ("等级", "Class", 6),
    ("承办单位", "Unit", 32), ("派单台", "Desk", 32), ("地点", "Place", 40), ("登记时间", "Filed", 17), ("到期时间", "Due", 17),
    ("已超时", "Overdue", 8), ("结束时间", "Ended", 17), ("重办次数", "Reworks", 9),
)  # fmt: skip
MARKS = (
    ("导出账号", "Account"), ("岗位单位", "Unit"), ("导出时间", "Taken at"), ("理由", "Reason"), ("条件", "Condition"),
    ("件数", "Tickets"), ("说明", "Note"),
)  # fmt: skip
NOTE = (
    "仅限上述理由使用，不得外传。导出已记入安全日志。个人信息已隐去。",
    "For the reason above alone; not to be passed on. The export is on record. Personal data are masked.",
)
YES_NO = (("否", "是"), ("no", "yes"))
#: A cell that begins with one of these would be reckoned as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | datetime | None
Marks = list[tuple[str, Cell]]


class Form(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


MEDIA = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv; charset=utf-8",
}


class ExportTooLarge(Invalid):
    zh = "一次最多导出 {most} 件，这里有 {count} 件。请先按单位、类别或日期缩小范围。"
    en = "At most {most} tickets can be exported at once; here are {count}. Narrow them by unit, category or day first."


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


async def export_cut(
    uow: UnitOfWork, rules: Rules, staff: Staff, cut: Cut, form: Form, reason: str, address: str | None, locale: Locale
) -> Exported:
    """The cut's tickets, as the list shows them, and the export on record.

    Raises EmptyText for the reason, ExportTooLarge, NotYours, UnitNotSeen.
    """
    reason = mask_text(required(reason, "reason", "导出理由", 200))  # it stays in the security trail for good
    count = await count_of(uow, rules, staff, cut)
    if count > MOST:
        raise ExportTooLarge("what", most=MOST, count=count)
    query = cut_query(uow, rules, staff, cut).options(*NOT_SHOWN).limit(MOST)
    english = locale == "en"
    rows = [_row(ticket, rules, uow.now, locale) for ticket in await uow.session.scalars(query)]
    record = TicketsExported(
        account=staff.username, address=address, what="tickets", filters=cut.query, rows=len(rows), why=reason
    )
    await uow.record(record)
    at = uow.now.astimezone(SHANGHAI)
    condition = " ".join(f"{name}={value}" for name, value in cut.query.items()) or str(cut.what)
    unit = unit_named(rules, staff.unit, locale)
    name = unit.name if unit else staff.unit
    given: tuple[Cell, ...] = (
        staff.username, name, f"{at:%Y-%m-%d %H:%M:%S}", reason, condition, len(rows), NOTE[english],
    )  # fmt: skip
    marks: Marks = [(words[english], value) for words, value in zip(MARKS, given, strict=True)]
    content = _workbook(rows, marks, english) if form is Form.XLSX else _csv(rows, marks, english)
    return Exported(f"jiesu-{cut.what}-{at:%Y%m%d-%H%M%S}.{form}", MEDIA[form], content)


def _row(ticket: Ticket, rules: Rules, now: datetime, locale: Locale) -> tuple[Cell, ...]:
    category, lead, desk = (
        category_named(rules, ticket.category, locale),
        unit_named(rules, ticket.lead_unit, locale),
        unit_named(rules, ticket.desk_unit, locale),
    )
    return (
        ticket.number,
        mask_text(ticket.title),
        say_status(ticket.status, locale),
        category.name if category else None,
        ticket.service_class,
        lead.name if lead else None,
        desk.name if desk else None,
        rules.organisation.full_place_name(ticket.place) if ticket.place else None,
        *(_wall(moment) for moment in (ticket.registered_at, ticket.next_due_at)),
        YES_NO[locale == "en"][ticket.is_open and ticket.next_due_at is not None and ticket.next_due_at < now],
        _wall(ticket.ended_at),
        ticket.reworks,
    )


def _wall(moment: datetime | None) -> datetime | None:
    """As a wall clock in Hohhot shows it, which is all a spreadsheet knows."""
    return moment.astimezone(SHANGHAI).replace(tzinfo=None) if moment else None


def _workbook(rows: Sequence[tuple[Cell, ...]], marks: Marks, english: bool) -> bytes:
    """In memory: what is written row by row to temporary files would lie on the disk in the clear."""
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, moment = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet = book.add_worksheet("Tickets" if english else "工单")
        for place, (zh, en, width) in enumerate(COLUMNS):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, en if english else zh, bold)
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                _write(sheet, number, place, cell, moment)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, len(rows)), len(COLUMNS) - 1)
        sheet.set_landscape()
        sheet.set_header("&C" + " · ".join(str(value).replace("&", "&&")[:60] for _, value in (*marks[:3], marks[3])))
        _write_marks(book.add_worksheet("Watermark" if english else "导出记录"), marks)
    return buffer.getvalue()


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, moment: object) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, moment)
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    elif cell is not None:
        sheet.write_string(row, column, cell)


def _write_marks(sheet: Worksheet, marks: Marks) -> None:
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 80)
    for row, (name, value) in enumerate(marks):
        sheet.write_string(row, 0, name)
        _write(sheet, row, 1, value, None)


def _csv(rows: Sequence[tuple[Cell, ...]], marks: Marks, english: bool) -> bytes:
    """With a byte order mark, so that spreadsheets read the Chinese; the marks stand in the last column of every line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    mark = " · ".join(str(value) for _, value in marks[:4])
    writer.writerow([*(words[english] for words in COLUMNS), "watermark" if english else "导出水印"])
    writer.writerows([*_texts(row), _harmless(mark)] for row in rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _texts(row: tuple[Cell, ...]) -> Iterator[str]:
    for cell in row:
        yield f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else _harmless("" if cell is None else str(cell))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
