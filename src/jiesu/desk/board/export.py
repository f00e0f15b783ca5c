"""The tickets behind a figure as a file: typed cells in Chinese columns, marked with who took it, when and why."""

from __future__ import annotations

from datetime import datetime

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import Cut
from jiesu.desk.board.listing import count_of, cut_query
from jiesu.desk.board.sheets import Cell, Exported, Form, Marks, Table, TicketsExported, as_file, marks_of
from jiesu.desk.names import category_named, unit_named, unit_or_code
from jiesu.desk.rows import NOT_SHOWN
from jiesu.errors import Invalid
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_text
from jiesu.rules import Rules
from jiesu.tickets.guard import required
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import say_status

__all__ = [
    "COLUMNS",
    "MOST",
    "SHEET",
    "ExportTooLarge",
    "export_columns",
    "export_cut",
    "export_marks",
    "export_row",
    "wall",
]

#: Of a larger export the work is too much for one answer: a worker makes the file (`export_long.py`).
MOST = 2000
#: Heading in Chinese and English, width in characters.
COLUMNS = (
    ("工单编号", "Ticket", 22), ("诉求", "Appeal", 40), ("状态", "Status", 12), ("类别", "Category", 18), ("等级", "Class", 6),
    ("承办单位", "Unit", 32), ("派单台", "Desk", 32), ("地点", "Place", 40), ("登记时间", "Filed", 17), ("到期时间", "Due", 17),
    ("已超时", "Overdue", 8), ("结束时间", "Ended", 17), ("重办次数", "Reworks", 9),
)  # fmt: skip
SHEET = ("工单", "Tickets")
YES_NO = (("否", "是"), ("no", "yes"))


class ExportTooLarge(Invalid):
    zh = "一次最多导出 {most} 件，这里有 {count} 件。请先按单位、类别或日期缩小范围，或者申请生成文件后下载。"
    en = "At most {most} tickets can be exported at once; here are {count}. Narrow them first, or ask for a prepared file."


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
    rows = [export_row(ticket, rules, uow.now, locale) for ticket in await uow.session.scalars(query)]
    record = TicketsExported(
        account=staff.username, address=address, what="tickets", filters=cut.query, rows=len(rows), why=reason
    )
    await uow.record(record)
    marks = export_marks(rules, staff, cut, uow.now, reason, len(rows), locale)
    table = Table(SHEET[locale == "en"], export_columns(locale), rows)
    name = f"jiesu-{cut.what}-{uow.now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}"
    return as_file(name, [table], marks, form, locale)


def export_marks(rules: Rules, staff: Staff, cut: Cut, at: datetime, reason: str, count: int, locale: Locale) -> Marks:
    """Who took which tickets, when and why."""
    condition = " ".join(f"{name}={value}" for name, value in cut.query.items()) or str(cut.what)
    return marks_of(staff, unit_or_code(rules, staff.unit, locale).name, at, reason, condition, count, locale)


def export_columns(locale: Locale) -> tuple[tuple[str, int], ...]:
    """Headings and widths."""
    return tuple((english if locale == "en" else chinese, width) for chinese, english, width in COLUMNS)


def export_row(ticket: Ticket, rules: Rules, now: datetime, locale: Locale) -> tuple[Cell, ...]:
    """One ticket, masked."""
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
        *(wall(moment) for moment in (ticket.registered_at, ticket.next_due_at)),
        YES_NO[locale == "en"][ticket.is_open and ticket.next_due_at is not None and ticket.next_due_at < now],
        wall(ticket.ended_at),
        ticket.reworks,
    )


def wall(moment: datetime | None) -> datetime | None:
    """As a wall clock in Hohhot shows it, which is all a spreadsheet knows."""
    return moment.astimezone(SHANGHAI).replace(tzinfo=None) if moment else None
