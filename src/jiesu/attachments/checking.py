"""From an upload to a file that may be kept: size, kind, content, name, in that order."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import IO

from jiesu.attachments.documents import compound_kind, package_kind, pdf_kind
from jiesu.attachments.kinds import Family, Kind, family_of
from jiesu.attachments.names import neutral
from jiesu.attachments.pictures import redrawn
from jiesu.attachments.refusals import EmptyFile, FileTooLarge, UnknownKind

__all__ = ["LARGEST", "Checked", "check_file"]

#: Bytes of one file.
LARGEST = 20 * 1024 * 1024
#: Enough for every kind to be told by.
HEAD = 4096


@dataclass(frozen=True)
class Checked:
    """What will be kept, from its beginning; `digest` is that of what was sent, by which a second sending is known."""

    name: str
    kind: Kind
    content: IO[bytes]
    digest: str


def check_file(file: IO[bytes], raw_name: str) -> Checked:
    """Runs for up to seconds and holds a decoded picture: call it in a thread, one at a time. Raises a FileRefused."""
    shown = neutral(raw_name, "")
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise EmptyFile(shown)
    if size > LARGEST:
        raise FileTooLarge(shown, most=LARGEST // 1024**2)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # IO[bytes] reads into buffers
    kind, content = _content(file, shown)
    content.seek(0)
    return Checked(neutral(raw_name, kind.ending), kind, content, digest)


def _content(file: IO[bytes], name: str) -> tuple[Kind, IO[bytes]]:
    file.seek(0)
    family = family_of(file.read(HEAD))
    file.seek(0)
    if family is Family.PICTURE:
        return redrawn(file, name)
    if family is Family.PDF:
        return pdf_kind(file, name), file
    if family is Family.PACKAGE:
        return package_kind(file, name), file
    if family is Family.COMPOUND:
        return compound_kind(file, name), file
    raise UnknownKind(name)
