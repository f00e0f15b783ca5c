"""Routing 派单: an appeal, the catalogue and the organisation in; the responsible unit, or the reasons to ask a
dispatcher, out.
"""

import msgspec

from jiesu.routing.catalogue import Catalogue, Handling, Limits
from jiesu.routing.categories import PETITION, SERVICE, Category
from jiesu.routing.reading import Reading, Scored, read
from jiesu.routing.reasons import Reason, say
from jiesu.routing.responsible import responsible
from jiesu.units.organisation import Organisation

__all__ = ["Appeal", "Candidate", "Reason", "Routing", "route", "say"]

#: Where reports go whatever they are about (law, Art. 30, 46).
DISCIPLINE = Handling(function="discipline", tier="city", service_class="X")
#: The class of an appeal nothing is known about.
ORDINARY = "P2"
#: Who looks at an appeal no word of which is known: the nearest station.
NEAREST = Handling(function="frontline", tier="village", service_class=ORDINARY)
CANDIDATES = 3


class Appeal(msgspec.Struct, frozen=True, kw_only=True):
    """What routing looks at.

    `category` has two or four digits; `place` and `accused_unit` are codes; None means not told.
    """

    text: str
    title: str = ""
    category: str | None = None
    nature: str | None = None
    place: str | None = None
    accused_unit: str | None = None
    track: str | None = None


class Candidate(msgspec.Struct, frozen=True):
    """A possible routing; `unit` is None when place or catalogue leave it open, `category` when no word matched."""

    unit: str | None
    category: str | None
    score: float
    reasons: tuple[Reason, ...]


class Routing(msgspec.Struct, frozen=True):
    """The outcome. Confident: dispatch to `unit`. Otherwise `unit` is None and the dispatcher chooses.

    `candidates` stand best first. `sealed` holds even when not confident: in doubt only the discipline queue may see.
    """

    confident: bool
    unit: str | None
    category: str | None
    service_class: str
    nature: str
    track: str
    sealed: bool
    confidence: float
    candidates: tuple[Candidate, ...]
    reasons: tuple[Reason, ...]


def route(appeal: Appeal, catalogue: Catalogue, organisation: Organisation) -> Routing:
    """Route an appeal.

    Raises UnknownUnit for an accused unit that does not exist; an unknown place counts as not told.
    """
    reading = read(catalogue, title=appeal.title, text=appeal.text, chosen=appeal.category, nature=appeal.nature)
    best = reading.ranked[0] if reading.ranked else None
    accuses = reading.nature == "report" or (best is not None and best.category.sealed)
    sealed = accuses or _may_accuse(reading, catalogue.limits)
    track = PETITION if accuses else appeal.track or SERVICE
    candidates = _candidates(appeal, reading, catalogue, organisation)
    unit = candidates[0].unit
    told = appeal.nature == "report" or (best is not None and best.chosen and best.category.sealed)
    doubts = [] if told else _doubts(reading, appeal, catalogue)
    confident = unit is not None and not doubts
    reasons = [*candidates[0].reasons, *doubts, *_remarks(reading, sealed=sealed)]
    return Routing(
        confident=confident,
        unit=unit if confident else None,
        category=best.category.code if best else None,
        service_class=_service_class(reading, best, catalogue, track),
        nature=reading.nature,
        track=track,
        sealed=sealed,
        confidence=1.0 if told else reading.confidence,
        candidates=candidates,
        reasons=tuple(reasons),
    )


def _candidates(
    appeal: Appeal, reading: Reading, catalogue: Catalogue, organisation: Organisation
) -> tuple[Candidate, ...]:
    candidates = []
    for scored in reading.ranked[:CANDIDATES]:
        handling = (
            DISCIPLINE if reading.nature == "report" else catalogue.handling(scored.category.code, reading.nature)
        )
        unit, why = responsible(handling, appeal.place, appeal.accused_unit, organisation)
        candidates.append(Candidate(unit, scored.category.code, scored.score, (*_why(scored), *why)))
    if not candidates:
        handling = DISCIPLINE if reading.nature == "report" else NEAREST
        unit, why = responsible(handling, appeal.place, appeal.accused_unit, organisation)
        candidates.append(Candidate(unit, None, 0.0, why))
    return tuple(candidates)


def _may_accuse(reading: Reading, limits: Limits) -> bool:
    """A sealed category is so close behind the best that a dispatcher might have to choose it."""
    return reading.rival is not None and reading.rival.category.sealed and reading.lead < limits.margin


def _why(scored: Scored) -> list[Reason]:
    names = _named(scored.category)
    chosen = [Reason("chosen", names)] if scored.chosen else []
    return [*chosen, Reason("words", {"words": _quoted(scored.words), **names})] if scored.words else chosen


def _doubts(reading: Reading, appeal: Appeal, catalogue: Catalogue) -> list[Reason]:
    """Every reason not to dispatch on the text alone; empty when it is clear."""
    limits = catalogue.limits
    if not reading.ranked:
        return [Reason("no_words")]
    doubts = []
    if appeal.category is None and reading.veteran < limits.veteran:
        doubts.append(Reason("no_veteran"))
    if reading.confidence < limits.confident or reading.lead < limits.margin:
        alone = reading.ranked[0].score / (reading.ranked[0].score + limits.strength)
        rival = reading.rival if alone >= limits.confident else None
        doubts.append(Reason("close", _named(rival.category)) if rival else Reason("weak"))
    return doubts


def _remarks(reading: Reading, *, sealed: bool) -> list[Reason]:
    urgent = {"words": _quoted(reading.urgent_words), "class": reading.urgency or ""}
    return [Reason("sealed")] * sealed + [Reason("urgent", urgent)] * bool(reading.urgency)


def _service_class(reading: Reading, best: Scored | None, catalogue: Catalogue, track: str) -> str:
    """A threat to life goes before everything; a petition keeps its statutory class; hardship raises the rest."""
    if reading.urgency == "P0":
        return "P0"
    if track == PETITION:
        return DISCIPLINE.service_class
    if reading.urgency:
        return reading.urgency
    return catalogue.handling(best.category.code, reading.nature).service_class if best else ORDINARY


def _named(category: Category) -> dict[str, str]:
    return {"category": category.name_zh, "category_en": category.name_en}


def _quoted(found: tuple[str, ...]) -> str:
    return "、".join(f"“{word.replace('+', '…')}”" for word in found[:5])
