"""Actor of the files that people ask for: made beside everything else, kept encrypted, taken away when their time is over."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import update

from jiesu.accounts.posts import load_staff
from jiesu.accounts.staff import NotYours, Staff
from jiesu.attachments.store import Kept
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.export_long import TICKETS, make_export
from jiesu.desk.prepared.models import Making, PreparedFile
from jiesu.desk.prepared.order import EXPIRE, LASTS, PREPARE, promise_making
from jiesu.desk.prepared.workshop import Made, Workshop
from jiesu.desk.reports.order import REPORT, make_report
from jiesu.errors import DomainError
from jiesu.kernel import Kernel
from jiesu.rules import Rules
from workers.actor import handles_outside

__all__ = ["expire_file", "prepare_file"]

log = structlog.get_logger(__name__)

Make = Callable[[UnitOfWork, Rules, Staff, dict[str, Any], Workshop], Awaitable[Made]]
MAKERS: dict[str, Make] = {REPORT: make_report, TICKETS: make_export}
#: A maker that has not said for so long that it is at work was killed: the next one begins anew.
SILENT = timedelta(seconds=90)


@handles_outside(PREPARE)
async def prepare_file(kernel: Kernel, payload: dict[str, Any]) -> None:
    """Make it once. Handed over again meanwhile, it is looked at later; what was made in vain is taken away."""
    row = await _claim(kernel, payload["id"])
    if row is None:
        return
    try:
        made, kept = await _make(kernel, row)
    except DomainError as refused:
        await _end(kernel, row, Making.FAILED, problem=refused.say("zh")[:300])
        return
    except BaseException:
        await _end(kernel, row, Making.WAITING)
        raise
    values = {"name": made.name, "media_type": made.media_type}
    if not await _end(kernel, row, Making.READY, place=kept.place, key=kept.key, size=kept.size, **values):
        kernel.files.remove(kept.place)


async def _claim(kernel: Kernel, key: int) -> PreparedFile | None:
    """Take it in hand; None when that is done, or somebody else is at it."""
    async with kernel.db.begin() as uow:
        row = await uow.session.get(PreparedFile, key, with_for_update=True)
        if row is None or row.state in (Making.READY, Making.FAILED) or row.expires_at <= uow.now:
            return None
        if row.state is Making.MAKING and row.touched_at is not None and row.touched_at > uow.now - SILENT:
            await promise_making(uow, row, SILENT)
            return None
        row.state, row.touched_at, row.done = Making.MAKING, uow.now, None
    return row


async def _make(kernel: Kernel, row: PreparedFile) -> tuple[Made, Kept]:
    """In one transaction that sees what the post may see now. Raises NotYours when nobody holds it any more."""
    rules = await kernel.refresh()
    with tempfile.TemporaryDirectory(dir=_making(kernel)) as folder, tempfile.TemporaryFile(dir=folder) as file:
        shop = Workshop(file, Path(folder), lambda done, total: _tell(kernel, row, done, total))
        async with kernel.db.begin() as uow:
            staff = await load_staff(uow, rules.organisation, row.staff_id)
            if staff is None:
                raise NotYours
            await uow.see_as(staff.viewer)
            made = await MAKERS[row.kind](uow, rules, staff, row.wish, shop)
        file.seek(0)
        return made, await asyncio.to_thread(kernel.files.write, file)


def _making(kernel: Kernel) -> Path:
    """Where files lie while they are made, for nobody else on the machine; masked, but not encrypted yet."""
    folder = kernel.settings.data_dir / "making"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


async def _tell(kernel: Kernel, row: PreparedFile, done: int, total: int) -> None:
    """How far it is, at once and for everybody to see."""
    async with kernel.db.begin() as uow:
        mine = (PreparedFile.id == row.id, PreparedFile.state == Making.MAKING)
        values = {"done": done, "total": total, "touched_at": uow.now}
        await uow.session.execute(update(PreparedFile).where(*mine).values(**values))


async def _end(kernel: Kernel, row: PreparedFile, state: Making, **values: Any) -> bool:
    """Write how it ended, unless somebody else did, or its time is over."""
    async with kernel.db.begin() as uow:
        found = await uow.session.get(PreparedFile, row.id, with_for_update=True, populate_existing=True)
        if found is None or found.state is not Making.MAKING:
            return False
        found.state = state
        for name, value in values.items():
            setattr(found, name, value)
    return True


@handles_outside(EXPIRE)
async def expire_file(kernel: Kernel, payload: dict[str, Any]) -> None:
    """The row first, then the file: one without a row is harmless."""
    async with kernel.db.begin() as uow:
        row = await uow.session.get(PreparedFile, payload["id"], with_for_update=True)
        if row is not None:
            await uow.session.delete(row)
    if row is not None and row.place is not None:
        kernel.files.remove(row.place)
    await asyncio.to_thread(_sweep, _making(kernel), time.time() - LASTS.total_seconds())


def _sweep(folder: Path, before: float) -> None:
    """What a killed maker left lying."""
    for left in folder.iterdir():
        if left.stat().st_mtime < before:
            shutil.rmtree(left, ignore_errors=True)
