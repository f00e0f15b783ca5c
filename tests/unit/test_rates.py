"""The three rates against figures reckoned by hand (domain.md §5)."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from jiesu.kit.config import ConfigMistake
from jiesu.statistics.rates import Fact, figure, load_rates
from jiesu.surveys.words import Satisfaction, Solved

CONFIG = Path(__file__).parents[2] / "config" / "rates.toml"
POLICY = load_rates(CONFIG)


def fact(contacted, solved, satisfied, *, first=True, timed=None) -> Fact:
    return Fact(
        contacted=contacted,
        solved=solved and Solved(solved),
        satisfied=satisfied and Satisfaction(satisfied),
        first_time=first,
        contacted_in_time=timed,
    )


#: 20 surveys: 8 all well, 3 mostly, 2 partly, 2 unsolved, 1 reworked and solved, 4 with a question left out.
TWENTY = [
    *[fact(True, "yes", "yes", timed=True)] * 8,
    *[fact(True, "yes", "mostly", timed=False)] * 3,
    *[fact(True, "partly", "mostly")] * 2,
    *[fact(False, "no", "no")] * 2,
    fact(True, "yes", "yes", first=False),
    fact(None, "yes", "yes"),
    fact(True, None, "no"),
    fact(False, "yes", None),
    fact(None, None, "mostly"),
]


def test_the_rates_of_twenty_surveys_are_those_reckoned_by_hand():
    figures = figure(TWENTY, POLICY)
    assert figures.base == 20
    assert figures.response == Fraction(15, 18)  # two did not say; three said no
    assert figures.resolution == Fraction(14, 18)  # partly counts as nothing
    assert figures.satisfaction == (10 + 6 * Fraction(9, 10)) / 19
    assert figures.score == (figures.response * 10 + figures.resolution * 45 + figures.satisfaction * 45) / 100
    assert figures.first_time_solved == Fraction(13, 18)
    assert figures.timed_response == Fraction(8, 11)
    assert figures.ranked


def test_without_a_survey_there_is_no_rate_and_no_rank():
    figures = figure([], POLICY)
    assert (figures.base, figures.ranked) == (0, False)
    rates = (figures.response, figures.resolution, figures.satisfaction, figures.score, figures.timed_response)
    assert rates == (None,) * 5


@pytest.mark.parametrize(("surveys", "ranked"), [(4, False), (5, True)])
def test_fewer_than_five_are_shown_but_not_ranked(surveys: int, ranked: bool):
    figures = figure([fact(True, "yes", "yes")] * surveys, POLICY)
    assert (figures.score, figures.ranked) == (1, ranked)


def test_silence_is_never_counted_as_satisfied():
    figures = figure([fact(None, "yes", None)] * 5, POLICY)
    assert figures.satisfaction is None
    assert figures.score is None


def test_mostly_satisfied_counts_nine_tenths_exactly():
    assert figure([fact(True, "yes", "mostly")], POLICY).satisfaction == Fraction(9, 10)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('preset = "standard"', 'preset = "other"', "preset"),
        ("mostly = 0.9", "mostly = 1.1", "mostly"),
        ("minimum = 5", "minimum = 0", "minimum"),
        ("response = 10, resolution = 45", "response = 11, resolution = 45", "presets.standard"),
        ("minimum = 5", "minimum = 5\nhalf = 1", "half"),
    ],
)
def test_a_mistake_in_the_policy_is_named(tmp_path: Path, old: str, new: str, key: str):
    path = tmp_path / "rates.toml"
    path.write_text(CONFIG.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigMistake) as mistake:
        load_rates(path)
    assert key in str(mistake.value)


def test_an_excluded_answer_is_in_the_raw_figures_alone():
    bad = msgspec.structs.replace(fact(False, "no", "no"), excluded=True)
    facts = [*TWENTY[:13], TWENTY[14], *TWENTY[15:], bad]
    assert figure(facts, POLICY, raw=True) == figure(TWENTY, POLICY)
    without = figure(facts, POLICY)
    assert (without.base, without.response, without.resolution) == (19, Fraction(15, 17), Fraction(14, 17))
    assert without.satisfaction == (10 + 6 * Fraction(9, 10)) / 18
