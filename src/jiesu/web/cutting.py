"""The cut that an address asks for, and its file: the same on the board's pages and in the API."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from litestar import Response
from litestar.di import Provide
from litestar.params import FromQuery

from jiesu.desk.board.cuts import Cut, Lateness, What
from jiesu.desk.board.sheets import Exported
from jiesu.errors import Invalid
from jiesu.tickets.words import Status

__all__ = ["CUT", "BadCut", "file_answer"]

Short = Annotated[str, msgspec.Meta(max_length=40)]


class BadCut(Invalid):
    zh = "“{field}”的值无效。请从看板上点数字进来。"
    en = "“{field}” has no such value. Come here by a number of the board."


def provide_cut(
    what: FromQuery[What] = What.OPEN,
    unit: FromQuery[Short | None] = None,
    status: FromQuery[Status | None] = None,
    category: FromQuery[Short | None] = None,
    place: FromQuery[Short | None] = None,
    level: FromQuery[int | None] = None,
    late: FromQuery[Lateness | None] = None,
    since: FromQuery[date | None] = None,
    until: FromQuery[date | None] = None,
) -> Cut:
    """Which tickets are meant; what is left out does not narrow it. Raises BadCut."""
    given: dict[str, object] = {
        "what": what,
        "unit": unit,
        "status": status,
        "category": category,
        "place": place,
        "level": level,
    }
    given |= {"late": late, "since": since, "until": until}
    try:
        return msgspec.convert({name: value for name, value in given.items() if value is not None}, Cut)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].strip("`")
        raise BadCut(field, field=field) from error


def file_answer(file: Exported, media: str | None = None) -> Response[bytes]:
    """A file to keep, which nobody on the way keeps."""
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(file.content, media_type=media or file.media, headers=headers)


CUT = {"cut": Provide(provide_cut, sync_to_thread=False)}
