"""What a text seems to be about, to be asked back in plain words: "看起来是……，对吗？" Nobody has to answer."""

from __future__ import annotations

from jiesu.routing.catalogue import Catalogue, Category
from jiesu.routing.reading import read

__all__ = ["suggest"]


def suggest(catalogue: Catalogue, text: str) -> Category | None:
    """The second-level category, by the catalogue's own words; None when they say too little.

    A sealed one is never asked about: whether a text accuses somebody is not put to whoever may be looking on.
    """
    reading = read(catalogue, title="", text=text, chosen=None, nature=None)
    if not reading.ranked or reading.confidence < catalogue.limits.confident or reading.nature == "report":
        return None
    best = reading.ranked[0].category
    return None if best.sealed else best
