"""Dramatiq on Redis: a message is taken at once by a worker that hardly ever asks, and the urgent one first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dramatiq
import pytest

from jiesu.db.jobs import Priority
from workers.broker import QUEUES, make_broker
from workers.consumer import PromptBroker

#: Milliseconds: far more than the tests below take, so that asking by the hour would fail them.
RARELY = 4000


@pytest.fixture
def broker(settings) -> Iterator[PromptBroker]:
    broker = make_broker(settings.redis_url)
    yield broker
    for queue in QUEUES.values():
        broker.flush(queue)
    broker.close()


def actors(broker: PromptBroker, work: Callable[[str], None]) -> dict[Priority, dramatiq.Actor]:
    """One for each queue, as a worker process has them."""
    return {
        priority: dramatiq.actor(actor_name=queue, queue_name=queue, priority=int(priority), broker=broker)(work)
        for priority, queue in QUEUES.items()
    }


@contextmanager
def working(broker: PromptBroker) -> Iterator[None]:
    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=RARELY)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def test_many_messages_are_taken_one_after_the_other_without_waiting(broker):
    left = threading.Semaphore(0)
    normal = actors(broker, lambda _: left.release())[Priority.NORMAL]
    with working(broker):
        for number in range(20):
            normal.send(str(number))
        assert all(left.acquire(timeout=RARELY / 1000 / 2) for _ in range(20))


def test_the_urgent_message_goes_before_those_that_wait(broker):
    order: list[str] = []
    busy, go, done = threading.Event(), threading.Event(), threading.Semaphore(0)

    def work(name: str) -> None:
        order.append(name)
        busy.set()
        go.wait(10)
        done.release()

    sending = actors(broker, work)
    with working(broker):
        sending[Priority.BULK].send("first")
        assert busy.wait(2)
        for priority, name in ((Priority.BULK, "bulk"), (Priority.NORMAL, "normal"), (Priority.URGENT, "urgent")):
            sending[priority].send(name)
        waiting = threading.Event()
        while broker.client.exists(*(f"dramatiq:{queue}" for queue in QUEUES.values())):
            assert not waiting.wait(0.01)
        go.set()
        assert all(done.acquire(timeout=2) for _ in range(4))
    assert order == ["first", "urgent", "normal", "bulk"]
