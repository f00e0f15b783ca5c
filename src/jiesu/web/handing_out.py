"""Handing out a file that was prepared for somebody: nothing in it may run, and no cache keeps it."""

from __future__ import annotations

from urllib.parse import quote

import structlog
from litestar.response import Stream

from jiesu.desk.prepared.models import PreparedFile
from jiesu.desk.prepared.order import PreparedFileNotFound
from jiesu.kernel import Kernel

__all__ = ["prepared_answer"]

log = structlog.get_logger(__name__)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def prepared_answer(kernel: Kernel, row: PreparedFile, media: str | None = None) -> Stream:
    """The ready file, piece by piece. Raises PreparedFileNotFound where the store has lost it."""
    kept = row.kept
    if kept is None or not kernel.files.there(kept.place):
        log.error("prepared file missing", file=row.id)
        raise PreparedFileNotFound("ref")
    named = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name or row.title, safe='')}",
        "Content-Length": str(kept.size),
    }
    return Stream(kernel.files.read(kept), media_type=media or row.media_type, headers={**HEADERS, **named})
