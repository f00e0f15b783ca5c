"""A worker that dies at any point delays its work and does nothing else."""

from __future__ import annotations

import os
import signal
import threading
from random import Random

from tests.faults.crowd import Crowd
from tests.faults.overdue import register_overdue
from tests.faults.recovery import assert_recovered, every_rung_fired_once, settle
from tests.faults.site import Site, until

UNDONE = "SELECT count(*) FROM job WHERE run_at <= now()"


def test_a_worker_killed_again_and_again_while_people_file_loses_and_doubles_nothing(site: Site):
    random = Random(20261102)
    with Crowd(site, "killed") as crowd:
        numbers = register_overdue(site.settings, "killed", 12)
        for _ in range(5):
            before = site.count(UNDONE)
            until(lambda b=before: site.count(UNDONE) != b, "the worker does something")
            threading.Event().wait(random.uniform(0, 0.15))
            site.worker.kill()
            site.worker.start()
    assert crowd.troubles == 0
    assert_recovered(site, crowd)
    every_rung_fired_once(site, numbers)


def test_a_worker_killed_between_claiming_and_sending_leaves_the_jobs_to_the_next(site: Site):
    settle(site)
    redis = site.redis._child
    assert redis is not None
    os.kill(redis.pid, signal.SIGSTOP)
    try:
        numbers = register_overdue(site.settings, "claimed", 2)
        claiming = (
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND query LIKE '%FROM job%'"
        )
        until(lambda: site.count(claiming) == 1, "the relay has claimed and cannot send")
        site.worker.kill()
    finally:
        os.kill(redis.pid, signal.SIGCONT)
    assert_recovered(site)
    every_rung_fired_once(site, numbers)


def test_a_worker_killed_in_the_middle_of_its_work_leaves_it_undone_and_the_next_does_it_once(site: Site):
    settle(site)
    site.worker.kill()
    numbers = register_overdue(site.settings, "halfway", 2)
    with site.connect(autocommit=False) as hand:
        hand.execute("LOCK TABLE escalation IN SHARE MODE")
        site.worker.start()
        blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%escalation%'"
        until(lambda: site.count(blocked) > 0, "an actor has taken its job and fires the rung")
        assert site.count("SELECT count(*) FROM job WHERE sent_at IS NOT NULL") > 0
        site.worker.kill()
    assert_recovered(site)
    every_rung_fired_once(site, numbers)
