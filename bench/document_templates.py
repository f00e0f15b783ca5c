"""The Word templates of `config/documents/`: `python bench/document_templates.py` writes them anew (公文格式 GB/T 9704)."""

from __future__ import annotations

from pathlib import Path

from docx import Document
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

FOLDER = Path(__file__).parents[1] / "config" / "documents"
RED = RGBColor(0xC8, 0x10, 0x10)
SONG, FANG, HEI = "宋体", "仿宋", "黑体"
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


def _together(paragraph, *, before: int, whole: bool = True) -> None:
    """Never the last line of a page: no signature stands on a page without text. A long one may begin on the page before."""
    shape = paragraph.paragraph_format
    shape.space_before, shape.keep_with_next, shape.keep_together = Pt(before), True, whole
    shape.widow_control = True


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
    _together(_line(made, "{{ paragraphs[-1] }}", indent=2), before=0, whole=False)
    if signed:
        _together(_line(made, "负责人：{{ signer }}", indent=2), before=12)
    _together(_line(made, "{{ organ }}", align=right), before=12 if signed else 28)
    _line(made, "{{ date }}", align=right).paragraph_format.right_indent = Pt(32)
    return made


def _grid(made, headings, cells, rows, *, widths) -> None:
    """A table with a heading that repeats on each page and a line for each of `rows`."""
    table = made.add_table(rows=4, cols=len(headings), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    one = cells[0].partition(".")[0].removeprefix("{{ ")
    lines = (headings, [f"{{%tr for {one} in {rows} %}}"], cells, ["{%tr endfor %}"])
    for number, (row, texts) in enumerate(zip(table.rows, lines, strict=True)):
        for place, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
            cell.width = Mm(width)
            _cell(cell.paragraphs[0], texts[place] if place < len(texts) else "", head=number == 0, first=place == 0)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001


def _cell(paragraph, text, *, head: bool, first: bool) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if first else WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold = FANG, Pt(11), head
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FANG)  # noqa: SLF001


def _section(made, title, condition, nothing="") -> None:
    """A heading, kept with what follows; under `condition` the caller's table, else a line."""
    line = _line(made, title, font=HEI, size=15, after=4)
    line.paragraph_format.space_before, line.paragraph_format.keep_with_next = Pt(12), True
    if nothing:
        _line(made, f"{{%p if not {condition} %}}", size=12)
        _line(made, nothing, size=12, indent=2)
        _line(made, "{%p endif %}", size=12)


def _when(made, condition, add) -> None:
    _line(made, f"{{%p if {condition} %}}", size=12)
    add()
    _line(made, "{%p endif %}", size=12)


def receipt() -> Document:
    """送达回证: a table of what was handed over, with room for both to sign."""
    made, centre = _page(), WD_ALIGN_PARAGRAPH.CENTER
    _line(made, "{{ organ }}", font=SONG, size=22, bold=True, align=centre, after=6)
    _line(made, "送 达 回 证", font=SONG, size=24, bold=True, align=centre, after=18)
    rows = (
        ("送达文书", "{{ document }}"),
        ("信访事项编号", "{{ ticket }}"),
        ("受送达人", "{{ addressee }}"),
        ("送达方式", "{{ way }}"),
        ("送达时间", "{{ at }}"),
        ("收件人", "{{ receiver }}"),
        ("收件人签名", ""),
        ("送达人", "{{ by }}"),
        ("送达人签名", ""),
        ("备注", "{{ note }}"),
    )
    table = made.add_table(rows=len(rows), cols=2, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, (45, 111), strict=True):
        column.width = Mm(width)
    for row, texts in zip(table.rows, rows, strict=True):
        row.height = Mm(22 if not texts[1] or texts[0] == "备注" else 13)
        for place, (cell, text, width) in enumerate(zip(row.cells, texts, (45, 111), strict=True)):
            cell.width, cell.vertical_alignment = Mm(width), WD_ALIGN_VERTICAL.CENTER
            _written(cell.paragraphs[0], text, bold=place == 0)
    last = _line(
        made, "注：收件人不是受送达人本人的，请在备注中写明与受送达人的关系；拒收的，写明事由、见证人和时间。", size=12
    )
    last.paragraph_format.space_before = Pt(10)
    return made


def _written(paragraph, text, *, bold: bool) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold = FANG, Pt(15), bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FANG)  # noqa: SLF001


