"""Two hundred tickets against a spreadsheet: the database counts those that its formulas count, and as what."""

from __future__ import annotations

from jiesu.statistics.query import counted_tickets, month_span, rates_of
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.two_hundred import FACTS, RATES, fact_of, put_in, share

NOVEMBER = month_span("2026-11")


async def test_the_database_counts_what_the_spreadsheet_counts(kernel, uow):
    numbers = await put_in(uow)
    counted = await counted_tickets(uow, NOVEMBER)
    found = {numbers[row.number]: (row.unit, row.fact) for row in counted}
    wanted = {row["no"]: (row["in_unit"], fact_of(row)) for row in FACTS if row["counts"]}
    assert found == wanted
    assert len(counted) == len(wanted)

    figures = {}
    for unit in (CITY, COUNTY, STATION):
        for row in await rates_of(uow, kernel.rules.organisation, kernel.rules.rates, NOVEMBER, unit):
            figures |= {("own", row.unit): row.own, ("subtree", row.unit): row.subtree, ("raw", row.unit): row.raw}
    lines = [line for line in RATES if line["scope"] in ("own", "subtree", "raw")]
    for line in lines:
        got = figures.get((line["scope"], line["key"]))
        if got is None:
            assert line["scope"] == "raw"
            continue
        assert (got.base, got.ranked) == (line["base"], bool(line["ranked"])), line
        assert got.response == share(line, "response_n", "response_d"), line
        assert got.resolution == share(line, "resolution_n", "resolution_d"), line
        assert got.satisfaction == share(line, "satisfaction_n10", "satisfaction_d", 10), line
        assert got.first_time_solved == share(line, "first_n", "resolution_d"), line
        assert got.timed_response == share(line, "timed_n", "timed_d"), line
