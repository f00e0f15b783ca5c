"""What holds on every page: headers, errors for people and for programs, and no sentence left untranslated."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import jiesu.web.pages
from jiesu.web.pages.languages import CATALOGUES, catalogue, english
from tests.web.conftest import Site, words

WEB = Path(jiesu.web.pages.__file__).parents[1]
CHINESE = re.compile(r"[\u4e00-\u9fff]+")


def said() -> set[str]:
    """Every sentence that a template or a table of words speaks."""
    ways = [("pages/**.py", "python"), ("templates/**.html", "jinja2")]
    found = extract_from_dir(WEB, method_map=ways, keywords={"_": None, "N_": None}, options_map={})
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def test_every_sentence_has_an_english_one_and_no_english_is_left_over():
    assert said() == set(english())


def test_a_sentence_is_translated_in_one_place():
    many = Counter(zh for path in CATALOGUES for zh, _ in catalogue(path))
    assert [zh for zh, times in many.items() if times > 1] == []


def test_english_fills_the_same_blanks():
    blanks = re.compile(r"{\w+}")
    assert {zh: en for zh, en in english().items() if blanks.findall(zh) != blanks.findall(en)} == {}


def test_no_chinese_stands_in_a_template_outside_the_catalogue():
    left = {}
    for path in sorted((WEB / "templates").rglob("*.html")):
        bare = re.sub(
            r"{#.*?#}|_\(\s*(\"[^\"]*\"|'[^']*')|{\"\w+\": _\(.*?\]",
            "",
            path.read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
        if found := set(CHINESE.findall(bare)) - {"中文"}:
            left[path.name] = found
    assert left == {}


@pytest.mark.parametrize("path", ["/", "/t", "/t?rate=1", "/privacy", "/login", "/nope"])
async def test_an_english_reader_meets_no_chinese_but_the_way_back(site: Site, path: str):
    await site.get("/?lang=en")
    page = await site.get(path)
    assert 'lang="en"' in page.text
    assert set(CHINESE.findall(words(page))) <= {"中文"}


async def test_the_choice_of_language_and_size_is_remembered(site: Site):
    await site.get("/?lang=en&size=large")
    page = await site.get("/file")
    assert 'class="large"' in page.text
    assert "File an appeal" in words(page)
    assert "反映诉求" in words(await site.get("/file?lang=zh"))


@pytest.mark.parametrize("path", ["/", "/file", "/t", "/nope", "/s/x"])
async def test_pages_tell_the_browser_what_to_refuse(site: Site, path: str):
    headers = (await site.get(path)).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"


def test_no_template_holds_a_script_or_a_style_of_its_own():
    for path in (WEB / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text), path.name


async def test_high_contrast_is_remembered_beside_the_size(site: Site):
    await site.get("/?size=large")
    await site.get("/?contrast=high")
    assert 'class="large contrast"' in (await site.get("/file")).text
    await site.get("/?contrast=normal")
    assert 'class="large"' in (await site.get("/file")).text


async def test_static_files_alone_are_compressed(site: Site):
    asked = {"accept-encoding": "gzip"}
    style = await site.client.get("/static/citizen.css", headers=asked)
    assert style.headers["content-encoding"] == "gzip"
    assert ":root" in style.text
    for path in ("/", "/file", "/t?number=HH20261102-00001-4", "/api/v1/places"):
        assert "content-encoding" not in (await site.client.get(path, headers=asked)).headers, path


async def test_static_files_are_kept_and_not_guessed(site: Site):
    reply = await site.get("/static/citizen.css")
    assert reply.status_code == 200
    assert "max-age" in reply.headers["cache-control"]
    assert reply.headers["x-content-type-options"] == "nosniff"


async def test_programs_keep_their_problem_documents(site: Site):
    reply = await site.get("/api/v1/nope")
    assert reply.headers["content-type"].startswith("application/problem+json")
