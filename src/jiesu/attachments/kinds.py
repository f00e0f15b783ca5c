"""The kinds of file that are taken, told by content and never by name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import puremagic
from puremagic.main import PureError

__all__ = ["DOC", "DOCX", "JPEG", "OFD", "PDF", "PNG", "PPT", "PPTX", "XLS", "XLSX", "Family", "Kind", "family_of"]


class Family(StrEnum):
    """Files that are checked in the same way."""

    PICTURE = "picture"
    PDF = "pdf"
    #: zip: Word, Excel, PowerPoint since 2007, OFD (GB/T 33190)
    PACKAGE = "package"
    #: OLE: Office before 2007, WPS
    COMPOUND = "compound"


@dataclass(frozen=True)
class Kind:
    """How a file is named and served. A picture was drawn anew and may be shown; all else is only downloaded."""

    ending: str
    media_type: str
    shown: bool = False


JPEG, PNG = Kind(".jpg", "image/jpeg", shown=True), Kind(".png", "image/png", shown=True)
PDF = Kind(".pdf", "application/pdf")
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
DOCX = Kind(".docx", f"{_OPEN_XML}.wordprocessingml.document")
XLSX = Kind(".xlsx", f"{_OPEN_XML}.spreadsheetml.sheet")
PPTX = Kind(".pptx", f"{_OPEN_XML}.presentationml.presentation")
OFD = Kind(".ofd", "application/ofd")
DOC, XLS, PPT = (
    Kind(".doc", "application/msword"),
    Kind(".xls", "application/vnd.ms-excel"),
    Kind(".ppt", "application/vnd.ms-powerpoint"),
)

_FAMILIES = {
    "image/jpeg": Family.PICTURE,
    "image/png": Family.PICTURE,
    "image/gif": Family.PICTURE,
    "image/webp": Family.PICTURE,
    "image/x-ms-bmp": Family.PICTURE,
    "application/pdf": Family.PDF,
    "application/zip": Family.PACKAGE,
    "application/x-ole-storage": Family.COMPOUND,
}


def family_of(head: bytes) -> Family | None:
    """What the first bytes of a file say it is; None for what is not taken."""
    try:
        found = puremagic.magic_string(head)
    except (PureError, ValueError):
        return None
    return next((family for match in found if (family := _FAMILIES.get(match.mime_type))), None)
