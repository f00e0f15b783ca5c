"""Looking after what was given up: an administrator sees it, sends it again, or drops it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import structlog
from msgspec import Meta
from sqlalchemy import select

from jiesu.db import jobs
from jiesu.db.jobs import DeadLetter, Priority, Promise
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Missing
from jiesu.kit.paging import decode_cursor, encode_cursor

__all__ = ["DeadLetterGone", "Page", "discard", "every_dead", "list_dead", "retry", "retry_all"]

log = structlog.get_logger(__name__)

PAGE = 50
#: A bigint, as identity keys are; a cursor or a path may hold anything.
Key = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class DeadLetterGone(Missing):
    """Sent again or dropped already, by whoever came first; nothing happens a second time."""

    zh = "没有这条失败任务，可能已重新发送或删除。请刷新列表。"
    en = "There is no such dead letter; it may have been sent again or dropped already. Reload the list."


class Page(NamedTuple):
    """Dead letters, the newest first."""

    letters: Sequence[DeadLetter]
    next_cursor: str | None


async def list_dead(uow: UnitOfWork, *, cursor: str = "", size: int = PAGE) -> Page:
    """One stretch of the list, by key. Raises BadCursor."""
    query = select(DeadLetter).order_by(DeadLetter.id.desc()).limit(size + 1)
    if cursor:
        query = query.where(DeadLetter.id < decode_cursor(cursor, tuple[Key])[0])
    rows = (await uow.session.scalars(query)).all()
    return Page(rows[:size], encode_cursor(rows[size - 1].id) if len(rows) > size else None)


async def every_dead(uow: UnitOfWork) -> list[DeadLetter]:
    """The whole list, page by page."""
    page = await list_dead(uow)
    letters = list(page.letters)
    while page.next_cursor:
        page = await list_dead(uow, cursor=page.next_cursor)
        letters += page.letters
    return letters


async def retry(uow: UnitOfWork, letter_id: int) -> DeadLetter:
    """Promise the work anew under its old key, due now, with all its tries before it. Raises DeadLetterGone.

    Locks the row. Where the same key was promised again meanwhile, that promise stands and the letter goes.
    """
    letter = await _taken(uow, letter_id)
    promise = Promise(
        letter.kind, uow.now, letter.key, letter.payload, letter.ticket_id, Priority(letter.priority), letter.origin
    )
    await jobs.schedule(uow, promise)
    log.info("dead letter sent again", kind=letter.kind, key=letter.key)
    return letter


async def retry_all(uow: UnitOfWork) -> int:
    """Every letter of this moment, the oldest first; returns how many. Those another holds are left to them."""
    ids = select(DeadLetter.id).order_by(DeadLetter.id).with_for_update(skip_locked=True)
    found = (await uow.session.scalars(ids)).all()
    for letter_id in found:
        await retry(uow, letter_id)
    return len(found)


async def discard(uow: UnitOfWork, letter_id: int, *, by: str) -> DeadLetter:
    """Drop it for good; the log keeps what it was and who dropped it. Locks the row. Raises DeadLetterGone."""
    letter = await _taken(uow, letter_id)
    log.warning("dead letter dropped", kind=letter.kind, key=letter.key, tries=letter.tries, error=letter.error, by=by)
    return letter


async def _taken(uow: UnitOfWork, letter_id: int) -> DeadLetter:
    letter = await uow.session.scalar(select(DeadLetter).where(DeadLetter.id == letter_id).with_for_update())
    if letter is None:
        raise DeadLetterGone("id")
    await uow.session.delete(letter)
    await uow.session.flush()
    return letter
