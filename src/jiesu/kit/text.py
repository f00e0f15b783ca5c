"""Text as people send it: cleaning, characters that have no business in it, and pieces to search by."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

__all__ = ["bigrams", "clean", "fold", "forbidden_characters", "lexemes", "query_bigrams"]

_LINE_END = re.compile(r"\r\n?|[\u2028\u2029]")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: A run of Chinese characters, or an ASCII word or number. NFKC has already turned full-width forms into ASCII.
_RUN = re.compile(r"(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+)|[a-z0-9]+")
_WHITE = re.compile(r"\s+")
#: What follows in a longer word is not searched by: PostgreSQL refuses a text with a word of more than 2,046 bytes.
_LONGEST_WORD = 100


def clean(text: str) -> str:
    """NFC, line ends as LF, no white space around. Nothing else is changed or removed: see `forbidden_characters`."""
    return _LINE_END.sub("\n", unicodedata.normalize("NFC", text)).strip()


def forbidden_characters(text: str) -> list[str]:
    """Each forbidden character once, as `U+202E`, in order of appearance.

    Forbidden: control characters but line feed and tab, NUL, bidirectional overrides and isolates, lone surrogates.
    Run it on cleaned text, or a carriage return is reported.
    """
    return [f"U+{ord(character):04X}" for character in dict.fromkeys(_FORBIDDEN.findall(text))]


def fold(text: str) -> str:
    """Text made comparable: compatibility forms unified (NFKC), lower case, no white space."""
    return _WHITE.sub("", unicodedata.normalize("NFKC", text).lower())


def bigrams(text: str) -> list[str]:
    """The searchable pieces of a text, each once, in order: pairs of neighbouring Chinese characters, words, numbers.

    Words and numbers are ASCII after full-width forms are unified, in lower case, cut at 100 characters. A Chinese character
    standing alone is a piece of its own. No pair spans white space, punctuation or a word.
    """
    pieces: dict[str, None] = {}
    for run in _RUN.finditer(unicodedata.normalize("NFKC", text).lower()):
        word = run.group()
        if run["han"] and len(word) > 1:
            pieces.update(dict.fromkeys(map("".join, pairwise(word))))
        else:
            pieces[word[:_LONGEST_WORD]] = None
    return list(pieces)


def query_bigrams(query: str) -> list[str]:
    """The pieces a text must all contain to match a query; empty when the query has nothing to search by.

    A query of one Chinese character gives that character: the caller matches it as a prefix (`钱:*`), which finds the
    pairs that begin with it.
    """
    return bigrams(query)


def lexemes(pieces: Iterable[str]) -> str:
    """The pieces as PostgreSQL reads a `tsvector`; they hold no quote and no backslash."""
    return " ".join(f"'{piece}'" for piece in pieces)