def report() -> Document:
    """The weekly analysis and the monthly bulletin: figures as tables, charts as pictures, remarks at the end."""
    made, centre = _page(), WD_ALIGN_PARAGRAPH.CENTER
    made.sections[0].top_margin = made.sections[0].bottom_margin = Mm(25)
    _rule(_line(made, "{{ organ }}", font=SONG, size=24, bold=True, colour=RED, align=centre, after=6))
    _line(made, "{{ title }}", font=SONG, size=20, bold=True, align=centre).paragraph_format.space_before = Pt(14)
    _line(made, "{{ since }}至{{ until }}{% if not over %}（未结束，数字截至制作时）{% endif %}", size=12, align=centre)
    _section(made, "一、总体情况", "totals")
    cells = ["{{ row.name }}", "{{ row.now }}", "{{ row.before }}", "{{ row.change }}"]
    _grid(made, ["项目（件）", "本期", "上期", "增减"], cells, "totals", widths=[60, 30, 30, 30])
    _line(made, "每日登记（绿）和办结（灰）：", size=12).paragraph_format.space_before = Pt(8)
    _line(made, "{{ chart }}", size=12, align=centre).paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    _section(made, "二、三率", "rates")
    names = ["unit", "base", "response", "resolution", "satisfaction", "score"]
    heads = ["单位（含下属）", "有效评价", "响应率", "解决率", "满意率", "得分"]
    _grid(made, heads, [f"{{{{ row.{name} }}}}" for name in names], "rates", widths=[56, 20, 20, 20, 20, 18])
    _section(made, "三、督办", "ladder", "本期没有督办。")
    names, heads = ["level", "tickets", "fired", "unanswered"], ["级别", "工单", "次数", "没有按时认领"]
    _when(
        made,
        "ladder",
        lambda: _grid(made, heads, [f"{{{{ row.{name} }}}}" for name in names], "ladder", widths=[60, 30, 30, 34]),
    )
    _section(made, "四、集中的类别和地方", "categories", "本期没有登记诉求。")
    for rows, name in (("categories", "类别"), ("places", "地方")):
        cells = ["{{ row.name }}", "{{ row.bar }}", "{{ row.now }}", "{{ row.before }}"]
        _when(
            made,
            rows,
            lambda rows=rows, name=name, cells=cells: _grid(
                made, [name, "", "本期", "上期"], cells, rows, widths=[55, 55, 22, 22]
            ),
        )
        _line(made, "", size=6)
    _section(made, "五、突增", "surges", "没有超出往常的突增。")
    names, heads = ["what", "came", "usual"], ["地方和类别", "本期", "往常同期约"]
    _when(
        made,
        "surges",
        lambda: _grid(made, heads, [f"{{{{ row.{name} }}}}" for name in names], "surges", widths=[94, 30, 30]),
    )
    _section(made, "六、超期最久的工单", "delays", "期末没有超期的工单。")
    names, heads = ["number", "title", "unit", "due", "days"], ["工单编号", "诉求", "承办单位", "应办结", "超期（天）"]
    _when(
        made,
        "delays",
        lambda: _grid(made, heads, [f"{{{{ row.{name} }}}}" for name in names], "delays", widths=[40, 42, 38, 18, 18]),
    )
    _section(made, "七、诉求人不认可的原因", "reasons", "本期没有不认可的评价。")
    _when(
        made,
        "reasons",
        lambda: _grid(made, ["原因", "评价数"], ["{{ row.word }}", "{{ row.answers }}"], "reasons", widths=[94, 60]),
    )
    _section(made, "八、研判意见（系统按数字起草，请修改）", "remarks")
    _line(made, "{%p for remark in remarks %}", size=12)
    _line(made, "{{ loop.index }}．{{ remark }}", size=14, indent=2)
    _line(made, "{%p endfor %}", size=12)
    _line(
        made, "不含密件和看这份材料的人依规应当回避的诉求。数字截至{{ made }}。", size=10.5
    ).paragraph_format.space_before = Pt(14)
    return made


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    template(signed=False).save(FOLDER / "notice.docx")
    template(signed=True).save(FOLDER / "opinion.docx")
    receipt().save(FOLDER / "receipt.docx")
    report().save(FOLDER / "report.docx")
