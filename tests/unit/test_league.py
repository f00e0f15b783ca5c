"""Places by score, who shares one, who has none, and who stays at the bottom for months."""

from __future__ import annotations

from fractions import Fraction

from jiesu.statistics.league import last_places, places, snails
from jiesu.statistics.rates import Figures


def row(score: int | None, *, ranked: bool = True) -> Figures:
    share = None if score is None else Fraction(score, 100)
    return Figures(9, share, share, share, share, share, None, None, ranked)


MONTH = {"a": row(90), "b": row(80), "c": row(80), "d": row(70), "e": row(99, ranked=False), "f": row(None)}


def test_equal_scores_share_a_place_and_too_few_answers_have_none():
    assert places(MONTH) == {"a": 1, "b": 2, "c": 2, "d": 4}


def test_whoever_has_the_score_of_the_last_is_last_too():
    assert last_places(MONTH, 1) == {"d"}
    assert last_places(MONTH, 2) == {"b", "c", "d"}


def test_nobody_is_last_where_everybody_would_be():
    assert last_places(MONTH, 4) == frozenset()
    assert last_places({"a": row(50), "b": row(50), "c": row(50)}, 1) == frozenset()


def test_a_snail_is_last_in_every_one_of_the_months():
    better = {"a": row(50), "b": row(80), "c": row(85), "d": row(90)}
    assert snails([MONTH, MONTH, MONTH], 1) == ["d"]
    assert snails([MONTH, better, MONTH], 1) == []
    assert snails([MONTH, MONTH, MONTH | {"d": row(10, ranked=False)}], 1) == []
    assert snails([], 1) == []
