"""The policy library (政策库), read from `config/policies/*.toml`: laws and rules by article, and how a text cites them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from jiesu.kit.config import ConfigMistake, convert, read_toml
from jiesu.kit.locale import Locale
from jiesu.kit.numerals import number_of, numeral
from jiesu.kit.text import bigrams, query_bigrams

__all__ = ["Article", "Cited", "Library", "Policy", "load_library"]

#: What names an article in the file: its number, number and clause, a chapter, or a word where no number is known.
_KEY = re.compile(r"(?P<number>[1-9]\d{0,2})(-(?P<clause>[1-9]\d?))?|chapter-(?P<chapter>[1-9]\d?)|[a-z][a-z-]{0,30}")
_NUMBER = "[零一二三四五六七八九十百0-9]{1,7}"
_PLACE = f"第({_NUMBER})(条|章)(?:第({_NUMBER})款)?"
_CITED = re.compile(f"《([^《》]{{2,60}})》((?:[、，和及]{{0,2}}{_PLACE})*)")
_REPUBLIC = "中华人民共和国"


class _Title(msgspec.Struct, forbid_unknown_fields=True):
    zh: Annotated[str, Meta(min_length=2, max_length=60)]
    en: Annotated[str, Meta(min_length=2, max_length=120)]


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(min_length=1, max_length=4000)]
    categories: list[str] = []
    summary: bool = False


class _File(msgspec.Struct, forbid_unknown_fields=True):
    title: _Title
    issuer: Annotated[str, Meta(min_length=1, max_length=80)]
    document: Annotated[str, Meta(min_length=1, max_length=80)]
    since: date = msgspec.field(name="from")
    articles: Annotated[dict[str, _Entry], Meta(min_length=1)]
    until: date | None = None


class Cited(NamedTuple):
    """A place in the library: the policy's code, and the article's key, empty for the policy as a whole."""

    policy: str
    article: str


@dataclass(frozen=True)
class Policy:
    """One law or rule; `until` is its last day, None while it is in force. The code is the name of its file."""

    code: str
    zh: str
    en: str
    issuer: str
    document: str
    since: date
    until: date | None

    def title(self, locale: Locale) -> str:
        """How the list calls it."""
        return self.en if locale == "en" else self.zh

    def in_force(self, day: date) -> bool:
        """Whether it is valid on that day."""
        return self.since <= day and (self.until is None or day <= self.until)

    def cite(self, article: str = "") -> str:
        """As a text cites it: 《…》第二十一条第二款."""
        return f"《{self.zh}》{_place(article)}"


@dataclass(frozen=True)
class Article:
    """One article, quoted, or told in other words (`summary`)."""

    policy: Policy
    key: str
    text: str
    summary: bool
    categories: tuple[str, ...]
    pieces: frozenset[str] = field(repr=False)

    @property
    def cite(self) -> str:
        """As a text cites it."""
        return self.policy.cite(self.key)

    def closeness(self, category: str | None) -> int:
        """How well it fits a matter of that category: 2 exactly, 1 by its first level, 0 not at all."""
        fits = [len(code) for code in self.categories if category and category.startswith(code)]
        below = any(code.startswith(category) for code in self.categories) if category else False
        return max(fits) // 2 if fits else int(below)

    def matches(self, wanted: list[str]) -> bool:
        """Whether it holds everything that was asked for; a single Chinese character as the beginning of a pair."""
        return all(
            piece in self.pieces or (len(piece) == 1 and any(one.startswith(piece) for one in self.pieces))
            for piece in wanted
        )


@dataclass(frozen=True)
class Library:
    """All articles in the order of the files."""

    articles: tuple[Article, ...] = ()

    def search(self, q: str, category: str | None, day: date) -> list[Article]:
        """What holds the words, all of it without words: those of the category first, among them what is valid on the day.

        Without words, of a category only what fits it.
        """
        wanted = query_bigrams(q)
        found = [one for one in self.articles if (one.matches(wanted) if wanted else self._fits(one, category))]
        return sorted(found, key=lambda one: (not one.policy.in_force(day), -one.closeness(category)))

    @staticmethod
    def _fits(article: Article, category: str | None) -> bool:
        return not category or article.closeness(category) > 0

    def policy(self, code: str) -> Policy | None:
        """By the name of its file."""
        return next((one.policy for one in self.articles if one.policy.code == code), None)

    def cite(self, cited: Cited) -> str:
        """As a text cites it; the bare code of a policy that has left the library."""
        policy = self.policy(cited.policy)
        return policy.cite(cited.article) if policy else f"{cited.policy} {_place(cited.article)}".strip()

    def cited_in(self, text: str, day: date) -> list[Cited]:
        """The policies of the library that the text cites by title, with their articles, each once, in order."""
        found: dict[Cited, None] = {}
        for match in _CITED.finditer(text):
            policy = self._titled(match[1], day)
            if policy is not None:
                keys = list(_keys(match[2])) or [""]
                found.update(dict.fromkeys(Cited(policy.code, key) for key in keys))
        return list(found)

    def _titled(self, title: str, day: date) -> Policy | None:
        """With or without the name of the republic; of several editions the one that is valid on the day."""
        bare = title.strip().removeprefix(_REPUBLIC)
        found = {one.policy for one in self.articles if one.policy.zh.removeprefix(_REPUBLIC) == bare}
        return min(found, key=lambda policy: (not policy.in_force(day), policy.code), default=None)


def load_library(folder: Path) -> Library:
    """Every `*.toml` of the folder; none is needed. Raises ConfigMistake, also for a date that ends before it begins."""
    return Library(tuple(article for path in sorted(folder.glob("*.toml")) for article in _articles(path)))


def _articles(path: Path) -> Iterator[Article]:
    file = convert(read_toml(path), _File, path)
    if file.until is not None and file.until < file.since:
        raise ConfigMistake(path, "until", str(file.until), "the last day comes before the first (from).")
    policy = Policy(path.stem, file.title.zh, file.title.en, file.issuer, file.document, file.since, file.until)
    for key, entry in file.articles.items():
        yield _article(path, policy, key, entry)


def _article(path: Path, policy: Policy, key: str, entry: _Entry) -> Article:
    if not _KEY.fullmatch(key):
        remedy = "name an article by its number (21), number and clause (21-2), chapter-5, or a word in small letters."
        raise ConfigMistake(path, f"articles.{key}", key, remedy)
    for category in entry.categories:
        if not (category.isdigit() and len(category) in (2, 4)):
            remedy = "use codes of categories.toml: 04 or 0402."
            raise ConfigMistake(path, f"articles.{key}.categories", category, remedy)
    words = f"{policy.zh} {policy.document} {_place(key)} {entry.text} {policy.en}"
    pieces = frozenset(bigrams(words))
    return Article(policy, key, entry.text.strip(), entry.summary, tuple(entry.categories), pieces)


def _place(key: str) -> str:
    """第二十一条第二款, 第五章; nothing where no number is known."""
    match = _KEY.fullmatch(key)
    if match and match["chapter"]:
        return f"第{numeral(int(match['chapter']))}章"
    if match and match["number"]:
        clause = f"第{numeral(int(match['clause']))}款" if match["clause"] else ""
        return f"第{numeral(int(match['number']))}条{clause}"
    return ""


def _keys(places: str) -> Iterator[str]:
    for number, kind, clause in re.findall(_PLACE, places):
        value, part = number_of(number), number_of(clause)
        if value:
            yield f"chapter-{value}" if kind == "章" else f"{value}-{part}" if part else str(value)
