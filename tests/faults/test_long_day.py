"""Hours on a fast clock with every kind of mishap: zero lost, zero doubled, counted from outside."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jiesu.kit.clock import SHANGHAI
from tests.faults.chaos import a_day, clock_from
from tests.faults.outside import reckon
from tests.faults.overdue import add_users
from tests.faults.site import Site


@pytest.fixture
def fast_site() -> Iterator[Site]:
    """An installation of its own with two workers, on Monday morning at eight."""
    folder = Path(tempfile.mkdtemp(prefix="jiesu-day-", dir="/tmp"))
    folder.chmod(0o711)
    site = Site(folder, workers=2, fast_clock=clock_from(datetime(2026, 11, 2, 8, tzinfo=SHANGHAI)))
    try:
        site.open()
        add_users(site.settings)
        site.mend()
        yield site
    finally:
        site.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.timeout(400)
def test_hours_of_filing_and_handling_under_random_kills_lose_and_double_nothing(fast_site: Site):
    report = a_day(fast_site, minutes=0.5, seed=20261102)
    assert report.receipts > 10
    assert report.rungs.due > 10
    assert sum(report.mishaps.values()) >= 5
    _a_lost_rung_would_be_found(fast_site)


def _a_lost_rung_would_be_found(site: Site) -> None:
    """The reckoning outside is no formality: take one supervision order away, date another back.

    The clock runs on, three minutes a second: what fell due in the last ten may still be under way.
    """
    lately = site.now() - timedelta(minutes=10)
    before = reckon(site, lately, grace=timedelta(0))
    with site.connect() as connection:
        connection.execute("DELETE FROM escalation WHERE id = (SELECT min(id) FROM escalation WHERE rung = 'L2')")
        first = "SELECT min(id) FROM escalation WHERE rung = 'L2'"
        connection.execute(
            f"UPDATE escalation SET fired_at = fired_at - interval '1 day' WHERE id = ({first})".encode()
        )
    after = reckon(site, lately, grace=timedelta(0))
    assert (len(after.lost) - len(before.lost), len(after.early) - len(before.early)) == (1, 1)
    assert after.doubled == []
