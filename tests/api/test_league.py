"""The league of stations and centres: one's own subtree, the fewest answers, and switches in the configuration."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from jiesu.statistics.report_policy import League, Snails
from tests.builders.forms import CITY, COUNTY, STATION
from tests.builders.make import NO, YES

OTHER = "VS-150102002"
BAD = NO | {"satisfied": "no"}
LEAGUE = "/api/v1/board/league?month=2026-11"


@pytest.fixture
async def answers(make, kernel):
    """Two stations of one county: two good answers, one bad; one answer is enough to be ranked here."""
    kernel._rules = replace(kernel.rules, rates=msgspec.structs.replace(kernel.rules.rates, minimum=1))
    for unit, said in ((STATION, YES), (STATION, YES), (OTHER, BAD)):
        await make.answer(await make.ticket("awaiting_survey", unit=unit), **said)


def switch(kernel, **changed) -> None:
    kernel._rules = replace(kernel.rules, reports=msgspec.structs.replace(kernel.rules.reports, **changed))


async def league(client, sign_in, who: str, more: str = "") -> dict:
    reply = await client.get(LEAGUE + more, headers=await sign_in(who))
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_units_of_a_tier_stand_beside_each_other_with_all_below_them(client, sign_in, answers):
    townships = await league(client, sign_in, f"supervisor-{CITY}", "&tier=township")
    first, second, *rest = townships["lines"]
    assert [(line["unit"]["code"], line["place"], line["base"]) for line in (first, second)] == [
        (STATION, 1, 2),
        (OTHER, 2, 1),
    ]
    assert (first["resolution"], second["resolution"]) == (1.0, 0.0)
    assert {line["place"] for line in rest} == {None}
    assert len(townships["lines"]) == 80
    counties = await league(client, sign_in, f"supervisor-{CITY}")
    assert (counties["tier"], len(counties["lines"])) == ("county", 9)
    assert (counties["lines"][0]["unit"]["code"], counties["lines"][0]["base"]) == (COUNTY, 3)
    by_unit = await league(client, sign_in, f"supervisor-{CITY}", "&by=unit")
    assert [line["unit"]["code"] for line in by_unit["lines"]] == sorted(
        line["unit"]["code"] for line in counties["lines"]
    )


async def test_nobody_is_compared_with_units_that_are_not_below_them(client, sign_in, answers):
    mine = await league(client, sign_in, f"officer-{STATION}")
    assert (mine["tiers"], [line["unit"]["code"] for line in mine["lines"]]) == (["township", "village"], [STATION])
    refused = await client.get(LEAGUE, headers=await sign_in(f"auditor-{CITY}"))
    assert refused.status_code == 403
    assert (await client.get(f"{LEAGUE}&tier=moon", headers=await sign_in(f"officer-{STATION}"))).status_code == 422


async def test_without_ranking_nobody_has_a_place_and_nothing_is_sorted_by_a_rate(client, kernel, sign_in, answers):
    switch(kernel, league=League(ranking=False))
    found = await league(client, sign_in, f"supervisor-{CITY}", "&tier=township&by=resolution")
    assert (found["by"], {line["place"] for line in found["lines"]}) == ("unit", {None})
    codes = [line["unit"]["code"] for line in found["lines"]]
    assert codes == sorted(codes)


async def test_the_snail_list_is_kept_only_where_it_is_wanted(client, kernel, make, sign_in, answers, clock):
    assert (await league(client, sign_in, f"supervisor-{CITY}", "&tier=township"))["snails"] is None
    switch(kernel, snails=Snails(shown=True, months=2, last=1))
    clock.set(datetime(2026, 12, 2, 2, tzinfo=UTC))
    for unit, said in ((STATION, YES), (OTHER, BAD)):
        await make.answer(await make.ticket("awaiting_survey", unit=unit), **said)
    clock.set(datetime(2027, 1, 4, 2, tzinfo=UTC))
    found = await league(client, sign_in, f"supervisor-{CITY}", "&tier=township")
    assert found["snail_months"] == ["2026-12", "2026-11"]
    assert [unit["code"] for unit in found["snails"]] == [OTHER]


async def test_the_page_shows_places_and_leads_to_the_tickets(client, sign_in, answers):
    page = await client.get("/board/league?month=2026-11&tier=township", headers=await sign_in(f"supervisor-{CITY}"))
    assert page.status_code == 200
    assert f"/board/tickets?month=2026-11&amp;unit={STATION}" in page.text
