"""What a text says by the catalogue's words: nature, urgency, categories in order of likelihood, how sure one
may be.
"""

from collections import defaultdict
from dataclasses import dataclass

from jiesu.routing.catalogue import NATURES, URGENCIES, Catalogue, Category
from jiesu.routing.lexicon import Hit

__all__ = ["Reading", "Scored", "read"]

#: What a text without any word of a nature is taken for.
DEFAULT_NATURE = "help"
#: From this weight on a text is a report whatever else it says: sealing too much is mended, telling the accused is not.
REPORTS = 5.0


@dataclass(frozen=True, slots=True)
class Scored:
    """A second-level category with the weight speaking for it, and the words, heaviest first."""

    category: Category
    score: float
    words: tuple[str, ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read.

    `ranked` is best first; `rival` is the best of another first level than the best; `confidence` is 0 to 1.
    """

    nature: str
    urgency: str | None
    urgent_words: tuple[str, ...]
    veteran: float
    ranked: tuple[Scored, ...]
    rival: Scored | None
    confidence: float

    @property
    def lead(self) -> float:
        """By how much of its own score the best category leads the rival: 1 without rival, 0 when level."""
        return 1 - self.rival.score / self.ranked[0].score if self.rival else 1.0


def read(catalogue: Catalogue, *, title: str, text: str, chosen: str | None, nature: str | None) -> Reading:
    """Read a text.

    The petitioner's own category (two or four digits) is a heavy word; the nature told holds unless the text reports.
    """
    limits = catalogue.limits
    by_meaning: dict[str, list[Hit]] = defaultdict(list)
    for hit in catalogue.lexicon.hits(title, text, title_share=limits.title):
        by_meaning[hit.meaning].append(hit)
    urgency = next((level for level in URGENCIES if by_meaning.get(level)), None)
    ranked = _ranked(catalogue, by_meaning, chosen)
    rival = next((other for other in ranked if other.category.parent != ranked[0].category.parent), None)
    best = ranked[0].score if ranked else 0.0
    return Reading(
        nature=_nature(by_meaning, nature),
        urgency=urgency,
        urgent_words=tuple(hit.word for hit in by_meaning.get(urgency or "", ())),
        veteran=_weight(by_meaning.get("veteran", [])),
        ranked=ranked,
        rival=rival,
        confidence=round(best / (best + limits.strength) * (best / (best + rival.score) if rival else 1.0), 3)
        if best
        else 0.0,
    )


def _ranked(catalogue: Catalogue, by_meaning: dict[str, list[Hit]], chosen: str | None) -> tuple[Scored, ...]:
    scored = []
    for category in catalogue.leaves:
        hits = sorted(by_meaning.get(category.code, []), key=lambda hit: -hit.weight)
        picked = chosen is not None and chosen in (category.code, category.parent)
        if hits or picked:
            score = _weight(hits) + catalogue.limits.chosen * picked
            scored.append(Scored(category, score, tuple(hit.word for hit in hits), picked))
    return tuple(sorted(scored, key=lambda one: (-one.score, one.category.code)))


def _nature(by_meaning: dict[str, list[Hit]], told: str | None) -> str:
    weights = {nature: _weight(by_meaning.get(nature, [])) for nature in NATURES}
    if weights["report"] >= REPORTS:
        return "report"
    if told:
        return told
    heaviest = max(weights, key=weights.__getitem__)
    return heaviest if weights[heaviest] else DEFAULT_NATURE


def _weight(hits: list[Hit]) -> float:
    return sum(hit.weight for hit in hits)
