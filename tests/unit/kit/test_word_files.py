"""Word files: a ticket's number stays on one line, whoever wrote it, and nothing else is changed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from docxtpl import DocxTemplate

from jiesu.kit.word_files import filled

NUMBER = "HH20261123-00042-7"


@pytest.fixture
def template(tmp_path: Path) -> Path:
    made, path = Document(), tmp_path / "made.docx"
    made.add_paragraph("{{ words }}")
    made.save(str(path))
    return path


@pytest.mark.parametrize(
    ("words", "unbroken"),
    [
        (f"您的诉求（编号 {NUMBER}）收悉。", 2),
        (f"{NUMBER} 与 {NUMBER} 是同一件事", 4),
        (NUMBER, 2),
        ("2026-11-23 来电，联系 0471-1234567", 0),
        ("", 0),
    ],
)
def test_a_number_is_not_broken_at_the_end_of_a_line_and_reads_the_same(template, words, unbroken):
    [paragraph] = Document(BytesIO(filled(DocxTemplate(template), {"words": words}))).paragraphs
    assert len(list(paragraph._p.iter(qn("w:noBreakHyphen")))) == unbroken
    assert paragraph.text == words  # python-docx reads Word's hyphen as one
    assert len(paragraph.runs) <= 1
