"""Pictures drawn anew: what is kept are the pixels, upright; EXIF, places, comments and whatever hung behind are gone."""

from __future__ import annotations

import tempfile
from typing import IO, cast

from PIL import Image, ImageOps, UnidentifiedImageError

from jiesu.attachments.kinds import JPEG, PNG, Kind
from jiesu.attachments.refusals import BrokenFile, PictureTooLarge

__all__ = ["redrawn"]

#: Pixels decoded at once: 48 MB of memory. A JPEG is decoded at a half, a quarter or an eighth of its size to fit in.
MOST_DECODED = 16_000_000
#: Pixels of the largest telephone cameras.
MOST_PIXELS = 210_000_000
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
#: Some telephones put two pictures into one JPEG.
PHOTOS = ("JPEG", "MPO")
#: Modes with few colours, or through which something may shine.
DRAWN = ("1", "L", "P", "LA", "PA", "RGBA")
QUALITY = 85
#: Above so many bytes a file waits on disk, not in memory.
SPOOL = 1024 * 1024

Image.MAX_IMAGE_PIXELS = None  # our own limits are asked before anything is decoded


def redrawn(file: IO[bytes], name: str) -> tuple[Kind, IO[bytes]]:
    """Kind and content of the clean picture. Raises BrokenFile, PictureTooLarge."""
    try:
        with Image.open(file, formats=FORMATS) as picture:
            photo = picture.format in PHOTOS
            _decode(picture, name)
            ImageOps.exif_transpose(picture, in_place=True)
            return _save(picture, photo=photo)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        raise BrokenFile(name) from error


def _decode(picture: Image.Image, name: str) -> None:
    width, height = picture.size
    baseline = picture.format in PHOTOS and not picture.info.get("progressive")
    if width * height > (MOST_PIXELS if baseline else MOST_DECODED):
        raise PictureTooLarge(name)
    for scale in (1, 2, 4, 8):
        if width * height <= MOST_DECODED * scale**2:
            picture.draft(None, (width // scale, height // scale))
            break
    picture.load()


def _save(picture: Image.Image, *, photo: bool) -> tuple[Kind, IO[bytes]]:
    kind = PNG if not photo and picture.mode in DRAWN else JPEG
    mode = "RGBA" if kind is PNG else "RGB"
    clean = picture if picture.mode == mode else picture.convert(mode)
    clean.info.clear()
    content = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - the caller reads and closes it
    if kind is PNG:
        clean.save(content, "PNG", exif=b"")
    else:
        clean.save(content, "JPEG", quality=QUALITY, exif=b"")
    content.seek(0)
    return kind, cast("IO[bytes]", content)
