"""File names as people may see them: nothing in them leads out of a folder, turns text around or hides an ending."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["neutral"]

LONGEST = 80
#: Controls, format characters (bidirectional marks, zero-width), surrogates, private and unassigned ones, line ends.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MEANING = re.compile(r'[<>:"/\\|?*%;`$\'&#{}]')
_OLD_ENDING = re.compile(r"(\.[A-Za-z0-9]{1,8})+$")
#: What Windows takes for a device, whatever its ending.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def neutral(raw: str, ending: str) -> str:
    """The name without path and endings, cut to length, with the ending that its content earned (`.pdf`)."""
    bare = re.split(r"[/\\]", unicodedata.normalize("NFC", raw))[-1]
    bare = "".join(c for c in bare if unicodedata.category(c) not in _UNSEEN)
    bare = _MEANING.sub("", _OLD_ENDING.sub("", bare))
    bare = re.sub(r"\s+", " ", bare).strip(" .")[: LONGEST - len(ending)].rstrip(" .")
    return (bare if bare and not _DEVICE.fullmatch(bare) else "文件") + ending
