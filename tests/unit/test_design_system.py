"""docs/design-system.md tells the truth about the style sheets and the macros."""

from __future__ import annotations

import re
from pathlib import Path

import jiesu.web.pages

ROOT = Path(__file__).parents[2]
WEB = Path(jiesu.web.pages.__file__).parents[1]
PAGE = (ROOT / "docs" / "design-system.md").read_text(encoding="utf-8")
CSS = {path.name: path.read_text(encoding="utf-8") for path in (WEB / "assets" / "css").glob("*.css")}


def declared(block: str) -> dict[str, str]:
    """Tokens of the first rule with that selector."""
    body = re.search(rf"^{re.escape(block)} {{(.*?)}}", CSS["tokens.css"], re.DOTALL | re.MULTILINE)
    assert body is not None, block
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", body[1]))


def test_every_token_is_on_the_page_and_no_other():
    assert set(re.findall(r"`(--[\w-]+)`", PAGE)) == set(declared(":root"))


def test_the_sizes_on_the_page_are_those_of_the_style_sheet():
    columns = [
        [declared(":root")],
        [declared(".desk")],
        [declared("html.large"), declared("html.large .desk")],
    ]
    for row, names in (("text, small", ("--text", "--small")), ("h1, h2, h3", ("--h1", "--h2", "--h3"))):
        line = re.search(rf"^\| {row} \|(.*)\|$", PAGE, re.MULTILINE)
        assert line is not None
        for cell, sheets in zip(line[1].split("|"), columns, strict=True):
            said = [int(size) for size in re.findall(r"\d+", cell)]
            assert said == [int(sheet[name].removesuffix("px")) for sheet in sheets for name in names], row


def test_every_class_and_macro_it_names_is_there():
    pieces = PAGE.partition("## Pieces")[2].partition("## Words")[0]
    rules = "\n".join(CSS.values())
    templates = "\n".join(path.read_text(encoding="utf-8") for path in (WEB / "templates").rglob("*.html"))
    quoted = " ".join(part for part in re.findall(r"`([^`]+)`", pieces) if not part.endswith((".html", ".css", ".py")))
    classes = set(re.findall(r"\.([a-z]+)\b", re.sub(r"\bm\.\w+\([^)]*\)|\bm\.\w+", "", quoted)))
    assert len(classes) > 15
    used = set(" ".join(re.findall(r'class="([^"]*)"', templates)).split())
    assert [name for name in sorted(classes) if not re.search(rf"\.{name}\b", rules) and name not in used] == []
    assert [name for name in re.findall(r"`m\.(\w+)", pieces) if f"macro {name}(" not in templates] == []


def test_colours_stand_in_the_tokens_alone():
    own = {"tokens.css", "board-dark.css", "schema.css"}
    found = {name: re.findall(r"#(?!fff\b)[0-9a-f]{3,8}\b", text) for name, text in CSS.items() if name not in own}
    assert {name: colours for name, colours in found.items() if colours} == {}
