"""The tickets behind a figure as a file: typed cells in Chinese columns, marked with who took it, when and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import Cut
from jiesu.desk.board.listing import count_of, cut_query
from jiesu.desk.board.sheets import MOST, Asked, Cell, Exported, Marks, Table, hand_out, marks_of, wall
from jiesu.desk.names import category_named, unit_named, unit_or_code
from jiesu.desk.rows import NOT_SHOWN
from jiesu.errors import Invalid
from jiesu.kit.locale import Locale
from jiesu.kit.masking import mask_text
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import say_status

__all__ = [
    "COLUMNS",
    "SHEET",
    "ExportTooLarge",
    "export_columns",
    "export_cut",
    "export_marks",
    "export_row",
    "tickets_table",
]

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


async def export_cut(uow: UnitOfWork, rules: Rules, staff: Staff, cut: Cut, asked: Asked) -> Exported:
    """The cut's tickets, as the list shows them, and the export on record.

    Raises EmptyText for the reason, ExportTooLarge, NotYours, UnitNotSeen.
    """
    count = await count_of(uow, rules, staff, cut)
    if count > MOST:
        raise ExportTooLarge("what", most=MOST, count=count)
    query = cut_query(uow, rules, staff, cut).options(*NOT_SHOWN).limit(MOST)
    table = tickets_table(await uow.session.scalars(query), rules, uow.now, asked.locale)
    return await hand_out(uow, rules, staff, "tickets", cut.query, _condition(cut), [table], asked)


def tickets_table(tickets: Iterable[Ticket], rules: Rules, now: datetime, locale: Locale) -> Table:
    """A line for each."""
    rows = [export_row(ticket, rules, now, locale) for ticket in tickets]
    return Table(SHEET[locale == "en"], export_columns(locale), rows)


def export_marks(rules: Rules, staff: Staff, cut: Cut, at: datetime, reason: str, count: int, locale: Locale) -> Marks:
    """Who took which tickets, when and why."""
    return marks_of(staff, unit_or_code(rules, staff.unit, locale).name, at, reason, _condition(cut), count, locale)


def _condition(cut: Cut) -> str:
    return " ".join(f"{name}={value}" for name, value in cut.query.items()) or str(cut.what)


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
