"""What traces cost intake: the same load with and without, in turn, a collector at hand that throws everything away."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.intake import CLIENTS, WARM_UP, _cpu, _family
from bench.load import appeals, load
from bench.stand import Stand


class _Sink(BaseHTTPRequestHandler):
    """Takes spans and says nothing."""

    taken = 0

    def do_POST(self) -> None:
        _Sink.taken += len(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=10.0, help="length of each measurement")
    options.add_argument("--rounds", type=int, default=4)
    chosen = options.parse_args()
    with Stand() as stand, _collector() as endpoint:
        runs: dict[str, list[dict[str, float]]] = {"off": [], "on": []}
        for _ in range(chosen.rounds):
            for name, target in (("off", None), ("on", endpoint)):
                stand.settings = msgspec.structs.replace(stand.settings, otlp_endpoint=target)
                runs[name].append(_run(stand, chosen.seconds))
    found: dict[str, Any] = {
        name: {figure: round(median(run[figure] for run in each), 2) for figure in each[0]}
        for name, each in runs.items()
    }
    found["on to off"] = {figure: round(found["on"][figure] / off, 3) for figure, off in found["off"].items()}
    found["collector got MB"] = round(_Sink.taken / 2**20, 1)
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


def _run(stand: Stand, seconds: float) -> dict[str, float]:
    bodies = appeals(stand.settings.config_dir)
    with stand.running("serve") as server:
        asyncio.run(load(stand.settings.port, bodies, clients=CLIENTS, seconds=WARM_UP))
        before = _cpu(server)
        outcome = asyncio.run(load(stand.settings.port, bodies, clients=CLIENTS, seconds=seconds))
        cpu = _cpu(server) - before
        memory = max(member.memory_info().rss for member in _family(server))
    return {
        "tickets a second": outcome.per_second,
        "server CPU ms a ticket": 1000 * cpu / outcome.answers[201],
        "memory MB": memory / 2**20,
    }


@contextmanager
def _collector() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Sink)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


if __name__ == "__main__":
    main()
