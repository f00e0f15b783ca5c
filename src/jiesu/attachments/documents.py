"""Documents: what they really are, and that they neither explode nor hide programs or a second file."""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, cast

from jiesu.attachments.kinds import DOC, DOCX, OFD, PDF, PPT, PPTX, XLS, XLSX, Kind
from jiesu.attachments.refusals import (
    BrokenFile,
    HiddenContent,
    LockedFile,
    MacrosInside,
    PackedTooTight,
    UnknownKind,
)

__all__ = ["compound_kind", "package_kind", "pdf_kind"]

MOST_ENTRIES = 2000
MOST_UNPACKED = 200 * 1024 * 1024
#: Times a package may grow; small ones of repeated XML grow more and harm nobody.
MOST_RATIO, SMALL = 100, 2 * 1024 * 1024
#: Packages inside packages: a table embedded in a text, and nothing inside that.
DEEPEST = 1
CHUNK = 64 * 1024
ZIP_ENTRY, ZIP_END = b"PK\x03\x04", b"PK\x05\x06"
ZIP_END_LENGTH = 22
PACKED = (ZIP_ENTRY, b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")
_PARTS = {"word/": DOCX, "xl/": XLSX, "ppt/": PPTX}
_STREAMS = {"WordDocument": DOC, "Workbook": XLS, "Book": XLS, "PowerPoint Document": PPT}


def pdf_kind(file: IO[bytes], name: str) -> Kind:
    """Raises HiddenContent for a PDF that does not begin or end as one, BrokenFile when its end is missing."""
    if zipfile.is_zipfile(file) or _at(file, 0, 5) != b"%PDF-":
        raise HiddenContent(name)
    size = file.seek(0, os.SEEK_END)
    tail = _at(file, max(0, size - 2048), 2048)
    if b"%%EOF" not in tail:
        raise BrokenFile(name)
    if tail.rpartition(b"%%EOF")[2].strip(b"\r\n\t \0"):
        raise HiddenContent(name)
    return PDF


def compound_kind(file: IO[bytes], name: str) -> Kind:
    """Raises UnknownKind, LockedFile, MacrosInside, HiddenContent."""
    if zipfile.is_zipfile(file):
        raise HiddenContent(name)
    file.seek(0)
    content = file.read()
    if _stream("EncryptedPackage") in content:
        raise LockedFile(name)
    if _stream("_VBA_PROJECT") in content or _stream("Macros") in content:
        raise MacrosInside(name)
    kind = next((kind for stream, kind in _STREAMS.items() if _stream(stream) in content), None)
    if kind is None:
        raise UnknownKind(name)
    return kind


def _stream(name: str) -> bytes:
    """A name in the directory of an OLE file, ended by a zero."""
    return f"{name}\0".encode("utf-16-le")


@dataclass
class _Budget:
    """What a package and all inside it may still unpack to."""

    name: str
    packed: int
    entries: int = MOST_ENTRIES
    unpacked: int = 0

    def count(self, entries: int) -> None:
        self.entries -= entries
        if self.entries < 0:
            raise PackedTooTight(self.name)

    def spend(self, size: int) -> None:
        self.unpacked += size
        if self.unpacked > max(SMALL, min(MOST_UNPACKED, self.packed * MOST_RATIO)):
            raise PackedTooTight(self.name)


def package_kind(file: IO[bytes], name: str) -> Kind:
    """Unpacks everything once, counting, and keeps nothing of it.

    Raises UnknownKind, BrokenFile, LockedFile, MacrosInside, HiddenContent, PackedTooTight.
    """
    try:
        return _package(file, _Budget(name, file.seek(0, os.SEEK_END)), depth=0)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise BrokenFile(name) from error


def _package(file: IO[bytes], budget: _Budget, *, depth: int) -> Kind:
    size = file.seek(0, os.SEEK_END)
    with zipfile.ZipFile(file) as package:
        entries = package.infolist()
        budget.count(len(entries))
        _check_shape(file, entries, size, budget)
        kind = _kind(package, budget.name)
        for entry in entries:
            _unpack(package, entry, budget, depth)
    return kind


def _check_shape(file: IO[bytes], entries: list[zipfile.ZipInfo], size: int, budget: _Budget) -> None:
    """Begins with its first entry, ends with its directory, and no two entries share the same bytes."""
    begins, ends = _at(file, 0, 4) == ZIP_ENTRY, _at(file, size - ZIP_END_LENGTH, 4) == ZIP_END
    if not (begins and ends) or not entries or min(entry.header_offset for entry in entries) != 0:
        raise HiddenContent(budget.name)
    if sum(entry.compress_size for entry in entries) > size:
        raise PackedTooTight(budget.name)
    if any(entry.flag_bits & 1 for entry in entries):
        raise LockedFile(budget.name)


def _kind(package: zipfile.ZipFile, name: str) -> Kind:
    names = package.namelist()
    if any("vbaproject" in part.lower() for part in names):
        raise MacrosInside(name)
    if "OFD.xml" in names:
        return OFD
    found = next((kind for folder, kind in _PARTS.items() if any(part.startswith(folder) for part in names)), None)
    if found is None or "[Content_Types].xml" not in names:
        raise UnknownKind(name)
    if b"macroEnabled" in package.read("[Content_Types].xml")[: 1024 * 1024]:
        raise MacrosInside(name)
    return found


def _unpack(package: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: _Budget, depth: int) -> None:
    with package.open(entry) as part:
        head = part.read(8)
        budget.spend(len(head))
        if not head.startswith(PACKED):
            while chunk := part.read(CHUNK):
                budget.spend(len(chunk))
            return
        if depth == DEEPEST or "/embeddings/" not in entry.filename or not head.startswith(ZIP_ENTRY):
            raise HiddenContent(budget.name)
        with tempfile.SpooledTemporaryFile(max_size=CHUNK * 16) as inner:
            inner.write(head)
            while chunk := part.read(CHUNK):
                budget.spend(len(chunk))
                inner.write(chunk)
            _package(cast("IO[bytes]", inner), budget, depth=depth + 1)


def _at(file: IO[bytes], start: int, length: int) -> bytes:
    file.seek(max(0, start))
    return file.read(length)
