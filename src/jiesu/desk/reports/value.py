"""What a report holds: figures, each with the cut that leads to exactly its tickets, and the remarks drafted from them."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from jiesu.desk.board.cuts import Cut
from jiesu.desk.board.rates import figure_view
from jiesu.desk.names import Named
from jiesu.statistics.rates import Figures

__all__ = ["Chosen", "Day", "Delay", "Figure", "Hot", "RateLine", "Reason", "Report", "Rung", "SurgeLine"]

Query = dict[str, str]


class Figure(msgspec.Struct, frozen=True):
    """How many tickets, and how many in the period before; `what` is the cut's, `query` leads to them (`/board/tickets`)."""

    what: str
    now: int
    before: int
    query: Query

    @classmethod
    def of(cls, cut: Cut, now: int, before: int) -> Figure:
        return cls(str(cut.what), now, before, cut.query)


class Day(msgspec.Struct, frozen=True):
    """How many came, how many ended, and how many stood open at its end (today: now)."""

    day: date
    arrived: int
    ended: int
    backlog: int


class RateLine(msgspec.Struct, frozen=True):
    """A unit with all below it: rates from 0 to 1, null where nobody answered, and the score of the period before."""

    unit: Named
    base: int
    response: float | None
    resolution: float | None
    satisfaction: float | None
    score: float | None
    score_before: float | None
    ranked: bool

    @classmethod
    def of(cls, unit: Named, now: Figures, before: Figures) -> RateLine:
        shown = figure_view(now)
        return cls(
            unit=unit,
            base=shown.base,
            response=shown.response,
            resolution=shown.resolution,
            satisfaction=shown.satisfaction,
            score=shown.score,
            score_before=figure_view(before).score,
            ranked=shown.ranked,
        )


class Rung(msgspec.Struct, frozen=True):
    """A level of the ladder: on how many tickets it was reached, how often, and how often nobody acknowledged in time."""

    level: int
    tickets: int
    fired: int
    unanswered: int
    query: Query


class Hot(msgspec.Struct, frozen=True):
    """A category or place, how many came and how many in the period before."""

    named: Named
    now: int
    before: int
    query: Query


class SurgeLine(msgspec.Struct, frozen=True):
    """More came than chance would bring; `usual` is what the season leads to expect in as many days."""

    category: Named
    place: Named
    came: int
    usual: float
    query: Query


class Delay(msgspec.Struct, frozen=True):
    """A ticket that was open and late at the period's end (or still is), by whole days."""

    number: str
    title: str
    unit: Named | None
    due_at: datetime
    days: int


class Reason(msgspec.Struct, frozen=True):
    """Why petitioners did not accept a result: `unsolved`, `partly`, `dissatisfied`, each once; `not_contacted` beside them."""

    code: str
    answers: int


class Chosen(msgspec.Struct, frozen=True):
    """A reason that petitioners chose from the list, and how often."""

    reason: Named
    answers: int


class Report(msgspec.Struct, frozen=True):
    """`over`: whether the period has ended; until then the figures grow."""

    kind: str
    name: str
    since: date
    until: date
    over: bool
    unit: Named
    made_at: datetime
    totals: list[Figure]
    days: list[Day]
    rates: list[RateLine]
    ladder: list[Rung]
    categories: list[Hot]
    places: list[Hot]
    surges: list[SurgeLine]
    delays: list[Delay]
    reasons: list[Reason]
    chosen: list[Chosen]
    remarks: list[str] = []

    def total(self, what: str) -> Figure:
        """The figure of that cut."""
        return next(figure for figure in self.totals if figure.what == what)
