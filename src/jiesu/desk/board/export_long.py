"""More tickets than fit one answer, as a file that a worker makes for the one who asked."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import Cut
from jiesu.desk.board.export import SHEET, ExportTooLarge, export_columns, export_marks, export_row
from jiesu.desk.board.listing import count_of, cut_query
from jiesu.desk.board.sheets import MEDIA, Asked, Form, TicketsExported
from jiesu.desk.board.streams import long_table
from jiesu.desk.names import unit_or_code
from jiesu.desk.prepared.models import PreparedFile
from jiesu.desk.prepared.order import order_file
from jiesu.desk.prepared.workshop import Made, Workshop
from jiesu.desk.rows import NOT_SHOWN
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.masking import mask_text
from jiesu.rules import Rules
from jiesu.tickets.guard import required

__all__ = ["MOST_PREPARED", "TICKETS", "make_export", "order_export"]

#: Kind of a prepared file.
TICKETS = "tickets"
#: A sheet can hold a million rows; nobody needs more than these at once.
MOST_PREPARED = 200_000
#: Rows fetched, written and told of at a time.
BATCH = 1000


async def order_export(uow: UnitOfWork, rules: Rules, staff: Staff, cut: Cut, asked: Asked) -> PreparedFile:
    """Raises EmptyText for the reason, ExportTooLarge, NotYours, TooManyWaiting, UnitNotSeen."""
    reason, locale = mask_text(required(asked.reason, "reason", "导出理由", 200)), asked.locale
    count = await count_of(uow, rules, staff, cut)
    if count > MOST_PREPARED:
        raise ExportTooLarge("what", most=MOST_PREPARED, count=count)
    unit = unit_or_code(rules, cut.unit or staff.unit, locale).name
    title = f"Tickets · {unit} · {count}" if locale == "en" else f"导出工单 · {unit} · {count} 件"
    wish = {"cut": cut.query, "form": str(asked.form), "reason": reason, "address": asked.address, "locale": locale}
    return await order_file(uow, staff, TICKETS, wish, title)


async def make_export(uow: UnitOfWork, rules: Rules, staff: Staff, wish: dict[str, Any], shop: Workshop) -> Made:
    """Through a cursor of the server, a batch at a time; on record with its rows before anybody can fetch it."""
    cut, form, locale = msgspec.convert(wish["cut"], Cut, strict=False), Form(wish["form"]), wish["locale"]
    total, done = await count_of(uow, rules, staff, cut), 0
    marks = export_marks(rules, staff, cut, uow.now, wish["reason"], total, locale)
    table = long_table(
        form, shop.file, shop.folder, SHEET[locale == "en"], export_columns(locale), marks, english=locale == "en"
    )
    query = cut_query(uow, rules, staff, cut).options(*NOT_SHOWN).limit(MOST_PREPARED)
    stream = await uow.session.stream_scalars(query.execution_options(yield_per=BATCH))
    async for tickets in stream.partitions(BATCH):
        rows = [export_row(ticket, rules, uow.now, locale) for ticket in tickets]
        await asyncio.to_thread(table.add, rows)
        done += len(rows)
        await shop.tell(done, max(total, done))
    await asyncio.to_thread(table.close, export_marks(rules, staff, cut, uow.now, wish["reason"], done, locale))
    record = TicketsExported(
        account=staff.username,
        address=wish["address"],
        what="tickets",
        filters=cut.query,
        rows=done,
        why=wish["reason"],
    )
    await uow.record(record)
    return Made(f"jiesu-{cut.what}-{uow.now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.{form}", MEDIA[form])
