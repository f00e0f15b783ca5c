"""Petitioners who file over HTTP, insist until they have a receipt, and write down outside what they were promised."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from types import TracebackType
from typing import Any

import httpx

from tests.faults.site import Site

__all__ = ["Crowd", "Promised", "appeal"]

#: Seconds after which a petitioner who got no receipt gives up, which fails the test.
PATIENCE = 60.0
TEXT = "我是新城区的退役军人，今年抚恤金停发了三个月，一直没有说法，请帮忙查一下原因。编号{key}"


@dataclass(frozen=True)
class Promised:
    """What a client was told in a 201."""

    key: str
    number: str
    code: str


def appeal(key: str) -> dict[str, Any]:
    """A form whose text no other has."""
    phone = f"1380013{Random(key).randrange(10_000):04d}"
    return {"text": TEXT.format(key=key), "place": "150102001001", "petitioner": {"name": "张建国", "phone": phone}}


class Crowd:
    """So many people filing one appeal after the other, from entering the block to leaving it; each rests for `pause`."""

    def __init__(
        self,
        site: Site,
        name: str,
        *,
        people: int = 3,
        pause: float = 0.0,
        form: Callable[[str], dict[str, Any]] = appeal,
    ) -> None:
        self._site = site
        self._form = form
        self._rest = pause
        self._name = name
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._file_on, args=(number,)) for number in range(people)]
        #: The outside ledger; it never forgets.
        self.promised: list[Promised] = []
        #: Answers of 5xx and lost connections that petitioners had to put up with.
        self.troubles = 0
        self.faults: list[str] = []

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join(PATIENCE + 30)

    def _file_on(self, person: int) -> None:
        turn = 0
        while not self._enough.wait(self._rest):
            turn += 1
            try:
                self._file(f"{self._name}-{person}-{turn}")
            except Exception as error:  # a thread cannot fail a test by itself
                self.faults.append(f"{type(error).__name__}: {error}")
                return

    def _file(self, key: str) -> None:
        if Random(key).random() < 0.2:
            self._hang_up(key)
        first, again = self._insist(key), self._insist(key)
        if (first.number, first.code) != (again.number, again.code):
            self.faults.append(f"{key}: {first} became {again}")
        self.promised.append(first)

    def _insist(self, key: str) -> Promised:
        """The receipt, whatever it takes: the same key, again and again."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            try:
                with self._site.client() as client:
                    reply = client.post("/api/v1/tickets", json=self._form(key), headers={"Idempotency-Key": key})
            except httpx.TransportError:
                self.troubles += 1
                self._pause()
                continue
            if reply.status_code == httpx.codes.CREATED:
                receipt = reply.json()
                return Promised(key, receipt["number"], receipt["query_code"])
            assert reply.is_server_error, f"{key}: {reply.status_code} {reply.text}"
            self.troubles += 1
            self._pause()
        raise TimeoutError(f"{key}: no receipt within {PATIENCE} s")

    def _pause(self) -> None:
        threading.Event().wait(0.2)

    def _hang_up(self, key: str) -> None:
        """Send the appeal and close the line without waiting for the answer."""
        body = json.dumps(self._form(key)).encode()
        address = (self._site.settings.host, self._site.settings.port)
        head = (
            f"POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nIdempotency-Key: {key}\r\n"
        )
        try:
            with socket.create_connection(address, timeout=5) as line:
                line.sendall(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        except OSError:
            self.troubles += 1
