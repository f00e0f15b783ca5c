"""Two hundred tickets against a spreadsheet: the database counts those that its formulas count, as what, and says why not the others."""

from __future__ import annotations

from sqlalchemy import true

from jiesu.desk.board.divided import KEYS
from jiesu.desk.board.parts import By
from jiesu.statistics.considered import considered_tickets
from jiesu.statistics.query import counted_tickets, month_span
from jiesu.statistics.rates import figures_of
from jiesu.statistics.rollup import NOTHING, Totals, rates_of, totals_divided
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.two_hundred import FACTS, OFFICERS, RATES, fact_of, put_in, share

NOVEMBER = month_span("2026-11")


def agrees(line, got) -> bool:
    """Base and every rate, as exact fractions."""
    return (
        (got.base, got.ranked) == (line["base"], bool(line["ranked"]))
        and got.response == share(line, "response_n", "response_d")
        and got.resolution == share(line, "resolution_n", "resolution_d")
        and got.satisfaction == share(line, "satisfaction_n10", "satisfaction_d", 10)
        and got.first_time_solved == share(line, "first_n", "resolution_d")
        and got.timed_response == share(line, "timed_n", "timed_d")
        and got.rework == share(line, "rework_n", "base")
    )


async def test_the_database_counts_what_the_spreadsheet_counts(kernel, uow):
    numbers = await put_in(uow)
    rules = kernel.rules
    counted = await counted_tickets(uow, NOVEMBER)
    found = {numbers[row.number]: (row.unit, row.fact) for row in counted}
    assert found == {row["no"]: (row["in_unit"], fact_of(row)) for row in FACTS if row["counts"]}
    assert len(counted) == len(found)

    units = sorted(rules.organisation.subtree(CITY))
    considered = {numbers[row.number]: str(row.why) for row in await considered_tickets(uow, NOVEMBER, units, true())}
    assert considered == {row["no"]: row["why"] for row in FACTS if row["why"]}

    figures = {}
    for unit in (CITY, COUNTY, STATION):
        for row in await rates_of(uow, rules.organisation, rules.rates, NOVEMBER, unit):
            figures |= {("own", row.unit): row.own, ("subtree", row.unit): row.subtree, ("raw", row.unit): row.raw}
    for by in By:
        divided: dict[str, Totals] = {}
        for key, totals in (await totals_divided(uow, NOVEMBER, units, KEYS[by])).items():
            name = _key(rules, by, key)
            divided[name] = divided.get(name, NOTHING) + totals
        figures |= {(by.value, key): figures_of(totals.kept, rules.rates) for key, totals in divided.items()}
    wrong = [(line["scope"], line["key"]) for line in RATES if not agrees(line, figures[line["scope"], line["key"]])]
    assert wrong == []


def _key(rules, by: By, key) -> str:
    """As the spreadsheet names it."""
    if by is By.OFFICER:
        return {post: name for name, post in OFFICERS.items()}[key]
    return (rules.catalogue.categories[key].function if key and by is By.FUNCTION else key) or "none"
