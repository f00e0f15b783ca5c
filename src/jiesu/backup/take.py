"""Taking a backup: one snapshot of the database, and the attachments it names, beside whoever is at work."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.attachments.models import Attachment
from jiesu.backup.manifest import (
    DATABASE,
    FILES,
    LINKS,
    MANIFEST,
    Manifest,
    Measured,
    Piece,
    key_checks,
    write_manifest,
)
from jiesu.backup.refusals import BackupFailed
from jiesu.backup.tools import environment, program
from jiesu.custody.sealed_tables import sealed_tables
from jiesu.kernel import Kernel
from jiesu.kit.crypto import KeyRing
from jiesu.kit.streams import seal_stream
from jiesu.tickets.models import Ticket

__all__ = ["NAME", "prune", "take_backup"]

#: How the folder of a backup is called, by its moment in UTC.
NAME = "jiesu-%Y%m%dT%H%M%SZ"


class _Snapshot(NamedTuple):
    """What one moment of the database holds; `name` lets pg_dump see the same."""

    name: str
    postgres: int
    revision: str
    tickets: int
    keys: frozenset[str]
    places: Sequence[str]


async def take_backup(kernel: Kernel, parent: Path) -> tuple[Path, Manifest]:
    """A new folder in `parent`, whole or not there at all. Raises BackupFailed, ToolMissing."""
    ring = kernel.keys
    folder = parent / kernel.clock.now().strftime(NAME)
    draft = parent / f".{folder.name}.part"
    if folder.exists() or draft.exists():
        raise BackupFailed(why=f"there is {folder.name} already, or one is being made")
    draft.mkdir(mode=0o700, parents=True)
    try:
        manifest = await _fill(kernel, ring, draft)
        write_manifest(draft, manifest, ring)
        os.sync()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder, manifest


async def _fill(kernel: Kernel, ring: KeyRing, draft: Path) -> Manifest:
    made_at = kernel.clock.now()
    async with kernel.db.sessions() as session:
        seen = await _look(session)
        url = kernel.settings.database_url or ""
        database = await asyncio.to_thread(_dump, url, seen, ring, draft / DATABASE)
    store = kernel.settings.data_dir / FILES
    copied = [await asyncio.to_thread(_copy, store, draft / FILES, place) for place in seen.places]
    lost = [place for place, piece in zip(seen.places, copied, strict=True) if piece is None]
    await _expect_erased(kernel, lost)
    needed = seen.keys | {ring.current, ring.search, LINKS}
    return Manifest(
        made_at=made_at,
        release=version("jiesu"),
        revision=seen.revision,
        postgres=seen.postgres,
        key=ring.current,
        cipher=ring.cipher,
        keys={name: mark for name, mark in key_checks(ring).items() if name in needed},
        tickets=seen.tickets,
        database=database,
        files=[piece for piece in copied if piece is not None],
        erased=len(lost),
    )


async def _look(session: AsyncSession) -> _Snapshot:
    """Begin a transaction that sees one moment until it ends."""
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    await session.execute(text("SET LOCAL statement_timeout = 0"))
    await session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    marks = [mark for table in sealed_tables() for mark in await table.under(session)]
    return _Snapshot(
        name=await session.scalar(text("SELECT pg_export_snapshot()")) or "",
        postgres=int(await session.scalar(text("SHOW server_version_num")) or 0) // 10000,
        revision=await session.scalar(text("SELECT version_num FROM alembic_version")) or "",
        tickets=await session.scalar(select(func.count()).select_from(Ticket)) or 0,
        keys=frozenset(mark.partition(":")[0] for mark in marks if mark != "plain"),
        places=(await session.scalars(select(Attachment.place).order_by(Attachment.place))).all(),
    )


def _dump(url: str, seen: _Snapshot, ring: KeyRing, path: Path) -> Piece:
    argv = [
        str(program("pg_dump", seen.postgres)),
        "--format=custom",
        f"--snapshot={seen.name}",
        "--enable-row-security",
    ]
    with path.open("xb") as file, tempfile.TemporaryFile() as said:
        sink = Measured(path.name, file)
        with subprocess.Popen(argv, env=environment(url), stdout=subprocess.PIPE, stderr=said) as child:  # noqa: S603
            if child.stdout is not None:
                seal_stream(child.stdout, sink, ring.secrets[ring.current], ring.cipher)
        if child.returncode != 0:
            said.seek(0)
            raise BackupFailed(why=f"pg_dump: {said.read().decode(errors='replace').strip()[-500:]}")
    return sink.piece


def _copy(store: Path, copies: Path, place: str) -> Piece | None:
    """Nothing when the file is not there."""
    name = f"{place[:2]}/{place}"
    path = copies / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with (store / name).open("rb") as source, path.open("xb") as file:
            sink = Measured(name, file)
            shutil.copyfileobj(source, sink, 1024 * 1024)
    except FileNotFoundError:
        return None
    return sink.piece


async def _expect_erased(kernel: Kernel, lost: Sequence[str]) -> None:
    """What is gone from the store may be gone from the database by now, erased by policy. Else it was lost before."""
    async with kernel.db.sessions() as session:
        still = (await session.scalars(select(Attachment.place).where(Attachment.place.in_(lost)))).all()
    if still:
        raise BackupFailed(why=f"{len(still)} attachments are not in the store, such as {still[0]}; see jiesu doctor")


def prune(parent: Path, keep: int) -> list[str]:
    """Remove all finished backups but the newest `keep`; the names of what went."""
    known = sorted(path for path in parent.glob("jiesu-*Z") if (path / MANIFEST).is_file())
    for path in known[:-keep]:
        shutil.rmtree(path)
    return [path.name for path in known[:-keep]]
