"""`jiesu backup`, and what `jiesu restore` does before the doctor comes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from jiesu.commands.running import BY, Json, err, out, with_kernel
from jiesu.embedded.running import attach, main_lock
from jiesu.kit.config import ConfigMistake
from jiesu.settings import Settings, load_settings

if TYPE_CHECKING:
    from jiesu.backup.manifest import Manifest

__all__ = ["backup", "restored"]


def backup(
    folder: Annotated[Path, typer.Argument(help="Where backups are kept: each is a folder of its own in it.")],
    keep: Annotated[int | None, typer.Option(min=1, help="Remove all but the newest N afterwards.")] = None,
    as_json: Json = False,
) -> None:
    """Save database and attachments, sealed with the key ring, beside the running system. Keep the ring elsewhere."""
    from jiesu.backup.events import BackupTaken
    from jiesu.backup.take import prune, take_backup

    async def take(kernel: Any) -> tuple[Path, Manifest]:
        path, manifest = await take_backup(kernel, folder)
        async with kernel.db.begin() as uow:
            taken = BackupTaken(by=BY, what=path.name, tickets=manifest.tickets, files=len(manifest.files))
            await uow.record(taken)
        return path, manifest

    path, manifest = with_kernel(take)
    gone = prune(folder, keep) if keep else []
    if as_json:
        told = {"path": str(path), "removed": gone, **_summary(manifest)}
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told), indent=1).decode() + "\n")
        return
    _show(path, manifest)
    if gone:
        out.print(f"Removed: {', '.join(gone)}", highlight=False)


def check(folder: Path) -> None:
    """Read every byte of a backup and say what it holds."""
    from jiesu.backup.restore import check_backup
    from jiesu.kernel import load_keys

    _show(folder, check_backup(folder, load_keys(attach(load_settings()))))


@contextmanager
def restored(folder: Path) -> Iterator[Settings]:
    """The settings of the place that now holds the backup; our own PostgreSQL runs as long as the block."""
    from jiesu.backup.restore import restore_backup
    from jiesu.kernel import load_keys, on_kernel

    with _place(load_settings()) as settings:
        if (owner := settings.owner_database_url) is None:
            raise ConfigMistake("environment", "JIESU_OWNER_DATABASE_URL", None, "give the URL of the tables' owner")
        manifest = restore_backup(folder, load_keys(settings), owner, settings.data_dir)
        _show(folder, manifest)
        asyncio.run(on_kernel(settings, lambda kernel: _note(kernel, manifest)))
        yield settings


async def _note(kernel: Any, manifest: Manifest) -> None:
    from jiesu.backup.events import BackupRestored

    async with kernel.db.begin() as uow:
        files = len(manifest.files)
        await uow.record(BackupRestored(by=BY, made_at=manifest.made_at, tickets=manifest.tickets, files=files))


@contextmanager
def _place(settings: Settings) -> Iterator[Settings]:
    """The database that the settings name, else our own in the data directory."""
    from jiesu.embedded.postgres import EmbeddedPostgres

    if settings.database_url is not None:
        yield settings
        return
    lock = main_lock(settings.data_dir)
    lock.take()
    server = EmbeddedPostgres(settings.data_dir)
    try:
        server.start()
        urls = {"database_url": server.url(), "owner_database_url": server.url(role="owner")}
        yield msgspec.structs.replace(settings, **urls)
    finally:
        server.stop()
        lock.release()


def _summary(manifest: Manifest) -> dict[str, Any]:
    return {
        "made_at": manifest.made_at,
        "tickets": manifest.tickets,
        "files": len(manifest.files),
        "bytes": manifest.database.size + sum(piece.size for piece in manifest.files),
        "revision": manifest.revision,
        "keys": sorted(manifest.keys),
    }


def _show(path: Path, manifest: Manifest) -> None:
    told = _summary(manifest)
    size = f"{told['bytes'] / 1e6:,.1f} MB"
    out.print(f"[green]✓[/] {path}: {manifest.tickets:,} tickets, {told['files']:,} files, {size}", highlight=False)
    keys = ", ".join(told["keys"])
    out.print(f"  of {manifest.made_at.isoformat(' ', 'seconds')}, keys needed: {keys}", highlight=False)
    if manifest.erased:
        err.print(f"[yellow]![/] {manifest.erased} attachments were erased by policy meanwhile.", highlight=False)
