"""What an import refuses, and what it would change."""

from dataclasses import replace
from pathlib import Path

import pytest

from jiesu.kit.config import ConfigMistake
from jiesu.units.importing import check, diff, read_places, read_units
from jiesu.units.organisation import Unit

PLACES = """# a comment
code,name,level,parent,kind
1501,市,city,,市
150102,区,county,1501,区
150102001,街道,township,150102,街道
"""
UNITS = """code,name,name_en,kind,tier,place,parent,functions,phone
VS-1501,市中心,City,centre,city,1501,,frontline,
VS-150102,区中心,County,centre,county,150102,VS-1501,frontline benefits,
"""


@pytest.fixture
def mistakes(tmp_path):
    """Write the two tables and return what check says, as (file name, key, value)."""

    def run(places: str = PLACES, units: str = UNITS) -> list[tuple[str, str, object]]:
        (tmp_path / "places.csv").write_text(places, encoding="utf-8")
        (tmp_path / "units.csv").write_text("\ufeff" + units, encoding="utf-8")
        found = check(read_places(tmp_path / "places.csv"), read_units(tmp_path / "units.csv"))
        assert all(mistake.remedy for mistake in found)
        return [(Path(mistake.file).name, mistake.key, mistake.value) for mistake in found]

    return run


def test_a_sound_organisation_has_no_mistakes(mistakes):
    assert mistakes() == []


def test_the_row_named_is_the_line_in_the_file_comments_included(mistakes):
    broken = PLACES.replace("150102001,街道,township,150102", "150102001,街道,township,150199")
    assert mistakes(places=broken) == [("places.csv", "row 5, column parent", "150199")]


def test_a_code_used_twice_is_refused(mistakes):
    twice = UNITS + "VS-150102,又一个,Again,division,city,1501,VS-1501,office,\n"
    assert ("units.csv", "row 4, column code", "VS-150102") in mistakes(units=twice)


def test_a_cycle_is_refused_at_every_member_and_does_not_hang(mistakes):
    cycle = UNITS + "A,甲,A,division,city,1501,B,rights,\nB,乙,B,division,city,1501,A,office,\n"
    assert [key for _, key, _ in mistakes(units=cycle)] == ["row 4, column parent", "row 5, column parent"]


def test_a_second_top_and_no_top_are_refused(mistakes):
    assert ("units.csv", "row 3, column parent", "") in mistakes(units=UNITS.replace("150102,VS-1501", "150102,"))
    assert ("units.csv", "column parent", None) in mistakes(units=UNITS.replace("city,1501,,", "city,1501,VS-150102,"))


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("centre,county", "centre,township", "tier"),
        ("centre,county", "palace,county", "kind"),
        ("frontline benefits", "frontline astronomy", "functions"),
        ("county,150102,", "county,150199,", "place"),
        ("VS-150102,区中心", ",区中心", "code"),
        ("VS-150102,区中心", "VS-150102,", "name"),
    ],
)
def test_a_wrong_cell_of_a_unit_is_named_by_row_and_column(mistakes, old, new, column):
    assert [key for _, key, _ in mistakes(units=UNITS.replace(old, new))] == [f"row 3, column {column}"]


def test_a_code_whose_length_contradicts_its_level_is_refused(mistakes):
    assert mistakes(places=PLACES + "1501020011,村,village,150102001,村委会\n") == [
        ("places.csv", "row 6, column code", "1501020011")
    ]


def test_two_holders_of_a_function_in_one_place_are_refused(mistakes):
    rival = UNITS + "DIV,科,Division,division,county,150102,VS-150102,benefits,\n"
    assert mistakes(units=rival) == [("units.csv", "row 4, column functions", "benefits")]


def test_a_place_nobody_serves_is_refused(mistakes):
    lonely = "code,name,name_en,kind,tier,place,parent,functions,phone\nD,科,Division,division,city,1501,,office,\n"
    assert len(mistakes(units=lonely)) == 3


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"code,name\n1501,x\n", "header"),
        (b"code,name,level,parent,kind\n1501,x,city\n", "row 2"),
        (b"\xff\xfe\x00", "byte 0"),
        (b"", "header"),
        (b'code,name,level,parent,kind\n1501,"x,city,,\n', "row 2"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(tmp_path, content, key):
    path = tmp_path / "places.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigMistake) as refused:
        read_places(path)
    assert refused.value.key == key


def test_a_missing_file_is_a_mistake_with_a_remedy(tmp_path):
    with pytest.raises(ConfigMistake, match="cannot be read"):
        read_units(tmp_path / "absent.csv")


def test_the_difference_lists_added_changed_and_removed():
    one = Unit("A", "甲", "A", "centre", "city", "1501", None, frozenset({"office"}))
    two, renamed = replace(one, code="B"), replace(one, name="新甲")
    changes = diff({"A": one, "B": two}, {"A": renamed, "C": replace(one, code="C")})
    assert [unit.code for unit in changes.added] == ["C"]
    assert changes.changed == ((one, renamed),)
    assert changes.removed == (two,)


def test_importing_the_same_twice_changes_nothing():
    unit = Unit("A", "甲", "A", "centre", "city", "1501", None, frozenset())
    assert not diff({"A": unit}, {"A": replace(unit)})
