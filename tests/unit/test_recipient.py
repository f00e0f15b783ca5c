"""Whose duty post a rung reaches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from jiesu.escalation.recipient import recipient
from jiesu.units.importing import read_places, read_units
from jiesu.units.organisation import Organisation
from tests.builders.forms import CITY, COUNTY, STATION, VILLAGE

CONFIG = Path(__file__).parents[2] / "config"


@dataclass
class Case:
    lead_unit: str | None = VILLAGE
    desk_unit: str = COUNTY
    accused_unit: str | None = None
    sealed_to: str | None = None


@pytest.fixture(scope="module")
def hohhot() -> Organisation:
    return Organisation(read_places(CONFIG / "places.csv").items, read_units(CONFIG / "units.csv").items)


@pytest.mark.parametrize(
    ("to", "unit"), [("unit", VILLAGE), ("parent", STATION), ("grandparent", COUNTY), ("root", CITY)]
)
def test_each_rung_goes_one_step_further_up(hohhot: Organisation, to: str, unit: str):
    assert recipient(hohhot, Case(), to) == unit


@pytest.mark.parametrize(("to", "unit"), [("unit", COUNTY), ("parent", CITY), ("grandparent", CITY)])
def test_an_undispatched_ticket_is_reckoned_from_its_desk(hohhot: Organisation, to: str, unit: str):
    assert recipient(hohhot, Case(lead_unit=None), to) == unit


@pytest.mark.parametrize("to", ["unit", "parent", "grandparent", "root"])
def test_nothing_goes_past_the_top(hohhot: Organisation, to: str):
    assert recipient(hohhot, Case(lead_unit=CITY), to) == CITY


@pytest.mark.parametrize(("accused", "unit"), [(STATION, COUNTY), (COUNTY, CITY), (VILLAGE, STATION)])
def test_an_accused_unit_and_those_under_it_are_passed_over(hohhot: Organisation, accused: str, unit: str):
    assert recipient(hohhot, Case(accused_unit=accused), "unit") == unit


@pytest.mark.parametrize("to", ["unit", "parent", "root"])
def test_a_sealed_report_stays_with_its_keeper(hohhot: Organisation, to: str):
    assert recipient(hohhot, Case(sealed_to="CITY-DISCIPLINE", lead_unit=None), to) == "CITY-DISCIPLINE"
