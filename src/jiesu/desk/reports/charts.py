"""Charts as pictures. They hold digits alone: words stand beside them in the document, so that no Chinese font is needed here."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from jiesu.desk.reports.value import Day

__all__ = ["GREY", "PINE", "bar", "columns"]

PINE, GREY, INK, LINE = "#2f5d43", "#b9b3a8", "#3d3a35", "#dcd7cd"
WIDTH, HEIGHT, LETTERS = 1600, 520, 24
TOP, BOTTOM = 48, 56


def columns(days: Sequence[Day]) -> bytes:
    """Two columns a day, what came (green) and what ended (grey), under their numbers; the day of the month below."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(LETTERS)
    most = max((max(day.arrived, day.ended) for day in days), default=0) or 1
    each, foot = WIDTH / max(len(days), 1), HEIGHT - BOTTOM
    draw.line((0, foot, WIDTH, foot), fill=LINE, width=3)
    for place, day in enumerate(days):
        wide, middle = each * 0.36, each * (place + 0.5)
        draw.text((middle, foot + 12), f"{day.day.month}-{day.day.day}", fill=INK, font=font, anchor="ma")
        for left, value, colour in ((middle - wide, day.arrived, PINE), (middle, day.ended, GREY)):
            top = foot - (foot - TOP) * value / most
            draw.rectangle((left + 2, top, left + wide - 2, foot), fill=colour)
            if value:
                draw.text((left + wide / 2, top - 6), str(value), fill=INK, font=font, anchor="md")
    return _png(picture)


def bar(share: float) -> bytes:
    """A bar that fills so much of its width."""
    picture = Image.new("RGB", (480, 36), "white")
    ImageDraw.Draw(picture).rectangle((0, 4, max(4, round(479 * share)), 31), fill=PINE)
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    made = BytesIO()
    picture.quantize(64).save(made, "PNG", optimize=True)
    return made.getvalue()
