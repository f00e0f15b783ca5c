"""Filing appeals as fast as they are taken: plain HTTP/1.1 on kept connections, so that the client costs little."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

import msgspec

from jiesu.demo.texts import ComplaintText, load_texts
from jiesu.routing.categories import load_categories

__all__ = ["Outcome", "appeals", "file_all", "load"]


@dataclass
class Outcome:
    """What one run of the load saw; times in seconds."""

    answers: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    client_cpu: float = 0.0

    @property
    def per_second(self) -> float:
        """Tickets filed in a second."""
        return self.answers[201] / self.seconds

    def percentile(self, share: float) -> float:
        """The latency that this share of requests stayed below, in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def appeals(config_dir: Path, seed: int = 1) -> Iterator[bytes]:
    """JSON bodies without end: our invented texts, each with another person."""
    random = Random(seed)  # noqa: S311 - no secret
    texts: list[ComplaintText] = load_texts(
        config_dir / "demo/complaints.toml", load_categories(config_dir / "categories.toml")
    )
    for number in count():
        text = texts[number % len(texts)]
        person = {"name": "张建国", "phone": f"138{random.randrange(10**8):08d}", "kind": text.petitioner}
        body = {"text": text.filled(random, "新城区"), "title": text.title, "place": "150102001001"}
        yield msgspec.json.encode(body | {"petitioner": person})


async def load(port: int, bodies: Iterator[bytes], *, clients: int, seconds: float) -> Outcome:
    """So many clients, each filing one appeal after the other until the time is up."""
    outcome, began, cpu = Outcome(), time.monotonic(), time.process_time()
    stop = began + seconds
    await asyncio.gather(*(_client(port, bodies, stop, outcome) for _ in range(clients)))
    outcome.seconds, outcome.client_cpu = time.monotonic() - began, time.process_time() - cpu
    return outcome


async def _client(port: int, bodies: Iterator[bytes], stop: float, outcome: Outcome) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (began := time.monotonic()) < stop:
        status, _ = await _post(reader, writer, next(bodies))
        outcome.answers[status] += 1
        outcome.latencies.append(time.monotonic() - began)
    writer.close()


async def file_all(port: int, bodies: list[bytes], *, clients: int = 4) -> list[tuple[int, dict[str, object]]]:
    """File each once; status and answer of each, in the order given."""
    answers: list[tuple[int, dict[str, object]]] = [(0, {})] * len(bodies)
    waiting = iter(enumerate(bodies))

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number, body in waiting:
            status, reply = await _post(reader, writer, body)
            answers[number] = status, json.loads(reply)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return answers


async def _post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> tuple[int, bytes]:
    head = b"POST /api/v1/tickets HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    writer.write(head % len(body) + body)
    reply = await reader.readuntil(b"\r\n\r\n")
    length = int(reply.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return int(reply[9:12]), await reader.readexactly(length)
