"""Uploads checked and written to the store, before any transaction begins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO, NamedTuple

from jiesu.attachments.checking import check_file
from jiesu.attachments.refusals import TooManyFiles
from jiesu.attachments.store import FileStore, Kept
from jiesu.errors import DomainError

__all__ = ["MOST", "KeptFile", "Upload", "kept_files"]

#: Files from the petitioner on one ticket, and files sent at a time.
MOST = 9


class Upload(NamedTuple):
    """A file as it came, on disk or in memory, with the name its sender gave it."""

    name: str
    file: IO[bytes]


@dataclass
class KeptFile:
    """A file in the store; `recorded` once a row names it."""

    name: str
    media_type: str
    digest: str
    kept: Kept
    recorded: bool = False


@asynccontextmanager
async def kept_files(store: FileStore, uploads: Sequence[Upload]) -> AsyncIterator[list[KeptFile]]:
    """The uploads, checked and safe on disk. What the block refuses or does not record is taken away at its end.

    After any other fault they stay: a commit whose answer was lost may count on them. Raises TooManyFiles, a FileRefused.
    """
    if len(uploads) > MOST:
        raise TooManyFiles("files", most=MOST, have=0, given=len(uploads))
    files: list[KeptFile] = []
    try:
        for upload in uploads:
            async with store.turn:
                files.append(await asyncio.to_thread(_keep, store, upload))
        yield files
    except DomainError:
        _remove(store, files)
        raise
    _remove(store, [file for file in files if not file.recorded])


def _keep(store: FileStore, upload: Upload) -> KeptFile:
    checked = check_file(upload.file, upload.name)
    try:
        return KeptFile(checked.name, checked.kind.media_type, checked.digest, store.write(checked.content))
    finally:
        checked.content.close()


def _remove(store: FileStore, files: Sequence[KeptFile]) -> None:
    for file in files:
        store.remove(file.kept.place)
