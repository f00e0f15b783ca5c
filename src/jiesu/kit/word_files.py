"""Word files from templates, with the numbers of tickets kept on one line. Heavy: for workers and the command line alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docxtpl import DocxTemplate  # type: ignore[import-untyped]

__all__ = ["filled"]

_NUMBER = re.compile(r"HH\d{8}-\d{5,7}-\d")


def filled(document: DocxTemplate, words: Mapping[str, Any]) -> bytes:
    """The file with its blanks filled in; whatever people wrote stands there as text."""
    document.render(dict(words), autoescape=True)
    for written in list(document.docx.element.body.iter(qn("w:t"))):
        if _NUMBER.search(written.text or ""):
            _keep_whole(written)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _keep_whole(written: Any) -> None:
    """Hyphens within a number become Word's own that do not break: they keep the font, which another character might not have."""
    pieces = _NUMBER.sub(lambda found: found[0].replace("-", "\0"), written.text).split("\0")
    written.text = pieces[0]
    written.set(qn("xml:space"), "preserve")
    for piece in reversed(pieces[1:]):
        more = OxmlElement("w:t")
        more.text = piece
        more.set(qn("xml:space"), "preserve")
        written.addnext(more)
        written.addnext(OxmlElement("w:noBreakHyphen"))
