"""A consumer that hears when there is something to fetch, instead of asking Redis again and again."""

from __future__ import annotations

import threading
from typing import Any

from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.common import dq_name

__all__ = ["PromptBroker"]


class PromptBroker(RedisBroker):
    """Rings its own consumers when it enqueues or when a message is done, so that they may ask rarely.

    What another process enqueued waits until they ask: the worker's `worker_timeout` at most.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]  # the library types it only in part
        self.bells: dict[str, threading.Event] = {}

    @property
    def consumer_class(self) -> type[_PromptConsumer]:
        return _PromptConsumer

    def declare_queue(self, queue_name: str) -> None:
        for name in (queue_name, dq_name(queue_name)):
            self.bells.setdefault(name, threading.Event())
        super().declare_queue(queue_name)

    def enqueue(self, message: Any, *, delay: int | None = None) -> Any:
        sent = super().enqueue(message, delay=delay)
        self.bells[sent.queue_name].set()
        return sent


class _PromptConsumer(_RedisConsumer):
    def __init__(self, broker: PromptBroker, queue_name: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, queue_name, prefetch, timeout=0)  # type: ignore[no-untyped-call]  # it does not sleep
        self._bell = broker.bells[queue_name]
        self._patience = timeout / 1000

    def __next__(self) -> Any:
        message = super().__next__()  # type: ignore[no-untyped-call]
        if message is None:
            self._bell.wait(self._patience)
            self._bell.clear()  # before the next fetch, so that no ringing is lost
        return message

    def ack(self, message: Any) -> None:
        super().ack(message)  # type: ignore[no-untyped-call]
        self._bell.set()

    def nack(self, message: Any) -> None:
        super().nack(message)  # type: ignore[no-untyped-call]
        self._bell.set()
