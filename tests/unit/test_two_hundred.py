"""Two hundred tickets against a spreadsheet: the pure module reckons what its formulas do, to the last digit."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiesu.statistics.rates import figure, load_rates
from tests.builders.two_hundred import FACTS, RATES, fact_of, share

POLICY = load_rates(Path(__file__).parents[2] / "config" / "rates.toml")
NAMES = ("response", "resolution", "satisfaction", "score", "first_time_solved", "timed_response", "rework")


def makes(line, row) -> bool:
    """Whether the ticket is in the line's figures; what was excluded `figure` leaves out itself."""
    if not row["counts"]:
        return False
    match line["scope"]:
        case "own":
            return row["in_unit"] == line["key"]
        case "subtree" | "raw":
            return row["in_unit"].startswith(line["prefix"] or "")
        case "category":
            return (row["category"] or "none").startswith(line["key"])
    return (row[line["scope"]] or "none") == line["key"]


@pytest.mark.parametrize("line", RATES, ids=lambda line: f"{line['scope']}-{line['key']}")
def test_the_rates_are_the_spreadsheets_to_the_last_digit(line):
    figures = figure([fact_of(row) for row in FACTS if makes(line, row)], POLICY, raw=line["scope"] == "raw")
    assert (figures.base, figures.ranked) == (line["base"], bool(line["ranked"]))
    assert figures.response == share(line, "response_n", "response_d")
    assert figures.resolution == share(line, "resolution_n", "resolution_d")
    assert figures.satisfaction == share(line, "satisfaction_n10", "satisfaction_d", 10)
    assert figures.first_time_solved == share(line, "first_n", "resolution_d")
    assert figures.timed_response == share(line, "timed_n", "timed_d")
    assert figures.rework == share(line, "rework_n", "base")
    for name in NAMES:  # a spreadsheet stores fifteen digits
        rate = getattr(figures, name)
        assert line[name] == ("—" if rate is None else pytest.approx(float(rate), rel=0, abs=1e-15)), name


def test_there_are_two_hundred_and_each_kind_of_case():
    assert [row["no"] for row in FACTS] == list(range(1, 201))
    kinds = {row["why"] for row in FACTS}
    assert kinds == {None, "counted", "excluded", "merged", "part", "silent", "unreachable", "refused", "anonymous"}
