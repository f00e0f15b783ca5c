"""The Word templates of `config/documents/`: `python bench/document_templates.py` writes them anew (公文格式 GB/T 9704)."""

from __future__ import annotations

from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

FOLDER = Path(__file__).parents[1] / "config" / "documents"
RED = RGBColor(0xC8, 0x10, 0x10)
SONG, FANG = "宋体", "仿宋"
LINE = Pt(28)


def _page() -> Document:
    made = Document()
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(37),
        Mm(35),
        Mm(28),
        Mm(26),
    )
    return made


def _line(made, text, *, font=FANG, size=16, bold=False, colour=None, align=WD_ALIGN_PARAGRAPH.LEFT, indent=0, after=0):
    paragraph = made.add_paragraph()
    shape = paragraph.paragraph_format
    shape.alignment, shape.space_before, shape.space_after = align, Pt(0), Pt(after)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, max(LINE, Pt(size * 1.4))
    shape.first_line_indent = Pt(size * indent)
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold = font, Pt(size), bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001 - python-docx has no other way
    if colour is not None:
        run.font.color.rgb = colour
    return paragraph


def _rule(paragraph) -> None:
    """A red line below the paragraph."""
    border = OxmlElement("w:pBdr")
    below = OxmlElement("w:bottom")
    for name, value in {"val": "single", "sz": "18", "space": "6", "color": "C81010"}.items():
        below.set(qn(f"w:{name}"), value)
    border.append(below)
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
    properties.insert_element_before(border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc")


def _together(paragraph, *, before: int) -> None:
    """Never the last line of a page: no signature stands on a page without text."""
    shape = paragraph.paragraph_format
    shape.space_before, shape.keep_with_next, shape.keep_together = Pt(before), True, True


def template(*, signed: bool) -> Document:
    """Red head, number, title, addressee, paragraphs, organ and date; `signed` by the organ's head where it decides."""
    made, centre, right = _page(), WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    _line(made, "{{ organ }}", font=SONG, size=26, bold=True, colour=RED, align=centre, after=18)
    _rule(_line(made, "{{ number }}", align=centre, after=6))
    _line(
        made, "{{ title }}", font=SONG, size=22, bold=True, align=centre, after=20
    ).paragraph_format.space_before = Pt(24)
    _line(made, "{{ addressee }}：")
    _line(made, "{%p for paragraph in paragraphs[:-1] %}")
    _line(made, "{{ paragraph }}", indent=2)
    _line(made, "{%p endfor %}")
    _together(_line(made, "{{ paragraphs[-1] }}", indent=2), before=0)
    if signed:
        _together(_line(made, "负责人：{{ signer }}", indent=2, after=14), before=14)
    _together(_line(made, "{{ organ }}", align=right), before=28)
    _line(made, "{{ date }}", align=right).paragraph_format.right_indent = Pt(32)
    return made


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    template(signed=False).save(FOLDER / "notice.docx")
    template(signed=True).save(FOLDER / "opinion.docx")
