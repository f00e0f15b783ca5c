"""Configuration on record: which files of `config/` changed since workers last started."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from sqlalchemy import select

from jiesu.audit.events import ConfigurationChanged
from jiesu.audit.security import SecurityEntry
from jiesu.db.uow import UnitOfWork

__all__ = ["note_configuration"]


async def note_configuration(uow: UnitOfWork, folder: Path) -> None:
    """Record what differs from what was recorded before; nothing where nothing does. The first time that is everything."""
    kept = await _recorded(uow)
    found = await asyncio.to_thread(_digests, folder)
    changed = {name: found.get(name) for name in sorted({*kept, *found}) if found.get(name) != kept.get(name)}
    if changed:
        await uow.record(ConfigurationChanged(by="system", files=changed))


def _digests(folder: Path) -> dict[str, str | None]:
    files = [file for file in folder.rglob("*") if file.suffix in (".toml", ".csv")]
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


async def _recorded(uow: UnitOfWork) -> dict[str, str]:
    query = select(SecurityEntry.data).where(SecurityEntry.kind == "ConfigurationChanged").order_by(SecurityEntry.seq)
    files: dict[str, str | None] = {}
    for data in await uow.session.scalars(query):
        files |= data["files"]
    return {name: digest for name, digest in files.items() if digest is not None}
