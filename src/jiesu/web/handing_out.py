"""Handing out a file that somebody sent in or asked for: nothing in it may run, and no cache keeps it."""

from __future__ import annotations

from urllib.parse import quote

from litestar.response import Stream

from jiesu.attachments.store import FileStore, Kept

__all__ = ["handed_out"]

#: Nothing in the file may run, load or be framed, and no cache keeps it.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def handed_out(files: FileStore, kept: Kept, name: str, media_type: str | None, *, shown: bool = False) -> Stream:
    """The file piece by piece, to be kept under this name; `shown`: looked at in the browser."""
    named = {
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(kept.size),
    }
    return Stream(files.read(kept), media_type=media_type, headers={**HEADERS, **named})
