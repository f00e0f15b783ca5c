"""Texts that try to be more than text, and the pages and documents they come back in."""

from __future__ import annotations

import random
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

__all__ = ["Page", "hostile", "leaves"]

MARK = "老兵补助"
#: One of each kind at least; the rest is made of these.
SEEDS = [
    # SQL
    "'; DROP TABLE ticket; --", "' OR '1'='1", "1; SELECT pg_sleep(9) --", "$$;COPY (SELECT 1) TO PROGRAM 'id'$$", "%' ESCAPE '\\", "\\'; --", ":name", "%(x)s", "?1",
    # HTML and script
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg/onload=alert(1)>", "' autofocus onfocus=alert(1) x='", "</textarea><script>1</script>",
    "</title><base href=//evil.example>", "</p></main></body>", "<!--", "-->", "<![CDATA[x]]>", "&lt;b&gt;&amp;&#60;i&#62;", "&quot;&apos;&NewLine;", "javascript:alert(1)", "<a href=JaVaScRiPt:1>",
    "<meta http-equiv=refresh content=0;url=//e>", "<style>*{}</style>", "<math><mi//xlink:href=\"data:x,<script>1</script>\">", "<iframe srcdoc='<b>'>", "<form action=//e><input name=_csrf_token>",
    # templates and formats
    "{{ 7*7 }}", "{% raw %}{{ x }}{% endraw %}", "{{ ''.__class__.__mro__ }}", "{number}", "{0.__class__}", "{}", "{", "}", "%s%n%x", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{# x #}", "$(id)", "`id`",
    # paths and headers
    "../../../../etc/passwd", "..\\..\\windows", "file:///etc/passwd", "/dev/null", "a\r\nSet-Cookie: x=1", "a\r\n\r\n<b>", "a\nBcc: x@example.org", "Location: //e", "http://evil.example/s/x", "//evil.example", "\\\\evil\\x",
    # CSV
    "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "a,\"b\nc\";d",
    # Unicode
    "\u202eesrever", "\u2066x\u2069", "\u200b\u200d\ufeff", "e\u0301\u0301\u0301", "\ufb01ﬃ", "ａｄｍｉｎ", "аdmin", "ı İ ß ẞ", "\U0001f418" * 3, "\U00020000\U0002a6d6", "\U0010ffff", "\ufffe", "\ufffd",
    "👨‍👩‍👧‍👦🇨🇳", "ﷺ" * 3, "\u0e49" * 20, "᠎ᠮᠣᠩᠭᠣᠯ", "\u2028x\u2029", "\u00a0x\u3000", "Ω\u212b\u1e9b\u0323", "\ue000",
    # what cannot be kept
    "a\x00b", "\x00", "\x1b[31mx", "\x7f\x80\x9f", "\x0b\x0c", "\ud800", "x\udfff", "\ud83d",
    # lengths and shapes
    "", " ", "\n\n\n", "a", "九" * 49, "a" * 2100, "1" * 700, "字" * 6000, "\U0001f418" * 50, "x " * 900, "[" * 300, "null", "true", "NaN", "-1", "1e999", "0x10", "undefined", "２０２６",
]  # fmt: skip


def hostile(number: int, start: int) -> Iterator[str]:
    """So many texts: first each as it is, then joined, cut, wrapped and strewn; the same for the same start."""
    chance = random.Random(start)
    yield from SEEDS[:number]
    for _ in range(number - len(SEEDS)):
        yield _bent(chance)


def _bent(chance: random.Random) -> str:
    one, other = chance.choice(SEEDS), chance.choice(SEEDS)
    place = chance.randrange(len(one) + 1)
    ways = (
        f"{MARK}{one}", f"{one}{MARK}{other}", f"{one[:place]}{other}{one[place:]}", f"“{one}”", f"'{one}\"", one.upper(), one[::-1],
        f"{MARK}，{one}\r\n{MARK}{other}", one * chance.randrange(1, 5), f"<b>{one}</b>", "".join(chance.sample(one[:400], min(len(one), 400))),
        f"{MARK}{chr(chance.choice((chance.randrange(0x110000), chance.randrange(0x300))))}{one}", f"\u3000{one}\n", one.replace(" ", "/**/"),
    )  # fmt: skip
    return chance.choice(ways)


class Page(HTMLParser):
    """What a browser makes of a page: its elements with the names of their attributes, its texts, and where it leads."""

    #: Attributes that hold addresses, and how ours begin.
    LEADING, OURS = (
        frozenset({"href", "src", "action", "formaction", "srcset", "poster", "data"}),
        ("/", "#", "?", "data:image/", "tel:"),
    )

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, ...]] = []
        self.texts: list[str] = []
        self.strange: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *sorted(name for name, _ in attrs)))
        self.texts += [value for _, value in attrs if value]
        self.strange += [
            f"{name}={value}"
            for name, value in attrs
            if name.startswith("on") or (name in self.LEADING and value and not value.startswith(self.OURS))
        ]
        self.strange += [
            f"{name}={value}" for name, value in attrs if name in self.LEADING and (value or "").startswith("//")
        ]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.strange.append(f"<!--{data}")

    def holds(self, text: str) -> bool:
        """Whether somebody reads it on the page."""
        return any(text in one for one in self.texts)


def leaves(document: Any) -> Iterator[str]:
    """Every text in a JSON document."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for value in document.values():
            yield from leaves(value)
    elif isinstance(document, list):
        for value in document:
            yield from leaves(value)
