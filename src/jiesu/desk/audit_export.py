"""The trails as a file for the auditor: streamed, every line marked with who took it and when."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime

from jiesu.accounts.staff import Staff
from jiesu.audit.events import TrailExported
from jiesu.db.uow import Database, UnitOfWork
from jiesu.desk.auditing import AuditLine, Filters, auditor_only, lines
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules

__all__ = ["export", "note_export"]

#: Entries read in one transaction; a long export holds none open.
STRETCH = 1000
HEADINGS = (
    ("时间", "账号", "操作人", "操作", "代码", "工单编号", "地址", "详情", "日志", "序号", "哈希", "导出水印"),
    ("time", "account", "by", "what", "kind", "ticket", "address", "detail", "trail", "seq", "hash", "watermark"),
)  # fmt: skip
#: A cell that begins with one of these would be reckoned as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def note_export(uow: UnitOfWork, staff: Staff, filters: Filters, address: str | None) -> None:
    """Put it on record; the caller commits before the first line goes out. Raises NotAnAuditor."""
    auditor_only(staff)
    what = TrailExported(account=staff.username, address=address, what="trail", filters=filters.given())
    await uow.record(what)


async def export(
    db: Database, rules: Rules, staff: Staff, filters: Filters, now: datetime, locale: Locale = "zh"
) -> AsyncIterator[bytes]:
    """CSV with a byte order mark, so that spreadsheets read the Chinese; memory stays flat. Raises NotAnAuditor, BadDay."""
    mark = f"{staff.username} {now.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    yield b"\xef\xbb\xbf" + _csv([HEADINGS[locale == "en"]])
    cursor: str | None = ""
    while cursor is not None:
        async with db.sessions() as session:
            page = await lines(session, rules, staff, filters, locale, cursor=cursor, size=STRETCH)
        yield _csv([_row(line, mark) for line in page.entries])
        cursor = page.next_cursor


def _row(line: AuditLine, mark: str) -> tuple[str, ...]:
    detail = "；".join(f"{name}：{value}" for name, value in line.detail.items())
    at = line.at.isoformat(" ", "seconds")
    cells = (at, line.account, line.by, line.words, line.kind, line.number, line.address, detail, line.trail, line.seq)
    return tuple(_harmless(cell) for cell in (*cells, line.hash, mark))


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv(rows: list[tuple[str, ...]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()
