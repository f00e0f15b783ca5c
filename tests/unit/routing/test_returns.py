"""Who judges an objection: above all who refused, never one of them, never the accused."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiesu.kit.config import ConfigMistake
from jiesu.routing.returns import ObjectionReason, judge_of, reason_of
from jiesu.sla.beside import read_beside
from jiesu.sla.limits import Limit

CITY, COUNTY, STATION, VILLAGE = "VS-1501", "VS-150102", "VS-150102001", "VS-150102001001"
OTHER, OTHER_STATION = "VS-150103", "VS-150103001"
CASES = [
    ("the desk itself", COUNTY, [STATION], None, COUNTY),
    ("a city desk", CITY, [STATION], None, CITY),
    ("the desk's own unit refused", COUNTY, [COUNTY], None, CITY),
    ("two stations of one county", COUNTY, [STATION, "VS-150102002"], None, COUNTY),
    ("units of two counties", COUNTY, [STATION, OTHER_STATION], None, CITY),
    ("two counties", COUNTY, [OTHER, COUNTY], None, CITY),
    ("the desk is accused", COUNTY, [STATION], COUNTY, CITY),
    ("a station below the desk is accused", COUNTY, [STATION], "VS-150102002", COUNTY),
    ("the top itself refused", CITY, [CITY], None, CITY),
]


@pytest.mark.parametrize(("desk", "units", "accused", "judge"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_it_is_judged_by_the_lowest_unit_above_all_that_refused(hohhot, desk, units, accused, judge):
    assert judge_of(hohhot, desk=desk, units=units, accused=accused) == judge


@pytest.mark.parametrize("code", list(ObjectionReason))
def test_a_code_is_a_reason_and_other_words_are_their_own(code: ObjectionReason):
    assert reason_of(code.value) == (code, "")
    assert reason_of("这里不归我们管") == (ObjectionReason.OTHER, "这里不归我们管")


def test_what_an_older_policy_left_out_is_as_the_rule_book_has_it():
    beside = read_beside({}, Path("clocks.toml"), frozenset({"P0", "P1", "P2"}))
    assert (beside.objection, beside.objections) == (Limit(1, "working_days"), 2)
    assert beside.judge_within("P0") == Limit(30, "minutes")
    assert beside.judge_within("P2") == Limit(4, "working_hours")


@pytest.mark.parametrize(
    ("raw", "key"),
    [({"objections": 0}, "beside.objections"), ({"judge": "soon"}, "beside.judge"),
     ({"not_returned": ["P9"]}, "beside.not_returned"), ({"patience": "1 hour"}, "beside")],
)  # fmt: skip
def test_a_mistake_in_the_policy_names_its_key(raw, key):
    with pytest.raises(ConfigMistake, match=key):
        read_beside(raw, Path("clocks.toml"), frozenset({"P0", "P1", "P2"}))
