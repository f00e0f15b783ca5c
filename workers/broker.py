"""Dramatiq on Redis: the broker of one process, and the queues by urgency."""

from __future__ import annotations

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AgeLimit, AsyncIO, Callbacks, Retries, ShutdownNotifications, TimeLimit

__all__ = ["BULK", "QUEUES", "URGENT", "make_broker"]

#: Escalations and messages that somebody waits for; reminders and expiries that may wait.
URGENT, BULK = "urgent", "bulk"
QUEUES = (URGENT, BULK)


def make_broker(redis_url: str) -> RedisBroker:
    """The process's broker, set as Dramatiq's global one.

    A retry here is for faults such as a lost database; a job that fails is counted and postponed in its row.
    """
    broker = RedisBroker(  # type: ignore[no-untyped-call]  # the library types it only in part
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
