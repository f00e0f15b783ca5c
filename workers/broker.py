"""Dramatiq on Redis: the broker of one process, and the queues by urgency."""

from __future__ import annotations

from collections.abc import Mapping

import dramatiq
from dramatiq.middleware import AgeLimit, AsyncIO, Callbacks, Retries, ShutdownNotifications, TimeLimit

from jiesu.db.jobs import Priority
from workers.consumer import PromptBroker

__all__ = ["PATIENCE", "QUEUES", "make_broker"]

#: One queue for each priority; a worker takes messages of the first before those of the next.
QUEUES: Mapping[Priority, str] = {priority: priority.name.lower() for priority in Priority}
#: Milliseconds after which a worker asks Redis for what other processes have put there.
PATIENCE = 2000


def make_broker(redis_url: str) -> PromptBroker:
    """The process's broker, set as Dramatiq's global one.

    A retry here is for faults such as a lost database; a job that fails is counted and postponed in its row.
    """
    broker = PromptBroker(
        url=redis_url,
        middleware=[
            AgeLimit(max_age=3_600_000),
            TimeLimit(),
            ShutdownNotifications(),
            Callbacks(),
            Retries(max_retries=10, min_backoff=500, max_backoff=15_000),
            AsyncIO(),
        ],
    )
    dramatiq.set_broker(broker)
    return broker
