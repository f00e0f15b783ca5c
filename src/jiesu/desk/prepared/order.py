"""Asking for a file, looking how far it is, and getting it: only who asked, while they hold the post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import func, select

from jiesu.accounts.staff import Staff
from jiesu.attachments.store import FileStore, Kept
from jiesu.db.jobs import Priority, Promise, schedule
from jiesu.db.uow import UnitOfWork
from jiesu.desk.prepared.models import Making, PreparedFile
from jiesu.errors import Conflict, Missing
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.crypto import token

__all__ = [
    "EXPIRE", "LASTS", "PREPARE", "FileNotReady", "PreparedFileNotFound", "PreparedView", "find_prepared", "order_file", "own_files", "promise_making", "ready_file",
]  # fmt: skip

log = structlog.get_logger(__name__)

#: Job kinds: make file `id`; take it away.
PREPARE, EXPIRE = "file.prepare", "file.expire"
LASTS = timedelta(hours=24)
#: Files of one person that are not made yet, and files that the list shows.
MOST_WAITING, SHOWN = 5, 50


class PreparedFileNotFound(Missing):
    zh = "没有找到这个文件。文件只保留 24 小时，请重新生成。"
    en = "No such file. Files are kept for 24 hours: ask for it again."


class FileNotReady(Conflict):
    zh = "文件还没有做好，请稍后再来。"
    en = "The file is not ready yet. Come back in a moment."


class TooManyWaiting(Conflict):
    zh = "您有 {most} 个文件还没有做好，请等做好一个再申请。"
    en = "{most} files of yours are not made yet. Wait for one of them."


class PreparedView(msgspec.Struct, frozen=True):
    """`state`: waiting, making, ready, failed (`problem` says why). `done` of `total` rows are made, where rows are counted."""

    ref: str
    title: str
    state: str
    asked_at: datetime
    expires_at: datetime
    done: int | None
    total: int | None
    size: int | None
    problem: str | None

    @classmethod
    def of(cls, row: PreparedFile) -> PreparedView:
        return cls(
            row.ref, row.title, str(row.state), row.asked_at.astimezone(SHANGHAI), row.expires_at.astimezone(SHANGHAI),
            row.done, row.total, row.size, row.problem,
        )  # fmt: skip


async def order_file(uow: UnitOfWork, staff: Staff, kind: str, wish: dict[str, Any], title: str) -> PreparedFile:
    """A worker makes it after the commit. Raises TooManyWaiting."""
    unmade = select(func.count()).where(
        PreparedFile.account_id == staff.account_id, PreparedFile.state.in_((Making.WAITING, Making.MAKING))
    )
    if (await uow.session.scalar(unmade) or 0) >= MOST_WAITING:
        raise TooManyWaiting("file", most=MOST_WAITING)
    row = PreparedFile(
        ref=token(18), account_id=staff.account_id, staff_id=staff.id, kind=kind, wish=wish,
        title=title[:200], asked_at=uow.now, expires_at=uow.now + LASTS, state=Making.WAITING,
    )  # fmt: skip
    uow.session.add(row)
    await uow.session.flush()
    await promise_making(uow, row)
    await schedule(uow, Promise(EXPIRE, row.expires_at, f"{EXPIRE}:{row.id}", {"id": row.id}))
    return row


async def promise_making(uow: UnitOfWork, row: PreparedFile, after: timedelta = timedelta(0)) -> None:
    """Have a worker look at it, after all that is more urgent."""
    at = uow.now + after
    key = f"{PREPARE}:{row.id}:{at.isoformat()}"
    await schedule(uow, Promise(PREPARE, at, key, {"id": row.id}, priority=Priority.BULK))


async def find_prepared(uow: UnitOfWork, staff: Staff, ref: str) -> PreparedFile:
    """Raises PreparedFileNotFound, also for somebody else's, and for one whose post is no longer held or whose time is over."""
    row = await uow.session.scalar(select(PreparedFile).where(PreparedFile.ref == ref.replace("\0", "")[:40]))
    if row is None or not _theirs(row, staff) or row.expires_at <= uow.now:
        raise PreparedFileNotFound("ref")
    return row


async def ready_file(uow: UnitOfWork, files: FileStore, staff: Staff, ref: str) -> tuple[PreparedFile, Kept]:
    """The row and where the file lies. Raises PreparedFileNotFound, also where the store has lost it, FileNotReady."""
    row = await find_prepared(uow, staff, ref)
    if row.state is not Making.READY:
        raise FileNotReady("ref")
    kept = row.kept
    if kept is None or not files.there(kept.place):
        log.error("prepared file missing", file=row.id)
        raise PreparedFileNotFound("ref")
    return row, kept


async def own_files(uow: UnitOfWork, staff: Staff) -> Sequence[PreparedFile]:
    """The newest first."""
    query = select(PreparedFile).where(PreparedFile.account_id == staff.account_id, PreparedFile.expires_at > uow.now)
    rows = await uow.session.scalars(query.order_by(PreparedFile.id.desc()).limit(SHOWN))
    return [row for row in rows if _theirs(row, staff)]


def _theirs(row: PreparedFile, staff: Staff) -> bool:
    """Whether this person asked, in a post that they still hold."""
    return row.account_id == staff.account_id and staff.is_me(row.staff_id)
