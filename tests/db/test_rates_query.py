"""Which survey counts, for whom and in which month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from jiesu.statistics.query import counted_tickets, month_span
from jiesu.statistics.rollup import rates_of
from tests.builders.forms import CITY, COUNTY, STATION, VILLAGE
from tests.builders.make import YES

OCTOBER, NOVEMBER = month_span("2026-10"), month_span("2026-11")
#: The last second of October and the first of November in Hohhot.
LAST, FIRST = datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC), datetime(2026, 10, 31, 16, 0, tzinfo=UTC)


@pytest.fixture
def figures(kernel, uow):
    """The figures of a unit's subtree in a month."""

    async def find(month, unit=CITY):
        rows = await rates_of(uow, kernel.rules.organisation, kernel.rules.rates, month, unit)
        return {row.unit: row for row in rows}

    return find


async def answered(make, clock, moment, **answers):
    """A ticket of the station whose petitioner answers at that moment."""
    clock.set(moment - timedelta(days=1))
    made = await make.ticket("awaiting_survey")
    clock.set(moment)
    await make.answer(made, **answers)
    return made


async def rework(make, made, unit=STATION) -> None:
    """The superior orders it, the unit does it again, the result is approved."""
    await make.dispatch(made, unit, by=f"dispatcher-{CITY}")
    await make.step(made, "submit", f"officer-{unit}")
    await make.step(made, "approve", f"unit_head-{unit}")


async def test_months_begin_at_midnight_in_hohhot(make, clock, figures):
    await answered(make, clock, LAST, **YES)
    await answered(make, clock, FIRST, solved="partly", satisfied="mostly")
    october, november = (await figures(OCTOBER))[CITY].subtree, (await figures(NOVEMBER))[CITY].subtree
    assert (october.base, october.resolution) == (1, 1)
    assert (november.base, november.resolution, november.satisfaction) == (1, 0, Fraction(9, 10))


async def test_within_a_month_only_the_last_answer_after_rework_counts(make, clock, figures, uow):
    made = await answered(make, clock, FIRST, contacted=False, solved="no", satisfied="no")
    await rework(make, made)
    await make.answer(made, **YES)
    november = (await figures(NOVEMBER))[CITY].subtree
    assert (november.base, november.response, november.resolution, november.satisfaction) == (1, 1, 1, 1)
    assert november.first_time_solved == 0
    assert [row.number for row in await counted_tickets(uow, NOVEMBER)] == [made.number]


async def test_each_month_keeps_the_answer_that_was_its_last(make, clock, figures):
    made = await answered(make, clock, LAST, solved="no", satisfied="no")
    clock.set(FIRST)
    await rework(make, made)
    await make.answer(made, **YES)
    assert (await figures(OCTOBER))[CITY].subtree.resolution == 0
    assert (await figures(NOVEMBER))[CITY].subtree.resolution == 1


async def test_a_result_counts_for_the_unit_that_gave_it(make, clock, figures):
    made = await answered(make, clock, FIRST, solved="no", satisfied="no")
    clock.advance(timedelta(days=32))  # December
    await rework(make, made, VILLAGE)
    await make.answer(made, **YES)
    november, december = (await figures(NOVEMBER, STATION)), (await figures(month_span("2026-12"), STATION))
    assert november[STATION].own.base == 1
    assert (december[STATION].own.base, december[VILLAGE].own.base, december[STATION].subtree.base) == (0, 1, 1)


async def test_a_subtree_adds_up_its_units(make, clock, figures):
    await answered(make, clock, FIRST, **YES)
    county = (await figures(NOVEMBER, COUNTY))[COUNTY]
    assert (county.own.base, county.subtree.base) == (0, 1)


async def test_silence_withdrawal_and_anonymity_are_in_no_base(make, clock, figures, jobs):
    clock.set(FIRST)
    await make.ticket("awaiting_survey")
    nobody = await make.ticket("in_progress", anonymous=True)
    for step, by in (("submit", "officer"), ("approve", "unit_head")):
        await make.step(nobody, step, f"{by}-{STATION}")
    withdrawn = await make.ticket("awaiting_survey")
    await make.withdraw(withdrawn)
    clock.advance(timedelta(days=8))
    await jobs.run_due()
    assert (await figures(NOVEMBER))[CITY].subtree.base == 0


async def test_the_system_times_the_first_contact_itself(make, clock, figures):
    clock.set(FIRST)
    late = await make.ticket("in_progress")
    clock.advance(timedelta(hours=25))  # the limit is 24 hours
    for step, by in (("contact", "officer"), ("submit", "officer"), ("approve", "unit_head")):
        await make.step(late, step, f"{by}-{STATION}")
    await make.answer(late, **YES)
    await answered(make, clock, FIRST + timedelta(days=5), **YES)
    november = (await figures(NOVEMBER))[CITY].subtree
    assert (november.response, november.timed_response) == (1, Fraction(1, 2))
