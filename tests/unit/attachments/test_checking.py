"""What is taken, how it is cleaned, and what is refused, with the file's name and a remedy in each refusal."""

from __future__ import annotations

import io
import struct
import zlib
from typing import NamedTuple

import pytest
from PIL import Image

from jiesu.attachments import documents, pictures
from jiesu.attachments.checking import LARGEST, check_file
from jiesu.attachments.kinds import DOC, DOCX, JPEG, OFD, PDF, PNG, XLSX, Kind
from jiesu.attachments.refusals import (
    BrokenFile,
    EmptyFile,
    FileRefused,
    FileTooLarge,
    HiddenContent,
    LockedFile,
    MacrosInside,
    PackedTooTight,
    PictureTooLarge,
    UnknownKind,
)
from tests.builders.files import PDF as PDF_FILE
from tests.builders.files import docx, jpeg, jpeg_with_place, packed, png

OLE = bytes.fromhex("D0CF11E0A1B11AE1")


class Found(NamedTuple):
    name: str
    kind: Kind
    content: bytes
    digest: str


def check(content: bytes, name: str = "照片.bin") -> Found:
    checked = check_file(io.BytesIO(content), name)
    with checked.content as file:
        return Found(checked.name, checked.kind, file.read(), checked.digest)


def ole(*streams: str) -> bytes:
    """What an OLE file looks like to somebody who reads its directory's names."""
    return OLE + bytes(504) + b"".join(f"{stream}\0".encode("utf-16-le") + bytes(64) for stream in streams)


def table(**parts: bytes) -> bytes:
    return packed({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"} | parts)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (jpeg(), JPEG),
        (png(), PNG),
        (png(mode="RGB"), JPEG),
        (PDF_FILE, PDF),
        (docx(), DOCX),
        (table(), XLSX),
        (packed({"OFD.xml": b"<ofd/>"}), OFD),
        (ole("WordDocument"), DOC),
    ],
    ids=["photo", "drawing", "screenshot", "pdf", "word", "excel", "ofd", "old word"],
)
def test_a_file_is_what_its_content_says_whatever_its_name(content, kind):
    checked = check(content, "发票.exe")
    assert checked.kind == kind
    assert checked.name == f"发票{kind.ending}"


def test_a_photo_keeps_its_pixels_upright_and_loses_where_and_how_it_was_taken():
    content = check(jpeg_with_place(orientation=6)).content
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == (20, 40)
        assert dict(picture.getexif()) == {}
        assert "comment" not in picture.info
        red, _, blue = picture.convert("RGB").getpixel((10, 2))
        assert red > 200 > 60 > blue
    assert b"SECRET" not in content


def test_what_hangs_behind_a_picture_is_gone():
    content = check(jpeg() + docx(**{"word/x.html": b"<script>alert(1)</script>"})).content
    assert b"PK" not in content
    assert b"script" not in content


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", EmptyFile),
        (bytes(LARGEST + 1), FileTooLarge),
        (b"MZ" + bytes(200), UnknownKind),
        (b"<html><script>alert(1)</script>", UnknownKind),
        (b"plain words", UnknownKind),
        (packed({"a.txt": b"x"}), UnknownKind),
        (ole("Something"), UnknownKind),
        (jpeg()[:200], BrokenFile),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), BrokenFile),
        (PDF_FILE.replace(b"%%EOF", b""), BrokenFile),
        (docx()[:-30], BrokenFile),
        (b"GIF89a" + PDF_FILE, BrokenFile),
        (PDF_FILE + docx(), HiddenContent),
        (PDF_FILE + b"<script>alert(1)</script>", HiddenContent),
        (docx() + b"tail", HiddenContent),
        (docx(**{"word/media/x.zip": packed({"x": b"y"})}), HiddenContent),
        (docx(**{"word/vbaProject.bin": b"x"}), MacrosInside),
        (docx(**{"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"}), MacrosInside),
        (ole("WordDocument", "_VBA_PROJECT"), MacrosInside),
        (ole("EncryptedPackage"), LockedFile),
        (docx(**{"word/big.xml": bytes(40_000_000)}), PackedTooTight),
        (docx(**{f"word/{n}.xml": b"" for n in range(2001)}), PackedTooTight),
    ],
    ids=lambda case: case.__name__ if isinstance(case, type) else "",
)
def test_what_is_dangerous_or_broken_is_refused_by_name_and_with_a_remedy(content, refusal):
    with pytest.raises(FileRefused) as refused:
        check(content, "证明.pdf")
    assert type(refused.value) is refusal
    for locale in ("zh", "en"):
        assert "证明" in refused.value.say(locale)
        assert "请" in refused.value.say("zh")
    assert refused.value.field == "files"


def test_a_zip_before_a_package_is_found_out():
    with pytest.raises(HiddenContent):
        check(b"PK\x03\x04" + bytes(60) + docx())


def test_a_table_inside_a_text_is_taken_but_what_is_packed_into_it_is_counted():
    assert check(docx(**{"word/embeddings/a.xlsx": table()})).kind == DOCX
    with pytest.raises(PackedTooTight):
        check(docx(**{"word/embeddings/a.xlsx": table(**{"xl/big.xml": bytes(40_000_000)})}))
    deeper = docx(**{"word/embeddings/b.docx": docx(**{"word/embeddings/c.docx": docx()})})
    with pytest.raises(HiddenContent):
        check(deeper)


def test_entries_that_share_their_bytes_are_found_out():
    """The overlapping bomb: one kernel of zeros, named many times in the directory."""
    parts = {f"word/{n}.xml": bytes(100_000) for n in range(2)}
    content = bytearray(docx(**parts))
    directory = content.index(b"PK\x01\x02")
    entries = content[directory : content.rindex(b"PK\x05\x06")]
    again = content[:directory] + entries * 300
    again += struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1200, 1200, len(entries) * 300, directory, 0)
    with pytest.raises((PackedTooTight, BrokenFile)):
        check(bytes(again))


def huge_png(side: int) -> bytes:
    """The header of a picture of that size, and next to nothing of its pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded():
    with pytest.raises(PictureTooLarge):
        check(huge_png(30_000))


def test_a_large_photo_is_decoded_at_a_smaller_size(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_DECODED", 2_000_000)
    with Image.open(io.BytesIO(check(jpeg(3000, 2000)).content)) as picture:
        assert picture.size == (1500, 1000)
    with pytest.raises(PictureTooLarge):
        check(jpeg(3000, 2000, progressive=True))


def test_the_same_file_has_the_same_digest_whatever_its_name():
    assert check(PDF_FILE, "a.pdf").digest == check(PDF_FILE, "b.pdf").digest


def test_a_package_may_grow_no_more_than_its_ratio_allows(monkeypatch):
    monkeypatch.setattr(documents, "SMALL", 1000)
    with pytest.raises(PackedTooTight):
        check(docx(**{"word/big.xml": bytes(1_000_000)}))
