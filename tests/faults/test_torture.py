"""The torture breaks, waits and counts as it says; for longer there is `jiesu torture`."""

from __future__ import annotations

from random import Random

from bench.torture import text
from tests.faults.crowd import Crowd, Promised
from tests.faults.mishaps import MISHAPS, Torn
from tests.faults.operator import Operator
from tests.faults.recovery import settle
from tests.faults.site import Site, until
from tests.faults.staff import Staff
from tests.faults.tally import tally
from tests.faults.torture import Line, torment


def test_load_goes_on_through_mishaps_and_everything_promised_is_kept(site: Site, tmp_path):
    torn = Torn(site, None, tmp_path / "clock", None, Random(1))
    lines = again, full = torment(torn, ["messages again and out of order", "disk full"], minutes=0, times=1)
    assert [(line.lost, line.doubled) for line in lines] == [([], [])] * 2
    assert (again.times, len(again.seconds)) == (1, 1)
    assert again.promised > 5
    assert (full.times, full.seconds) == (0, [])
    assert full.left_out


def test_what_is_lost_or_doubled_is_counted(site: Site):
    with Crowd(site, "counted", people=1, pause=0.1) as crowd, Staff(site, crowd, people=1) as staff:
        until(lambda: len(crowd.promised) > 1, "somebody has a receipt")
    settle(site)
    decided = [key for (key,) in site.rows("SELECT key FROM message ORDER BY key")]
    with Operator() as operator:
        operator.given |= {key: {("13800138000", key)} for key in decided}
        found = tally(site, crowd, staff, [], operator)
        assert (found.lost, found.doubled) == ([], [])
        crowd.promised.append(Promised("never", "HH20261102-00001-1", "code"))
        del operator.given[decided[0]]
        operator.given[decided[1]].add(("13800138000", "another text"))
        found = tally(site, crowd, staff, [], operator)
    assert found.lost[-1] == f"message {decided[0]}"
    assert "receipt never" in found.lost
    assert found.doubled == [f"message {decided[1]}"]


def test_the_table_has_a_line_for_each_fault_and_their_sum():
    lines = [Line("a", 3, 30, [], [], 2, [1.0, 9.0, 2.0]), Line("b", 0, 5, ["receipt x"], [], 0, [], "not here")]
    said = text(lines, 600).splitlines()
    assert said[2:] == [
        "| a | 3 | 30 | 0 | 0 | 2 | 2.0 s, 9.0 s |",
        "| b | 0 | 5 | 1 | 0 | 0 | left out: not here |",
        "| **all, in 10 minutes** | 3 | 35 | 1 | 0 | 2 | |",
        "- b: receipt x",
    ]


def test_every_mishap_has_a_name_that_says_what_it_is():
    assert len(MISHAPS) == 20
