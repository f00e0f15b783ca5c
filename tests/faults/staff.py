"""Staff who dispatch, sign, contact, submit and approve over HTTP, and a ledger of every step that was answered with yes."""

from __future__ import annotations

import threading
import time
from collections import Counter
from random import Random
from types import TracebackType
from typing import Any

import httpx
import psycopg

from jiesu.demo.users import PASSWORD
from tests.faults.crowd import Crowd
from tests.faults.site import Site

__all__ = ["STEPS", "Staff"]

#: Seconds after which somebody who got no answer gives up, which fails the test.
PATIENCE = 90.0
#: What the desk does with a ticket, by whom, with which words, and the entry of the trail that it leaves.
STEPS: dict[str, tuple[str, dict[str, Any], str]] = {
    "sign": ("officer", {}, "TicketSigned"),
    "contact": ("officer", {"outcome": "reached", "note": "已通话"}, "PetitionerContacted"),
    "ask_task": ("officer", {"unit": "VS-1501", "what": "请查档案"}, "TaskAsked"),
    "submit": ("officer", {"result": "已经补发，并已当面说明。"}, "ResultSubmitted"),
    "approve": ("unit_head", {}, "ResultApproved"),
}


class Staff:
    """So many people, each taking one of the crowd's tickets after the other as far as it goes or as they please."""

    def __init__(self, site: Site, crowd: Crowd, *, people: int = 2, pause: float = 0.3) -> None:
        self._site, self._crowd, self._pause = site, crowd, pause
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._work_on, args=(number,)) for number in range(people)]
        self._tokens: dict[str, str] = {}
        #: (ticket number, step) → how often it was answered with 200.
        self.done: Counter[tuple[str, str]] = Counter()
        self.faults: list[str] = []

    def __enter__(self) -> Staff:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join(PATIENCE + 30)

    def _work_on(self, person: int) -> None:
        random = Random(person)
        while not self._enough.wait(self._pause):
            try:
                if self._crowd.promised:
                    self._handle(random.choice(self._crowd.promised).number, random.randrange(len(STEPS) + 1))
            except Exception as error:  # a thread cannot fail a test by itself
                self.faults.append(f"{type(error).__name__}: {error}")
                return

    def _handle(self, number: str, steps: int) -> None:
        desk, unit = self._whose(number)
        if unit is None:
            self._take(number, "dispatch", f"dispatcher-{desk}", {"unit": "VS-150102001"})
            return
        for step in list(STEPS)[:steps]:
            role, body, _ = STEPS[step]
            self._take(number, step, f"{role}-{unit}", body)

    def _whose(self, number: str) -> tuple[str, str | None]:
        """The units of desk and lead, asked again until the database answers."""
        while True:
            try:
                [(desk, unit)] = self._site.rows(f"SELECT desk_unit, lead_unit FROM ticket WHERE number = '{number}'")
            except psycopg.OperationalError:
                time.sleep(0.2)
            else:
                return desk, unit

    def _take(self, number: str, step: str, username: str, body: dict[str, Any]) -> None:
        """One step, whatever it takes; a refusal is an answer too, for somebody else may have been first."""
        path = f"/api/v1/desk/tickets/{number}/{step}"
        reply = self._insist(path, body, username.lower())
        if reply.status_code == httpx.codes.OK:
            self.done[number, step] += 1

    def _insist(self, path: str, body: dict[str, Any], username: str | None) -> httpx.Response:
        give_up, last = time.monotonic() + PATIENCE, "none"
        while time.monotonic() < give_up:
            headers = self._signed_in(username) if username else {}
            try:
                with self._site.client() as client:
                    reply = client.post(path, json=body, headers=headers)
            except httpx.TransportError as error:
                last = repr(error)
                time.sleep(0.2)
                continue
            last = f"{reply.status_code} {reply.text}"
            if reply.status_code == httpx.codes.UNAUTHORIZED and username:  # Redis has forgotten the session
                self._tokens.pop(username, None)
            elif not reply.is_server_error:
                return reply
            time.sleep(0.2)
        raise TimeoutError(f"{path}: no answer within {PATIENCE} s; the last was {last}")

    def _signed_in(self, username: str) -> dict[str, str]:
        if username not in self._tokens:
            reply = self._insist("/api/v1/session", {"username": username, "password": PASSWORD}, None)
            self._tokens[username] = reply.json()["token"]
        return {"Authorization": f"Bearer {self._tokens[username]}"}
