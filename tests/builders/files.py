"""Files as petitioners send them, and as somebody who means harm does."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from PIL import Image

__all__ = ["PDF", "docx", "jpeg", "jpeg_with_place", "packed", "png", "written"]

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F


def jpeg(width: int = 40, height: int = 20, **more: object) -> bytes:
    """A photo, red on its left half."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("red", (0, 0, width // 2, height))
    content = io.BytesIO()
    picture.save(content, "JPEG", **more)
    return content.getvalue()


def jpeg_with_place(orientation: int = 6) -> bytes:
    """A photo that tells where and with what it was taken, to be turned by a quarter."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, "SECRETPHONE"
    exif.get_ifd(GPS).update({1: "N", 2: (40.0, 50.0, 30.0)})
    return jpeg(exif=exif, comment=b"SECRETCOMMENT")


def png(width: int = 10, height: int = 10, mode: str = "RGBA") -> bytes:
    content = io.BytesIO()
    Image.new(mode, (width, height)).save(content, "PNG")
    return content.getvalue()


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A zip of these."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return content.getvalue()


def docx(**more: bytes) -> bytes:
    """A Word file; `more` are further parts."""
    return packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"} | more)


def written(content: bytes) -> str:
    """The document of a Word file, with Word's hyphens that do not break as plain ones."""
    document = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    return re.sub(r"</w:t><w:noBreakHyphen/><w:t[^>]*>", "-", document)
