"""An SMS operator on loopback that writes down what it was given, keeps its word on idempotency keys, and has bad days."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

__all__ = ["Operator"]

#: Seconds that a slow answer takes: longer than the lease.
SLOW = 5.0


class Operator:
    """`mood` is one of: well, slow, failing (503, nothing taken), silent (taken, and no answer), twice (two answers to one request)."""

    def __init__(self) -> None:
        self.mood = "well"
        #: Key → the texts it came with: one each, or two things were told under one name.
        self.given: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._server = _Patient(("127.0.0.1", 0), type("Answering", (_Answering,), {"operator": self}))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/send"

    def __enter__(self) -> Operator:
        threading.Thread(target=self._server.serve_forever, name="operator", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Patient(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A worker was killed in the middle of a sentence: that is what we are here for."""


class _Answering(BaseHTTPRequestHandler):
    operator: Operator
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        mood = self.operator.mood
        if mood == "slow":
            time.sleep(SLOW)
        if mood != "failing":
            self.operator.given[self.headers["Idempotency-Key"]].add((body["to"], body["text"]))
        if mood == "silent":
            self.close_connection = True
            return
        for _ in range(2 if mood == "twice" else 1):
            self.send_response(503 if mood == "failing" else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""
