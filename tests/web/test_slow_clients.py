"""The real server: who sends nothing, or too much, is cut off; meanwhile others are served."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack

import httpx
import pytest

from jiesu.cli import HEADER_MILLISECONDS
from jiesu.settings import Settings

ASK = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def connected(served: Settings) -> socket.socket:
    return socket.create_connection((served.host, served.port), timeout=HEADER_MILLISECONDS / 1000 + 5)


def answer(served: Settings, sent: bytes) -> bytes:
    with connected(served) as client:
        client.sendall(sent)
        return client.recv(100)


def test_fifty_who_never_end_their_headers_are_cut_off_and_others_served_meanwhile(served: Settings):
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(served)) for _ in range(50)]
        for client in slow:
            client.sendall(ASK + b"X-Never: ")
        began = time.monotonic()
        for _ in range(20):
            assert httpx.get(f"{served.public_url}/privacy").is_success
        assert time.monotonic() - began < HEADER_MILLISECONDS / 1000
        assert [client.recv(1) for client in slow] == [b""] * 50


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        (ASK + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"\r\n", b"HTTP/1.1 431"),
        (ASK + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n", b"HTTP/1.1 431"),
        (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n", b"HTTP/1.1 4"),
    ],
)
def test_more_headers_than_anybody_needs_are_refused(served: Settings, sent: bytes, refusal: bytes):
    assert answer(served, sent).startswith(refusal)
    assert answer(served, ASK + b"\r\n").startswith(b"HTTP/1.1 200")
