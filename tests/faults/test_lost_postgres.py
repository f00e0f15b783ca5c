"""PostgreSQL going away refuses work for a while; what it said yes to is there afterwards, once."""

from __future__ import annotations

from tests.faults.crowd import Crowd
from tests.faults.overdue import register_overdue
from tests.faults.recovery import assert_recovered, every_rung_fired_once
from tests.faults.site import Site, until


def _more_receipts(crowd: Crowd, count: int = 5) -> None:
    wanted = len(crowd.promised) + count
    until(lambda: len(crowd.promised) >= wanted or bool(crowd.faults), "people get receipts again", 40)


def test_a_database_stopped_and_killed_under_load_keeps_every_receipt(site: Site):
    with Crowd(site, "away") as crowd:
        numbers = register_overdue(site.settings, "away", 8)
        _more_receipts(crowd)
        site.postgres.restart()
        _more_receipts(crowd)
        for _ in range(2):
            site.postgres.kill()
            site.postgres.start()
            _more_receipts(crowd)
    assert crowd.troubles > 0
    assert site.worker.alive()
    assert site.web.alive()
    assert_recovered(site, crowd)
    every_rung_fired_once(site, numbers)
