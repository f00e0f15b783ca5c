"""Web servers and workers replaced one after the other under load: nobody is refused, nothing is lost or done twice."""

from __future__ import annotations

import os
import threading
from collections import Counter

import httpx
import msgspec
import pytest

from jiesu.embedded.command import Command
from jiesu.embedded.prepare import child_environment, jiesu
from tests.faults.crowd import appeal
from tests.faults.recovery import assert_recovered
from tests.faults.site import Site, free_port, until

#: Seconds in which a server that was told to stop still serves.
DRAIN = 1
#: Each server is replaced so often.
ROUNDS = int(os.environ.get("JIESU_TEST_ROUNDS", "1"))


class Balanced(threading.Thread):
    """Somebody behind a balancer: asks one server after the other, and another one where a connection is refused.

    Nothing else is tried again: a request that was sent must be answered.
    """

    def __init__(self, ports: list[int], name: str) -> None:
        super().__init__()
        self._urls = [f"http://127.0.0.1:{port}" for port in ports]
        self._name = name
        self._enough = threading.Event()
        self.answers: Counter[str] = Counter()

    def run(self) -> None:
        with httpx.Client(timeout=30, trust_env=False) as client:
            turn = 0
            while not self._enough.wait(0.05):
                turn += 1
                self.answers[self._ask(client, turn)] += 1

    def _ask(self, client: httpx.Client, turn: int) -> str:
        for attempt in range(2 * len(self._urls)):
            url = self._urls[(turn + attempt) % len(self._urls)]
            try:
                reply = client.post(f"{url}/api/v1/tickets", json=appeal(f"{self._name}-{turn}"))
            except httpx.ConnectError:
                continue
            except httpx.HTTPError as error:
                return f"{type(error).__name__}: {error}"
            return str(reply.status_code)
        return "nobody answers"

    def stop(self) -> None:
        self._enough.set()
        self.join(60)


@pytest.fixture
def servers(site: Site) -> list[Command]:
    """Two web servers beside the installation's own, which rests."""
    made = []
    for number in range(2):
        settings = msgspec.structs.replace(site.settings, port=free_port(), drain_seconds=DRAIN)
        log = site.settings.data_dir / "log" / f"serve-{number}.log"
        command = Command(str(settings.port), jiesu("serve"), env=child_environment(settings), log=log)
        command.start()
        made.append(command)
    for command in made:
        answers(command)
    yield made
    for command in made:
        command.kill()


def answers(server: Command) -> None:
    """Wait until it serves."""

    def ready() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{server.name}/health/ready", trust_env=False).is_success
        except httpx.HTTPError:
            return False

    until(ready, f"the server on {server.name} is ready", 40)


def test_everything_is_replaced_under_load_and_not_one_request_fails(site: Site, servers: list[Command]):
    before = site.count("SELECT count(*) FROM ticket")
    crowd = [Balanced([int(server.name) for server in servers], f"rolling-{number}") for number in range(2)]
    for person in crowd:
        person.start()
    for server in servers * ROUNDS:
        server.stop()
        server.start()
        answers(server)
        site.worker.stop()
        site.worker.start()
    for person in crowd:
        person.stop()
    answered = sum((person.answers for person in crowd), Counter())
    filed = answered.pop("201")
    assert answered == {}
    assert filed > 10
    assert site.count("SELECT count(*) FROM ticket") == before + filed
    assert_recovered(site)
