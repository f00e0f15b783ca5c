"""The real organisation of Hohhot as a snapshot."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from jiesu.units.importing import check, read_places, read_units
from jiesu.units.organisation import Organisation, UnknownPlace, UnknownUnit

ROOT = Path(__file__).parents[3]
DIVISIONS = ROOT.parent / "shared" / "data" / "hohhot_divisions.csv"


@pytest.fixture(scope="module")
def hohhot():
    places, units = read_places(ROOT / "config/places.csv"), read_units(ROOT / "config/units.csv")
    assert check(places, units) == []
    return Organisation(places.items, units.items)


def test_the_network_has_450_centres_and_stations_and_16_other_units(hohhot):
    counts = Counter((unit.kind, unit.tier) for unit in hohhot.units.values())
    assert counts == {
        ("centre", "city"): 1,
        ("centre", "county"): 9,
        ("station", "township"): 80,
        ("station", "village"): 360,
        ("division", "city"): 9,
        ("institution", "city"): 6,
        ("legal", "city"): 1,
    }
    assert len({unit.name for unit in hohhot.units.values()}) == 466


def test_places_are_the_official_divisions(hohhot):
    if not DIVISIONS.exists():
        assert not os.environ.get("CI"), f"{DIVISIONS} is required in CI"
        pytest.skip(f"{DIVISIONS} is absent")
    with DIVISIONS.open(encoding="utf-8-sig") as file:
        official = {(row["code"], row["name"], row["level"]) for row in csv.DictReader(file)}
    assert {(place.code, place.name, place.level) for place in hohhot.places.values()} == official


def test_the_360_villages_are_chosen_by_the_published_rule(hohhot):
    # Given the 80 administrative townships and their villages
    townships = [place.code for place in hohhot.places.values() if place.kind in ("街道", "镇", "乡")]
    villages = {code: [p.code for p in hohhot.places.values() if p.parent == code] for code in sorted(townships)}
    total = sum(map(len, villages.values()))
    # When 280 are shared out by largest remainder on top of one each
    share = {code: 280 * len(below) / total for code, below in villages.items()}
    quota = {code: 1 + int(exact) for code, exact in share.items()}
    for code in sorted(share, key=lambda code: (-(share[code] % 1), code))[: 360 - sum(quota.values())]:
        quota[code] += 1
    # Then the lowest codes of each township are exactly those with a station
    expected = {village for code, below in villages.items() for village in sorted(below)[: quota[code]]}
    assert {unit.place for unit in hohhot.units.values() if unit.tier == "village"} == expected


def test_a_village_without_a_station_belongs_to_its_township(hohhot):
    served = {unit.place for unit in hohhot.units.values()}
    village = next(place for place in hohhot.places.values() if place.level == "village" and place.code not in served)
    assert hohhot.station_for(village.code).code == f"VS-{village.parent}"


def test_a_park_belongs_to_its_county_and_the_development_zone_to_the_city(hohhot):
    assert hohhot.station_for("150102400").code == "VS-150102"
    assert hohhot.station_for("150172401").code == "VS-1501"


def test_the_unit_tree_follows_the_places(hohhot):
    assert hohhot.ancestors("VS-150102001001") == ("VS-150102001", "VS-150102", "VS-1501")
    assert hohhot.parent("VS-150102").code == "VS-1501"
    assert hohhot.parent("VS-1501") is None
    assert hohhot.is_under("VS-150102001001", "VS-150102")
    assert not hohhot.is_under("VS-150102", "VS-150102001001")
    assert len(hohhot.subtree("VS-1501")) == 466
    assert all(hohhot.is_under(code, "VS-150121") for code in hohhot.subtree("VS-150121"))


def test_a_function_is_held_by_the_lowest_unit_allowed(hohhot):
    village = "150102001001"
    assert hohhot.unit_for_function("frontline", "village", village).code == "VS-150102001001"
    assert hohhot.unit_for_function("benefits", "village", village).code == "VS-150102001"
    assert hohhot.unit_for_function("benefits", "county", village).code == "VS-150102"
    assert hohhot.unit_for_function("benefits", "city", village).code == "CITY-BENEFITS"
    assert hohhot.unit_for_function("astronomy", "village", village) is None


def test_every_function_of_the_network_has_a_holder_for_every_place(hohhot):
    functions = {function for unit in hohhot.units.values() for function in unit.functions}
    assert all(hohhot.unit_for_function(function, "village", code) for function in functions for code in hohhot.places)


def test_places_are_named_from_the_county_down(hohhot):
    assert hohhot.full_place_name("150102001001") == "新城区 / 海拉尔东路街道 / 公主府社区居委会"
    assert hohhot.full_place_name("1501") == "呼和浩特市"


def test_an_unknown_code_is_refused_by_name(hohhot):
    assert hohhot.find_place("999") is None
    assert hohhot.find_unit("VS-999") is None
    with pytest.raises(UnknownPlace, match="999"):
        hohhot.station_for("999")
    with pytest.raises(UnknownUnit, match="VS-999"):
        hohhot.subtree("VS-999")
